import { Readable } from "node:stream";
import { paced, type Reply } from "./misbehaviour.ts";

const CHUNK_BYTES = 64 * 1024;
const FTYP = Buffer.from("0000001c6674797069736f6d0000020069736f6d617663316d703431", "hex");

export function fileReply(file: Buffer, type: "video/mp4" | "audio/mpeg"): Reply {
  return {
    status: 200,
    headers: { "content-type": type, "content-length": String(file.length) },
    body: file,
    outcome: "200",
  };
}

/** A file of any size that begins as an mp4 does and is made up while it is sent. */
export function bigFileReply({ bytes, bytesPerSecond }: { bytes: number; bytesPerSecond: number }): Reply {
  return {
    status: 200,
    headers: { "content-type": "video/mp4", "content-length": String(bytes) },
    body: Readable.from(paced(madeUp(bytes), bytesPerSecond)),
    outcome: "200",
  };
}

function* madeUp(bytes: number) {
  // The rest is one mdat box; size 1 announces a 64-bit length.
  const mdat = Buffer.from("000000016d6461740000000000000000", "hex");
  mdat.writeBigUInt64BE(BigInt(Math.max(16, bytes - FTYP.length)), 8);
  yield Buffer.concat([FTYP, mdat]).subarray(0, bytes);
  const filler = Buffer.alloc(CHUNK_BYTES, 0x5a);
  for (let left = bytes - FTYP.length - mdat.length; left > 0; left -= CHUNK_BYTES) {
    yield filler.subarray(0, Math.min(CHUNK_BYTES, left));
  }
}
