import { closeSync, fstatSync, openSync } from "node:fs";
import { type Box, boxesIn, entriesOf, topBoxes } from "./mp4-boxes.ts";

/** Of an index, with moments of uncompressed sound left aside: a day of packets is four million. */
const MAX_PACKETS = 2_000_000;
/** Minutes of uncompressed sound, or hours of any other. */
const MAX_PACKETS_OF_FRAGMENT = 300_000;
const MAX_DEPTH = 30;

/** What our parsers look into, and the bytes of an entry of each table whose count they believe. */
const CONTAINERS: ReadonlySet<string> = new Set([
  ...["moov", "trak", "mdia", "minf", "stbl", "dinf", "edts", "mvex", "udta", "moof", "traf", "mfra"],
]);
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
    for (const index of topBoxes(file, fileBytes, ["moov", "moof"])) {
      const packets = { listed: 0, timed: 0, isReordered: false };
      check(index, { body: 0, end: index.length }, fileBytes, packets, 0);
      if (packets.listed > MAX_PACKETS_OF_FRAGMENT) throw new Error("too many packets in a fragment");
      if (packets.isReordered && packets.timed > MAX_PACKETS) throw new Error("too many packets");
    }
  } finally {
    closeSync(file);
  }
}

interface Packets {
  listed: number;
  timed: number;
  isReordered: boolean;
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
    const entryBytes = ENTRY_BYTES.get(box.type);
    if (entryBytes !== undefined) checkTable(index, box, entryBytes, packets);
    else if (box.type === "stsz") checkSizes(index, box, fileBytes);
    else if (box.type === "trun") packets.listed += runPackets(index, box);
    else if (box.type === "stsd") checkDescription(index, box);
    // Sizes of half a byte up, which no camera or recorder writes.
    else if (box.type === "stz2") throw new Error("compact packet sizes");
    else if (CONTAINERS.has(box.type)) check(index, box, fileBytes, packets, depth + 1);
  }
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

function checkSizes(index: Buffer, sizes: Box, fileBytes: number): void {
  const sameSize = index.readUInt32BE(sizes.body + 4);
  if (sameSize === 0) entriesOf(index, sizes, 4, sizes.body + 8);
  else if (sameSize * index.readUInt32BE(sizes.body + 8) > fileBytes) throw new Error("more than there is");
}

/** Of a run: what each of its packets states itself takes four bytes, and something must be. */
function runPackets(index: Buffer, run: Box): number {
  const flags = index.readUInt32BE(run.body);
  const fields = [0x100, 0x200, 0x400, 0x800].filter((flag) => (flags & flag) !== 0).length;
  const count = index.readUInt32BE(run.body + 4);
  if (run.body + 8 + count * fields * 4 > Math.min(run.end, index.length)) throw new Error("a run too long");
  return count;
}

/** Tables have no place here, yet a parser would read them; and what is encrypted is not for us. */
function checkDescription(index: Buffer, { body, end }: Box): void {
  const text = index.toString("latin1", body, Math.min(end, index.length));
  if (/stsz|stsc|stco|co64|tenc/.test(text)) throw new Error("not a description of sound");
}
