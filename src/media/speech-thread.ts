import { extname } from "node:path";
import type { SpeechOrder, SpeechOutcome } from "./speech-worker.ts";
import { createThreads } from "./threads.ts";

/** Has one recording judged and converted. @throws when the program is to blame */
export const runInSpeechThread = createThreads<SpeechOrder, SpeechOutcome>({
  // The same folder holds the .ts source and, once built, the .js.
  url: new URL(`./speech-worker${extname(import.meta.url)}`, import.meta.url),
  heapMb: 160,
  timeoutMs: 60_000,
  gaveUp: (code) => ({
    type: "refused",
    failure: { reason: "speech_unreadable", file: "recording", code: `conversion_${code}` },
  }),
  mayStay: (outcome) => outcome.type !== "refused",
});
