import { rm } from "node:fs/promises";
import { parentPort } from "node:worker_threads";
import { type Failure, type FailureFacts, type FailureReason, RequestProblem } from "../job/failure.ts";
import type { SpeechConcern } from "../job/question.ts";
import type { Said } from "../words/say.ts";
import { cutSound, findCut } from "./cut-sound.ts";
import { decodeSound, isDecoderName } from "./decode-sound.ts";
import { encodeMp3 } from "./encode-mp3.ts";
import { decodeWithFfmpeg } from "./ffmpeg-sound.ts";
import { limitWasmMemory } from "./limit-wasm-memory.ts";
import { standBack } from "./low-priority.ts";
import { copyMp3Sound, findMp3Sound } from "./mp3-tags.ts";
import { assertPlausibleMp4 } from "./mp4-plausible.ts";
import { type ProbedSound, probeSound } from "./probe-sound.ts";
import { type Sniffed, sniffFile } from "./sniff.ts";
import { createSoundMeter, type SoundMeter, type SoundPiece } from "./sound-meter.ts";
import { limitInWords, secondsInWords } from "./words.ts";

/**
 * The thread in which recordings are judged and converted. Parsers of files that strangers made run here
 * and nowhere else: this thread can be killed, and Slack is answered while it is busy.
 */
const MIN_SECONDS = 0.3;
const TOO_LONG_TOLERANCE_SECONDS = 0.5;
/** How far lengths may lie apart before something is missing; MP3 pads with up to 0.1 s. */
const LENGTH_TOLERANCE_SECONDS = 0.3;
/** Of these nothing is offered: nobody wants the first minute of a lecture. */
const MAX_CUTTABLE_SECONDS = 30 * 60;
const MAX_WASM_BYTES = 256_000_000;
/** Not sound that ffmpeg knows either. */
const NOT_FOR_FFMPEG: ReadonlySet<string> = new Set(["midi", "silk"]);

export interface SpeechOrder {
  readonly inPath: string;
  /** Must not be there yet. */
  readonly outPath: string;
  readonly maxSeconds: number;
  readonly cutAtSeconds?: number;
  readonly ffmpegPath?: string;
}

export type SpeechOutcome =
  | {
      readonly type: "prepared";
      readonly seconds: number;
      readonly converted: boolean;
      readonly concern?: SpeechConcern;
    }
  /** `seconds` is missing where only the end of the file would tell. Nothing lies at `outPath`. */
  | { readonly type: "too_long"; readonly seconds?: number; readonly cutAtSeconds: number }
  | { readonly type: "refused"; readonly failure: Failure };

standBack();
limitWasmMemory(MAX_WASM_BYTES);

async function prepare(order: SpeechOrder): Promise<SpeechOutcome> {
  const { inPath, outPath, maxSeconds, cutAtSeconds } = order;
  const seen = await sniffFile(inPath);
  if (seen && seen.group !== "sound") {
    throw refused("speech_unreadable", { seen: seen.words, code: seen.name });
  }
  if (seen?.name === "mp4") assertPlausible(inPath);
  const probed = await probe(inPath, seen, order);
  const knownSeconds = probed?.seconds;
  if (knownSeconds !== undefined) assertLength(knownSeconds, maxSeconds);

  const stopAfterSeconds = maxSeconds + TOO_LONG_TOLERANCE_SECONDS;
  const isKnownTooLong = knownSeconds !== undefined && knownSeconds > stopAfterSeconds;
  const isCut = cutAtSeconds !== undefined && !(knownSeconds !== undefined && knownSeconds <= cutAtSeconds);
  const mp3 = probed?.isMp3 ? await findMp3Sound(inPath) : undefined;
  const isPassedOn = mp3?.isLayer3 === true && !isCut;
  const isEncoded = !isPassedOn && (isCut || !isKnownTooLong);

  const meter = await listen(order, mp3 ? "mp3" : seen?.name, seen, async (sound, heard) => {
    const pieces = isCut ? cutSound(sound, cutAtSeconds) : sound;
    const listened = hear(pieces, heard, stopAfterSeconds);
    if (isEncoded) await encodeMp3(listened, outPath);
    else for await (const _ of listened);
  });

  const isTooLong = !isCut && (isKnownTooLong || meter.seconds > stopAfterSeconds);
  assertHeard(meter, isTooLong);
  if (isTooLong) {
    await rm(outPath, { force: true });
    const cut = findCut(meter.pauses(), maxSeconds);
    return { type: "too_long", cutAtSeconds: cut, ...(isKnownTooLong && { seconds: knownSeconds }) };
  }
  if (isPassedOn) {
    await copyMp3Sound(inPath, outPath, mp3);
  } else {
    const expected = isCut ? Math.min(cutAtSeconds, knownSeconds ?? 0) : knownSeconds;
    if (expected !== undefined && expected - meter.seconds > LENGTH_TOLERANCE_SECONDS)
      throw damaged(new Error("part of the sound is missing"));
    await assertPlayable(outPath, meter.seconds);
  }
  return {
    type: "prepared",
    seconds: isPassedOn ? (knownSeconds ?? meter.seconds) : meter.seconds,
    converted: !isPassedOn,
    ...(meter.isClipped() && { concern: CLIPPED }),
  };
}

const CLIPPED: SpeechConcern = { kind: "speech_clipped" };

function assertPlausible(path: string): void {
  try {
    assertPlausibleMp4(path);
  } catch (error) {
    rethrowAsDamaged(error);
  }
}

/** Undefined when the container is unknown here, but not to a decoder. */
async function probe(
  path: string,
  seen: Sniffed | undefined,
  { ffmpegPath }: SpeechOrder,
): Promise<Extract<ProbedSound, { hasSound: true }> | undefined> {
  const probed = await probeSound(path).catch((error: unknown) => {
    if (ffmpegPath !== undefined && isForFfmpeg(seen)) return undefined;
    return rethrowAsDamaged(error);
  });
  if (probed?.hasSound === false) {
    if (!probed.hasPicture && ffmpegPath !== undefined) return undefined;
    if (!probed.hasPicture) throw damaged(new Error("no track in it"));
    throw refused("speech_unreadable", { seen: { key: "seen.video_without_sound" }, code: "no_sound" });
  }
  return probed;
}

/** Tries our own decoder first, then ffmpeg. `consume` has each try from its start, and leaves nothing of a failed one. */
async function listen(
  { inPath, outPath, maxSeconds, ffmpegPath }: SpeechOrder,
  decoder: string | undefined,
  seen: Sniffed | undefined,
  consume: (sound: AsyncIterable<SoundPiece>, heard: SoundMeter) => Promise<void>,
): Promise<SoundMeter> {
  const attempt = async (sound: AsyncIterable<SoundPiece>): Promise<SoundMeter> => {
    const meter = createSoundMeter();
    try {
      await consume(sound, meter);
      return meter;
    } catch (error) {
      await rm(outPath, { force: true });
      throw error;
    }
  };

  // A little more than is wanted, so that what is too long is seen to be.
  const seconds = maxSeconds + 2 * TOO_LONG_TOLERANCE_SECONDS;
  let failed: unknown;
  if (isDecoderName(decoder)) {
    try {
      const meter = await attempt(decodeSound(inPath, decoder, seconds));
      if (meter.seconds > 0 || ffmpegPath === undefined) return meter;
      await rm(outPath, { force: true });
    } catch (error) {
      failed = error;
    }
  }
  if (ffmpegPath !== undefined && isForFfmpeg(seen) && !isSystemError(failed)) {
    try {
      return await attempt(decodeWithFfmpeg(ffmpegPath, inPath, seconds));
    } catch (error) {
      failed ??= error;
    }
  }
  if (isDecoderName(decoder)) return rethrowAsDamaged(failed);
  throw seen
    ? refused("speech_type_unsupported", { seen: seen.words, code: seen.name })
    : refused("speech_unreadable", { code: "unknown" });
}

function isForFfmpeg(seen: Sniffed | undefined): boolean {
  return seen?.group === "sound" && !NOT_FOR_FFMPEG.has(seen.name);
}

/** Passes the sound on and measures it; leaves early, whatever the header said. */
async function* hear(
  sound: AsyncIterable<SoundPiece>,
  meter: SoundMeter,
  stopAfterSeconds: number,
): AsyncGenerator<SoundPiece> {
  for await (const piece of sound) {
    meter.hear(piece);
    yield piece;
    if (meter.seconds > stopAfterSeconds) return;
  }
}

function assertLength(seconds: number, maxSeconds: number): void {
  if (!(seconds >= MIN_SECONDS)) throw refused("speech_empty", { seen: secondsInWords(seconds || 0) });
  if (seconds <= MAX_CUTTABLE_SECONDS) return;
  const seen: Said = { key: "seen.recording_of", values: { length: secondsInWords(seconds) } };
  throw refused("speech_too_long", { seen, limit: limitInWords(maxSeconds) });
}

function assertHeard(meter: SoundMeter, isTooLong: boolean): void {
  if (meter.seconds < MIN_SECONDS) throw refused("speech_empty", { seen: secondsInWords(meter.seconds) });
  if (!meter.isSilent()) return;
  const key = isTooLong ? "seen.silent_at_first" : "seen.silent_for";
  throw refused("speech_silent", { seen: { key, values: { length: secondsInWords(meter.seconds) } } });
}

/** What we made is read back before AKOOL is paid for it. */
async function assertPlayable(path: string, seconds: number): Promise<void> {
  const made = await probeSound(path);
  if (made?.hasSound && made.isMp3 && Math.abs(made.seconds - seconds) <= LENGTH_TOLERANCE_SECONDS) return;
  throw refused("speech_unreadable", { code: "conversion_failed" });
}

function rethrowAsDamaged(cause: unknown): never {
  // A full disk is no fault of the recording.
  if (isSystemError(cause)) throw cause;
  throw damaged(cause);
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

function damaged(cause: unknown): RequestProblem {
  return refused(
    "speech_unreadable",
    { seen: { key: "seen.damaged_recording" }, code: "damaged" },
    { cause },
  );
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
