import { copyFile } from "node:fs/promises";
import { parentPort } from "node:worker_threads";
import { type Failure, type FailureFacts, type FailureReason, RequestProblem } from "../job/failure.ts";
import { convertSound, DECODERS } from "./convert-sound.ts";
import { probeSound } from "./probe-sound.ts";
import { sniffFile } from "./sniff.ts";
import { secondsInWords } from "./words.ts";

/**
 * The thread in which recordings are judged and converted. Parsers of files that strangers made run here
 * and nowhere else: this thread can be killed, and Slack is answered while it is busy.
 */
const MIN_SECONDS = 0.3;
const TOO_LONG_TOLERANCE_SECONDS = 0.5;
/** How far lengths may lie apart before something is missing; MP3 pads with up to 0.1 s. */
const LENGTH_TOLERANCE_SECONDS = 0.3;

export interface SpeechOrder {
  readonly inPath: string;
  /** Must not be there yet. */
  readonly outPath: string;
  readonly maxSeconds: number;
}

export type SpeechOutcome =
  | { readonly type: "prepared"; readonly seconds: number; readonly converted: boolean }
  | { readonly type: "refused"; readonly failure: Failure };

async function prepare({ inPath, outPath, maxSeconds }: SpeechOrder): Promise<SpeechOutcome> {
  const seen = await sniffFile(inPath);
  if (seen && seen.group !== "sound") {
    throw refused("speech_unreadable", { seen: seen.words, code: seen.name });
  }
  const probed = await probeSound(inPath).catch(rethrowAsDamaged);
  if (probed?.hasSound === false) {
    if (!probed.hasPicture) throw damaged(new Error("no track in it"));
    throw refused("speech_unreadable", { seen: "a video without sound", code: "no_sound" });
  }
  if (probed) assertLength(probed.seconds, maxSeconds);
  if (probed?.isMp3) {
    await copyFile(inPath, outPath);
    return { type: "prepared", seconds: probed.seconds, converted: false };
  }

  const decoder = decoderFor(seen?.name);
  if (!decoder) {
    throw seen
      ? refused("speech_type_unsupported", { seen: seen.words, code: seen.name })
      : refused("speech_unreadable", { code: "unknown" });
  }
  const stopAfterSeconds = maxSeconds + TOO_LONG_TOLERANCE_SECONDS;
  const seconds = await convertSound(inPath, outPath, decoder, stopAfterSeconds).catch(rethrowAsDamaged);
  if (seconds > stopAfterSeconds) throw tooLong(`a recording of more than ${maxSeconds} seconds`, maxSeconds);
  assertLength(seconds, maxSeconds);
  if (probed && probed.seconds - seconds > LENGTH_TOLERANCE_SECONDS) {
    throw damaged(new Error("part of the sound is missing"));
  }
  await assertPlayable(outPath, seconds);
  return { type: "prepared", seconds, converted: true };
}

function decoderFor(name: string | undefined) {
  const found = Object.entries(DECODERS).find(([kind]) => kind === name);
  return found?.[1];
}

function assertLength(seconds: number, maxSeconds: number): void {
  if (!(seconds >= MIN_SECONDS)) throw refused("speech_empty", { seen: secondsInWords(seconds || 0) });
  if (seconds > maxSeconds + TOO_LONG_TOLERANCE_SECONDS) {
    throw tooLong(`a recording of ${secondsInWords(seconds)}`, maxSeconds);
  }
}

/** What we made is read back before AKOOL is paid for it. */
async function assertPlayable(path: string, seconds: number): Promise<void> {
  const made = await probeSound(path);
  if (made?.hasSound && made.isMp3 && Math.abs(made.seconds - seconds) <= LENGTH_TOLERANCE_SECONDS) return;
  throw refused("speech_unreadable", { code: "conversion_failed" });
}

function tooLong(seen: string, maxSeconds: number): RequestProblem {
  return refused("speech_too_long", { seen, limit: `${maxSeconds} seconds` });
}

function rethrowAsDamaged(cause: unknown): never {
  // A full disk is no fault of the recording.
  if (cause instanceof Error && "syscall" in cause) throw cause;
  throw damaged(cause);
}

function damaged(cause: unknown): RequestProblem {
  return refused("speech_unreadable", { seen: "a damaged recording", code: "damaged" }, { cause });
}

function refused(reason: FailureReason, facts: FailureFacts, options?: ErrorOptions): RequestProblem {
  return new RequestProblem({ reason, file: "recording", ...facts }, options);
}

// `speech-thread.ts` sends SpeechOrders, one at a time, and nobody else does.
parentPort?.on("message", async (order: SpeechOrder) => {
  const outcome = await prepare(order).catch((error: unknown): SpeechOutcome => {
    if (error instanceof RequestProblem) return { type: "refused", failure: error.failure };
    throw error;
  });
  parentPort?.postMessage(outcome);
});
