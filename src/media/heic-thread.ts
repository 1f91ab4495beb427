import { extname } from "node:path";
import type { HeicOrder, HeicOutcome } from "./heic-worker.ts";
import { createThreads } from "./threads.ts";

/** Decodes an HEIC picture to a TIFF. @throws when the program or the disk is to blame */
export const decodeHeic = createThreads<HeicOrder, HeicOutcome>({
  // The same folder holds the .ts source and, once built, the .js.
  url: new URL(`./heic-worker${extname(import.meta.url)}`, import.meta.url),
  heapMb: 128,
  // Twelve megapixels take two seconds of a slow core.
  timeoutMs: 60_000,
  gaveUp: (code) => ({ type: "damaged", message: code }),
  // The pixels in WebAssembly's memory are given back by ending, and by nothing else.
  mayStay: () => false,
});
