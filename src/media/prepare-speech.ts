import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import pLimit from "p-limit";
import { RequestProblem } from "../job/failure.ts";
import type { SpeechOrder, SpeechOutcome } from "./speech-worker.ts";
import { bytesInWords } from "./words.ts";
import { writeWholeFile } from "./write-whole-file.ts";

export const MAX_SPEECH_BYTES = 50_000_000;
const WORKER_TIMEOUT_MS = 60_000;
const WORKER_HEAP_MB = 256;

/** The same folder holds the .ts source and, once built, the .js. */
const WORKER_URL = new URL(`./speech-worker${extname(import.meta.url)}`, import.meta.url);

/** A conversion keeps a core busy for a second or two. */
const inTurn = pLimit(2);

export interface PreparedSpeech {
  readonly seconds: number;
  readonly sizeBytes: number;
  /** False when it was an MP3 already and is passed on as it came. */
  readonly converted: boolean;
}

/**
 * Judges a recording by its content and writes what AKOOL gets: an MP3. The sound of a video will do.
 * @throws RequestProblem `speech_…`
 */
export function prepareSpeech(
  inPath: string,
  outPath: string,
  { maxSeconds }: { readonly maxSeconds: number },
): Promise<PreparedSpeech> {
  return inTurn(async () => {
    const { size } = await stat(inPath);
    if (size > MAX_SPEECH_BYTES) {
      const facts = { seen: bytesInWords(size), limit: bytesInWords(MAX_SPEECH_BYTES) };
      throw new RequestProblem({ reason: "speech_too_big", file: "recording", ...facts });
    }
    return await writeWholeFile(outPath, async (partPath) => {
      const outcome = await runWorker({ inPath, outPath: partPath, maxSeconds });
      if (outcome.type === "refused") throw new RequestProblem(outcome.failure);
      const { seconds, converted } = outcome;
      return { seconds, converted, sizeBytes: (await stat(partPath)).size };
    });
  });
}

async function runWorker(order: SpeechOrder): Promise<SpeechOutcome> {
  const worker = new Worker(WORKER_URL, {
    workerData: order,
    // No secrets and no way to the log for code that parses what strangers sent.
    env: {},
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB },
  });
  const { promise, resolve, reject } = Promise.withResolvers<SpeechOutcome>();
  const timer = setTimeout(() => resolve(gaveUp("conversion_timeout")), WORKER_TIMEOUT_MS);
  worker.once("message", (outcome: SpeechOutcome) => resolve(outcome));
  worker.once("error", (error) => {
    if ("code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY") resolve(gaveUp("conversion_memory"));
    else reject(error);
  });
  worker.once("exit", () => reject(new Error("speech worker ended without an answer")));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

function gaveUp(code: string): SpeechOutcome {
  return { type: "refused", failure: { reason: "speech_unreadable", file: "recording", code } };
}
