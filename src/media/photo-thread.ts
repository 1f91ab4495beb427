import { extname } from "node:path";
import type { PhotoOrder, PhotoOutcome } from "./photo-worker.ts";
import { createThreads } from "./threads.ts";

/** Has one photo judged and turned into a JPEG. @throws when the program or the disk is to blame */
export const runInPhotoThread = createThreads<PhotoOrder, PhotoOutcome>({
  // The same folder holds the .ts source and, once built, the .js.
  url: new URL(`./photo-worker${extname(import.meta.url)}`, import.meta.url),
  heapMb: 128,
  // More than the limits inside it for HEIC and for the JPEG together.
  timeoutMs: 120_000,
  gaveUp: (code) => ({
    type: "refused",
    failure: { reason: "photo_unreadable", file: "photo", code: `conversion_${code}` },
  }),
  mayStay: (outcome) => outcome.type === "prepared",
});
