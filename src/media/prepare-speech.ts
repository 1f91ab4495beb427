import { stat } from "node:fs/promises";
import pLimit from "p-limit";
import { RequestProblem } from "../job/failure.ts";
import { runInSpeechThread } from "./speech-thread.ts";
import { bytesInWords } from "./words.ts";
import { writeWholeFile } from "./write-whole-file.ts";

export const MAX_SPEECH_BYTES = 50_000_000;

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
      const outcome = await runInSpeechThread({ inPath, outPath: partPath, maxSeconds });
      if (outcome.type === "refused") throw new RequestProblem(outcome.failure);
      const { seconds, converted } = outcome;
      return { seconds, converted, sizeBytes: (await stat(partPath)).size };
    });
  });
}
