import { readSync } from "node:fs";

/** How MP4 and QuickTime files are built: boxes in boxes. Source: ISO/IEC 14496-12. */
export interface Box {
  readonly type: string;
  /** Where its size stands, what it holds, and what comes next: the last as it claims it. */
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

const MAX_TOP_BOXES = 100_000;
/** An index: an hour of video has one of about two megabytes. */
const MAX_INDEX_BYTES = 16_000_000;

/** Where a decoder may cut the size of a box off, and read on inside it. */
const CUT_OFF_AT = 0x1_0000_0000;

/**
 * The boxes of that type that lie in nothing else, read whole.
 * @throws Error when something is no box, there are too many or one is too large to be true; a system error from the
 * disk
 */
export function* topBoxes(file: number, fileBytes: number, types: readonly string[]): Generator<Buffer> {
  const head = Buffer.alloc(16);
  let at = 0;
  for (let boxes = 0; at + 8 <= fileBytes; boxes += 1) {
    if (boxes === MAX_TOP_BOXES) throw new Error("too many boxes");
    const read = readSync(file, head, 0, head.length, at);
    const box = boxAt(head.subarray(0, read), 0, fileBytes - at);
    if (!box || box.end >= CUT_OFF_AT) throw new Error("not a box");
    if (types.includes(box.type)) {
      if (box.end > MAX_INDEX_BYTES) throw new Error("the index is too large");
      const bytes = Buffer.alloc(box.end);
      if (readSync(file, bytes, 0, box.end, at) < box.end) throw new Error("half of an index");
      yield bytes;
    }
    at += box.end;
  }
}

/** The last may claim to be larger than the one around it. */
export function* boxesIn(bytes: Buffer, { body, end }: Pick<Box, "body" | "end">): Generator<Box> {
  for (let at = body; at + 8 <= end; ) {
    const box = boxAt(bytes, at, end);
    if (!box) return;
    yield box;
    at = box.end;
  }
}

/** Undefined where no box can be. @param limit where it ends that has no end of its own */
export function boxAt(bytes: Buffer, at: number, limit: number): Box | undefined {
  if (at + 8 > bytes.length) return undefined;
  const size = bytes.readUInt32BE(at);
  const type = typeAt(bytes, at + 4);
  if (size === 0) return { type, start: at, body: at + 8, end: limit };
  if (size !== 1) return size < 8 ? undefined : { type, start: at, body: at + 8, end: at + size };
  if (at + 16 > bytes.length) return undefined;
  const large = Number(bytes.readBigUInt64BE(at + 8));
  return large < 16 ? undefined : { type, start: at, body: at + 16, end: at + large };
}

export function typeAt(bytes: Buffer, at: number): string {
  return bytes.toString("latin1", at, at + 4);
}

/** The entries of a table: a count and what it counts. @throws Error when it claims more than it has */
export function entriesOf(bytes: Buffer, table: Box, entryBytes: number, countAt = table.body + 4) {
  const count = bytes.readUInt32BE(countAt);
  const start = countAt + 4;
  if (start + count * entryBytes > Math.min(table.end, bytes.length))
    throw new Error("a table claims more than it has");
  return { count, start };
}
