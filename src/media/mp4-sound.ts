import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type Box, boxAt, boxesIn, entriesOf, topBoxes, typeAt } from "./mp4-boxes.ts";

/**
 * The sound of an MP4 or QuickTime file without the rest: its index (`moov`) first, wherever in the file it lies, then
 * the packets of the first sound track in their order. A decoder that reads from front to back would have to keep a
 * whole video until it has found an index at the end.
 */
/** The largest packets are those of lossless sound in eight channels: a tenth. */
const MAX_PACKET_BYTES = 1_000_000;
/** What the decoder may list in any case, at 8 bytes each. */
const LISTED_PACKETS = 4_000_000;
/** What it may list at most: the whole process would end if the thread's memory could not hold the list. */
const MAX_LISTED_PACKETS = 12_000_000;
/** As much as is handed on at once: of uncompressed sound each moment is a packet to the decoder. */
const PIECE_BYTES = 65_536;

/** No sound has more samples a second. */
const MAX_TICKS = 192_000;

const CONTAINERS: ReadonlySet<string> = new Set(["moov", "trak", "mdia", "minf", "stbl"]);
/** All else is blanked: the decoder looks for tables in boxes in which nobody would. */
const KEPT_OF_INDEX: ReadonlySet<string> = new Set(["mvhd", "trak", "udta", "meta"]);
const KEPT_OF_TRACK: ReadonlySet<string> = new Set([
  ...["tkhd", "edts", "elst", "mdia", "mdhd", "hdlr", "minf", "smhd", "dinf", "dref"],
  ...["stbl", "stsd", "stts", "stsc", "stsz", "stco", "co64"],
]);
const CONTAINERS_OF_TRACK: ReadonlySet<string> = new Set(["edts", "mdia", "minf", "dinf", "stbl"]);
/** What the decoder reads of a sound track in its tables; of each there may be one. */
const TABLES: ReadonlySet<string> = new Set(["stsz", "stsc", "stco", "co64"]);

interface Chunk {
  readonly at: number;
  readonly bytes: number;
}

/**
 * Undefined when the file comes in fragments, whose indexes stand before them: it can be read as it is.
 * @param path of a file that is plausible
 * @param seconds how much of the sound is wanted at most
 * @throws Error when the index claims what cannot be; a system error from the disk
 */
export function openMp4Sound(path: string, seconds: number): Iterable<Uint8Array> | undefined {
  const file = openSync(path, "r");
  try {
    const fileBytes = fstatSync(file).size;
    const [index] = topBoxes(file, fileBytes, ["moov"]);
    if (!index) throw new Error("no index");
    const chunks = layOut(index, fileBytes, seconds);
    return chunks && piecesOf(path, index, chunks);
  } finally {
    closeSync(file);
  }
}

function* piecesOf(path: string, index: Buffer, chunks: readonly Chunk[]): Generator<Uint8Array> {
  const file = openSync(path, "r");
  try {
    yield new Uint8Array(index);
    let piece = new Uint8Array(PIECE_BYTES);
    let filled = 0;
    for (const { at, bytes } of chunks) {
      for (let done = 0; done < bytes; ) {
        const read = readSync(file, piece, filled, Math.min(bytes - done, PIECE_BYTES - filled), at + done);
        // The file ends before its sound does. What is there is heard, and found to be too short.
        if (read === 0) return yield piece.subarray(0, filled);
        done += read;
        filled += read;
        if (filled < PIECE_BYTES) continue;
        yield piece;
        piece = new Uint8Array(PIECE_BYTES);
        filled = 0;
      }
    }
    if (filled > 0) yield piece.subarray(0, filled);
  } finally {
    closeSync(file);
  }
}

/**
 * Changes the index so that the chunks of its first sound track follow it one after the other, and so that it has no
 * other track. @returns where in the file they are
 */
function layOut(index: Buffer, fileBytes: number, seconds: number): readonly Chunk[] | undefined {
  const moov = boxAt(index, 0, index.length);
  if (!moov) throw new Error("no index");
  const boxes = [...boxesIn(index, moov)];
  const tracks = boxes.filter(({ type }) => type === "trak").map((track) => partsOf(index, track));
  const sound = tracks.find((parts) => {
    const handler = parts.get("hdlr");
    return parts.has("stsd") && handler !== undefined && typeAt(index, handler.body + 8) === "soun";
  });
  const [sizes, runs] = [sound?.get("stsz"), sound?.get("stsc")];
  const isListed = sizes !== undefined && index.readUInt32BE(sizes.body + 8) > 0;
  if (boxes.some(({ type }) => type === "mvex") && !isListed) return undefined;
  for (const box of boxes) {
    if (box.type === "trak" && sound?.get("trak")?.start === box.start) blankRest(index, box);
    else if (box.type === "trak" || !KEPT_OF_INDEX.has(box.type)) blank(index, box, moov.end);
  }
  const offsets = sound?.get("stco") ?? sound?.get("co64");
  if (!sound || !sizes || !runs || !offsets) throw new Error("no sound that is listed");

  leaveOutRest(index, sizes, sound.get("mdhd"), seconds);
  const offsetBytes = offsets.type === "co64" ? 8 : 4;
  const entries = entriesOf(index, offsets, offsetBytes);
  const lengths = chunkLengths(index, { sizes, runs, chunks: entries.count }, fileBytes);
  const chunks: Chunk[] = [];
  let next = index.length;
  for (let chunk = 0; chunk < entries.count; chunk += 1) {
    const entry = entries.start + chunk * offsetBytes;
    const at = offsetBytes === 8 ? Number(index.readBigUInt64BE(entry)) : index.readUInt32BE(entry);
    const bytes = lengths[chunk] ?? 0;
    if (at > fileBytes) throw new Error("sound beyond the end of the file");
    chunks.push({ at, bytes });
    if (offsetBytes === 8) index.writeBigUInt64BE(BigInt(next), entry);
    else index.writeUInt32BE(next, entry);
    next += bytes;
  }
  return chunks;
}

/**
 * Of packets that are all of one size, as those of uncompressed sound are, the decoder keeps a list of all there are:
 * of minutes of them it is larger than the file. A packet lasts a tick of the track's clock or more.
 */
function leaveOutRest(index: Buffer, sizes: Box, clock: Box | undefined, seconds: number): void {
  if (index.readUInt32BE(sizes.body + 4) === 0) return;
  const ticks = clock ? index.readUInt32BE(clock.body + (index[clock.body] === 1 ? 20 : 12)) : 0;
  const count = index.readUInt32BE(sizes.body + 8);
  if (count <= LISTED_PACKETS) return;
  if (ticks > MAX_TICKS) throw new Error("a clock too fast for sound");
  const wanted = Math.min(MAX_LISTED_PACKETS, Math.max(LISTED_PACKETS, Math.ceil(seconds * ticks)));
  if (count > wanted) index.writeUInt32BE(wanted, sizes.body + 8);
}

interface Tables {
  readonly sizes: Box;
  readonly runs: Box;
  readonly chunks: number;
}

/** Bytes of each chunk, as long as there are packets. */
function chunkLengths(index: Buffer, { sizes, runs, chunks }: Tables, fileBytes: number): readonly number[] {
  const sameSize = index.readUInt32BE(sizes.body + 4);
  const packets =
    sameSize > 0 ? index.readUInt32BE(sizes.body + 8) : entriesOf(index, sizes, 4, sizes.body + 8).count;
  if (sameSize * packets > fileBytes || sameSize > MAX_PACKET_BYTES) throw new Error("absurd packets");
  const sizeOf = (packet: number) => {
    const bytes = index.readUInt32BE(sizes.body + 12 + packet * 4);
    if (bytes > MAX_PACKET_BYTES) throw new Error("an absurd packet");
    return bytes;
  };
  const runEntries = entriesOf(index, runs, 12);
  const runAt = (run: number) => runEntries.start + run * 12;

  const lengths: number[] = [];
  let [packet, run, perChunk, total] = [0, 0, 1, 0];
  for (let chunk = 0; chunk < chunks && packet < packets; chunk += 1) {
    for (; run < runEntries.count && index.readUInt32BE(runAt(run)) <= chunk + 1; run += 1)
      perChunk = index.readUInt32BE(runAt(run) + 4);
    // The decoder takes all that are left from the last chunk.
    const isLast = chunk === chunks - 1;
    const end = isLast ? packets : Math.min(packets, packet + Math.max(1, perChunk));
    let bytes = sameSize * (end - packet);
    if (sameSize === 0) for (let at = packet; at < end; at += 1) bytes += sizeOf(at);
    packet = end;
    total += bytes;
    if (total > fileBytes) throw new Error("more sound than file");
    lengths.push(bytes);
  }
  return lengths;
}

function blankRest(index: Buffer, around: Box): void {
  for (const box of boxesIn(index, around)) {
    if (!KEPT_OF_TRACK.has(box.type)) blank(index, box, around.end);
    else if (CONTAINERS_OF_TRACK.has(box.type)) blankRest(index, box);
  }
}

function blank(index: Buffer, { start, body, end }: Box, limit: number): void {
  index.write("free", start + 4, "latin1");
  index.fill(0, body, Math.min(end, limit));
}

/** The track and all that lies in it, whatever it is nested in. */
function partsOf(
  index: Buffer,
  track: Box,
  parts = new Map([[track.type, track]]),
): ReadonlyMap<string, Box> {
  for (const box of boxesIn(index, track)) {
    if (parts.has(box.type) && TABLES.has(box.type)) throw new Error("two tables of a kind");
    if (!parts.has(box.type)) parts.set(box.type, box);
    if (CONTAINERS.has(box.type) && box.type !== "trak") partsOf(index, box, parts);
  }
  return parts;
}
