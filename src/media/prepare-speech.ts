import { stat } from "node:fs/promises";
import pLimit from "p-limit";
import { type Failure, RequestProblem } from "../job/failure.ts";
import type { SpeechConcern } from "../job/question.ts";
import type { Said } from "../words/say.ts";
import { findFfmpeg } from "./ffmpeg-sound.ts";
import { runInSpeechThread } from "./speech-thread.ts";
import { bytesInWords, limitInWords, secondsInWords } from "./words.ts";
import { writeWholeFile } from "./write-whole-file.ts";

export const MAX_SPEECH_BYTES = 50_000_000;

/** A conversion keeps a core busy for a second or two. */
const inTurn = pLimit(2);

export type PreparedSpeech =
  | {
      readonly type: "prepared";
      readonly seconds: number;
      readonly sizeBytes: number;
      /** False when it was an MP3 already and is passed on, without its tags. */
      readonly converted: boolean;
      /** It can be used, and may give a poor video. */
      readonly concern?: SpeechConcern;
    }
  | SpeechTooLong;

/** Nothing was written; with `cutAtSeconds` given back, the beginning will be. */
export interface SpeechTooLong {
  readonly type: "too_long";
  /** Missing where the file does not tell without being decoded to its end. */
  readonly seconds?: number;
  /** In a pause, if there is one: at most the seconds that are allowed. */
  readonly cutAtSeconds: number;
}

export interface SpeechOptions {
  readonly maxSeconds: number;
  /** Where to cut off the rest. */
  readonly cutAtSeconds?: number;
  /** Where ffmpeg is looked for, as in the variable PATH: for what our own decoders cannot read. */
  readonly searchPath?: string;
}

/**
 * Judges a recording by its content and by how it sounds, and writes what AKOOL gets: an MP3 without tags. The sound
 * of a video will do.
 * @throws RequestProblem `speech_…`
 */
export function prepareSpeech(
  inPath: string,
  outPath: string,
  { maxSeconds, cutAtSeconds, searchPath = process.env.PATH ?? "" }: SpeechOptions,
): Promise<PreparedSpeech> {
  return inTurn(async () => {
    const { size } = await stat(inPath);
    if (size > MAX_SPEECH_BYTES) {
      const facts = { seen: bytesInWords(size), limit: bytesInWords(MAX_SPEECH_BYTES) };
      throw new RequestProblem({ reason: "speech_too_big", file: "recording", ...facts });
    }
    const ffmpegPath = await findFfmpeg(searchPath);
    try {
      return await writeWholeFile(outPath, async (partPath) => {
        const outcome = await runInSpeechThread({
          inPath,
          outPath: partPath,
          maxSeconds,
          ...(cutAtSeconds !== undefined && { cutAtSeconds }),
          ...(ffmpegPath !== undefined && { ffmpegPath }),
        });
        if (outcome.type === "refused") throw new RequestProblem(outcome.failure);
        if (outcome.type === "too_long") throw new NothingWritten(outcome);
        return { ...outcome, sizeBytes: (await stat(partPath)).size };
      });
    } catch (error) {
      if (error instanceof NothingWritten) return error.found;
      throw error;
    }
  });
}

/** What is too long, for those who do not offer to cut it. */
export function tooLongFailure({ seconds }: SpeechTooLong, maxSeconds: number): Failure {
  const limit = limitInWords(maxSeconds);
  const seen: Said =
    seconds === undefined
      ? { key: "seen.recording_over", values: { length: limit } }
      : { key: "seen.recording_of", values: { length: secondsInWords(seconds) } };
  return { reason: "speech_too_long", file: "recording", seen, limit };
}

class NothingWritten extends Error {
  readonly found: SpeechTooLong;

  constructor(found: SpeechTooLong) {
    super(found.type);
    this.found = found;
  }
}
