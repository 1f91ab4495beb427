import { closeSync, fstatSync, openSync } from "node:fs";
import { type Box, boxesIn, entriesOf, topBoxes, typeAt } from "./mp4-boxes.ts";

/** Of an index, with moments of uncompressed sound left aside: a day of packets is four million. */
const MAX_PACKETS = 2_000_000;
/** Minutes of uncompressed sound, or hours of any other. */
const MAX_PACKETS_OF_FRAGMENT = 300_000;
/** What may be listed besides fragments. Without fragments the list is cut to what is wanted of it. */
const MAX_PACKETS_OF_ONE_SIZE = 4_000_000;
const MAX_DEPTH = 30;

/**
 * What our parsers look into, and the bytes of an entry of each table whose count they believe. It must be all that
 * any of them looks into: what is hidden from us is not judged.
 */
const CONTAINERS: ReadonlySet<string> = new Set([
  ...["moov", "trak", "mdia", "minf", "stbl", "dinf", "edts", "mvex", "udta", "meta", "moof", "traf", "mfra"],
]);
/** Where these have their place: so many boxes deep. */
const DEPTHS: ReadonlyMap<string, number> = new Map([
  ["moov", 0],
  ["moof", 0],
  ["trak", 1],
  ["traf", 1],
]);
const TOP: readonly string[] = ["moov", "moof", "mfra", "udta", "meta"];
/** Those in which a parser would look for tables, though none has a place there. */
const NOT_ON_TOP: readonly string[] = [
  ...["trak", "mdia", "minf", "stbl", "stsd", "edts", "sinf", "wave", "mvex", "traf"],
];
/** They have their place in the description of the sound. */
const IN_DESCRIPTION: ReadonlySet<string> = new Set(["wave", "sinf", "schi"]);
const LOOKED_INTO: ReadonlySet<string> = new Set(["stsz", "stsd", "elst", "trun"]);
const ENTRY_BYTES: ReadonlyMap<string, number> = new Map([
  ["stts", 8],
  ["ctts", 8],
  ["stsc", 12],
  ["stco", 4],
  ["co64", 8],
  ["stss", 4],
]);

/**
 * A few bytes of an index can claim four thousand million packets. Our parsers would list them: not even a limit on
 * the thread's memory holds then, and the whole process would end.
 * @throws Error when the index claims what cannot be; a system error from the disk
 */
export function assertPlausibleMp4(path: string): void {
  const file = openSync(path, "r");
  try {
    const fileBytes = fstatSync(file).size;
    let [indexes, listed] = [0, 0];
    for (const index of topBoxes(file, fileBytes, [...TOP, ...NOT_ON_TOP])) {
      const type = typeAt(index, 4);
      if (NOT_ON_TOP.includes(type)) throw new Error("a part of an index without the rest");
      if (type === "moov") indexes += 1;
      if (indexes > 1) throw new Error("two indexes");
      const packets = { listed: 0, timed: 0, ofOneSize: 0, isReordered: false, isInFragments: false };
      check(index, { body: 0, end: index.length }, fileBytes, packets, 0);
      listed += packets.listed;
      if (packets.listed > MAX_PACKETS_OF_FRAGMENT || listed > MAX_PACKETS)
        throw new Error("too many packets in fragments");
      if (packets.isReordered && packets.timed > MAX_PACKETS) throw new Error("too many packets");
      if (packets.isInFragments && packets.ofOneSize > MAX_PACKETS_OF_ONE_SIZE)
        throw new Error("too many packets of one size");
    }
  } finally {
    closeSync(file);
  }
}

interface Packets {
  listed: number;
  timed: number;
  ofOneSize: number;
  isReordered: boolean;
  isInFragments: boolean;
}

function check(
  index: Buffer,
  around: Pick<Box, "body" | "end">,
  fileBytes: number,
  packets: Packets,
  depth: number,
): void {
  if (depth > MAX_DEPTH) throw new Error("boxes in too many boxes");
  for (const box of boxesIn(index, around)) {
    // One parser reads half of such a size, and goes on where we do not look.
    if (index.readUInt32BE(box.start) === 1) throw new Error("a box of 64 bits in an index");
    if (box.type === "mvex") packets.isInFragments = true;
    if (depth !== (DEPTHS.get(box.type) ?? depth)) throw new Error("a box where it has no place");
    const entryBytes = ENTRY_BYTES.get(box.type);
    const isLookedInto = entryBytes !== undefined || LOOKED_INTO.has(box.type) || CONTAINERS.has(box.type);
    if (isLookedInto && box.end > around.end) throw new Error("a box larger than the one around it");
    if (entryBytes !== undefined) checkTable(index, box, entryBytes, packets);
    else if (box.type === "elst") entriesOf(index, box, index[box.body] === 1 ? 20 : 12);
    else if (box.type === "stsz") packets.ofOneSize += checkSizes(index, box, fileBytes);
    else if (box.type === "trun") packets.listed += runPackets(index, box);
    else if (box.type === "stsd") checkDescription(index, box);
    // Sizes of half a byte up, which no camera or recorder writes.
    else if (box.type === "stz2") throw new Error("compact packet sizes");
    else if (IN_DESCRIPTION.has(box.type)) throw new Error("a box where it has no place");
    else if (CONTAINERS.has(box.type)) check(index, inside(index, box), fileBytes, packets, depth + 1);
  }
}

/** Of `meta` there are two kinds. That of QuickTime begins with its handler, the other with four bytes more. */
function inside(index: Buffer, box: Box): Pick<Box, "body" | "end"> {
  const isLater = box.type === "meta" && typeAt(index, box.body + 4) !== "hdlr";
  return isLater ? { body: box.body + 4, end: box.end } : box;
}

function checkTable(index: Buffer, table: Box, entryBytes: number, packets: Packets): void {
  const { count, start } = entriesOf(index, table, entryBytes);
  if (table.type === "ctts") packets.isReordered = true;
  let before = 0;
  for (let at = start; at < start + count * entryBytes; at += entryBytes) {
    const first = index.readUInt32BE(at);
    if (table.type === "stts") packets.timed += first;
    if (table.type !== "stsc") continue;
    if (first < before || first > MAX_PACKETS) throw new Error("chunks out of order");
    before = first;
  }
}

/** @returns how many packets there are of one size */
function checkSizes(index: Buffer, sizes: Box, fileBytes: number): number {
  const sameSize = index.readUInt32BE(sizes.body + 4);
  if (sameSize === 0) {
    entriesOf(index, sizes, 4, sizes.body + 8);
    return 0;
  }
  const count = index.readUInt32BE(sizes.body + 8);
  if (sameSize * count > fileBytes) throw new Error("more than there is");
  return count;
}

/** Of a run: what each of its packets states itself takes four bytes, and something must be. */
function runPackets(index: Buffer, run: Box): number {
  const flags = index.readUInt32BE(run.body);
  const fields = [0x100, 0x200, 0x400, 0x800].filter((flag) => (flags & flag) !== 0).length;
  const count = index.readUInt32BE(run.body + 4);
  if (run.body + 8 + count * fields * 4 > Math.min(run.end, index.length)) throw new Error("a run too long");
  return count;
}

/** What has no place here, yet a parser would read it; and what is encrypted is not for us. */
const NOT_IN_DESCRIPTION =
  /stsz|stz2|stsc|stco|co64|stts|ctts|stss|elst|trun|stsd|stbl|trak|traf|moov|moof|mvex|tenc/;

function checkDescription(index: Buffer, { body, end }: Box): void {
  if (NOT_IN_DESCRIPTION.test(index.toString("latin1", body, end)))
    throw new Error("not a description of sound");
  const count = index.readUInt32BE(body + 4);
  let at = body + 8;
  for (let entry = 0; entry < count && at + 16 <= end; entry += 1) {
    const size = index.readUInt32BE(at);
    if (size < 16) return;
    at += size;
    // A parser would read on behind it.
    if (at > end) throw new Error("a description larger than all of them");
  }
}
