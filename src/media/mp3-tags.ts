import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

const ID3V2_HEADER_BYTES = 10;
const ID3V2_HAS_FOOTER = 0x10;
const ID3V1_BYTES = 128;
const APE_BYTES = 32;
const APE_HAS_HEADER = 0x80000000;

/** Where the sound of an MP3 is in its file, in bytes. */
export interface Mp3Sound {
  readonly start: number;
  /** The byte after the last. */
  readonly end: number;
  /** False for MP2 and the like, which look the same to many. */
  readonly isLayer3: boolean;
}

/**
 * Looks past the tags that may stand before the sound and after it: names, places, pictures.
 * Sources: id3.org's ID3v2.4 structure 3.1 and 3.4, ID3v1; Hydrogenaudio's "APEv2 specification".
 */
export async function findMp3Sound(path: string): Promise<Mp3Sound> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    let start = 0;
    for (let tag = 1; tag > 0; start += tag) tag = await tagBytesAt(file, start);
    start = Math.min(start, size);
    let end = size;
    for (let tag = 1; tag > 0 && end > start; end -= tag) tag = await tagBytesBefore(file, end);
    end = Math.max(start, end);
    const [first = 0, second = 0] = await read(file, start, 2);
    // Eleven bits of sync, two of the version, two of the layer.
    return { start, end, isLayer3: first === 0xff && (second & 0xe6) === 0xe2 };
  } finally {
    await file.close();
  }
}

/** The same frames, byte for byte, and nothing else. `outPath` must not be there yet. */
export async function copyMp3Sound(inPath: string, outPath: string, { start, end }: Mp3Sound): Promise<void> {
  await pipeline(
    createReadStream(inPath, { start, end: end - 1 }),
    createWriteStream(outPath, { flags: "wx", mode: 0o600 }),
  );
}

async function tagBytesAt(file: FileHandle, at: number): Promise<number> {
  const head = await read(file, at, APE_BYTES);
  if (isAt(head, "ID3") && head.length >= ID3V2_HEADER_BYTES) {
    const footer = (head[5] ?? 0) & ID3V2_HAS_FOOTER ? ID3V2_HEADER_BYTES : 0;
    return ID3V2_HEADER_BYTES + syncSafe(head.subarray(6, 10)) + footer;
  }
  if (isAt(head, "APETAGEX") && head.length === APE_BYTES) return APE_BYTES + head.readUInt32LE(12);
  return 0;
}

async function tagBytesBefore(file: FileHandle, end: number): Promise<number> {
  const tail = await read(file, end - ID3V1_BYTES, ID3V1_BYTES);
  if (tail.length === ID3V1_BYTES && isAt(tail, "TAG")) return ID3V1_BYTES;
  const ape = tail.subarray(-APE_BYTES);
  if (ape.length === APE_BYTES && isAt(ape, "APETAGEX")) {
    // The size counts the footer, and not the header.
    const header = (ape.readUInt32LE(20) & APE_HAS_HEADER) !== 0 ? APE_BYTES : 0;
    return ape.readUInt32LE(12) + header;
  }
  const id3 = tail.subarray(-ID3V2_HEADER_BYTES);
  if (id3.length === ID3V2_HEADER_BYTES && isAt(id3, "3DI"))
    return 2 * ID3V2_HEADER_BYTES + syncSafe(id3.subarray(6, 10));
  return 0;
}

async function read(file: FileHandle, at: number, length: number): Promise<Buffer> {
  if (at < 0) return Buffer.alloc(0);
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position: at });
  return buffer.subarray(0, bytesRead);
}

function isAt(bytes: Buffer, word: string): boolean {
  return bytes.toString("latin1", 0, word.length) === word;
}

/** Seven bits a byte. */
function syncSafe(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
}
