import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { decodePrimary, loadLibheif, type Pixels } from "./libheif.ts";
import { limitWasmMemory } from "./limit-wasm-memory.ts";
import { tiffHeader } from "./tiff-header.ts";

/**
 * The thread in which HEIC is decoded: sharp's own build may not, for its patents. What comes out is an uncompressed
 * TIFF on disk, row by row, so that neither this process nor sharp needs the picture in memory once more; sharp then
 * treats it as it treats every other photo, colour profile included.
 */
const MAX_WASM_BYTES = 320_000_000;
/** As much as is written at once. */
const CHUNK_BYTES = 1_000_000;

export interface HeicOrder {
  readonly inPath: string;
  /** Must not be there yet. */
  readonly tiffPath: string;
  readonly maxPixels: number;
  /** As the file says it; empty for sRGB. */
  readonly colourProfile: Uint8Array;
}

export type HeicOutcome =
  | { readonly type: "decoded" }
  | { readonly type: "damaged"; readonly message: string };

function decode({ inPath, tiffPath, maxPixels, colourProfile }: HeicOrder): HeicOutcome {
  const file = readFileSync(inPath);
  let pixels: Pixels;
  try {
    limitWasmMemory(MAX_WASM_BYTES);
    pixels = decodePrimary(loadLibheif(), file, maxPixels);
  } catch (error) {
    return { type: "damaged", message: error instanceof Error ? error.message : String(error) };
  }
  writeTiff(tiffPath, pixels, colourProfile);
  return { type: "decoded" };
}

function writeTiff(path: string, pixels: Pixels, colourProfile: Uint8Array): void {
  const { width, height, channels, stride, bytes } = pixels;
  const rowBytes = width * channels;
  const rowsAtOnce = Math.max(1, Math.floor(CHUNK_BYTES / rowBytes));
  const chunk = Buffer.alloc(rowsAtOnce * rowBytes);
  const file = openSync(path, "wx", 0o600);
  try {
    writeAll(file, tiffHeader({ width, height, channels, colourProfile }));
    for (let top = 0; top < height; top += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, height - top);
      for (let row = 0; row < rows; row += 1) {
        const start = (top + row) * stride;
        chunk.set(bytes.subarray(start, start + rowBytes), row * rowBytes);
      }
      writeAll(file, chunk.subarray(0, rows * rowBytes));
    }
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

// `heic-thread.ts` sends one order to a thread.
parentPort?.on("message", (order: HeicOrder) => parentPort?.postMessage(decode(order)));
