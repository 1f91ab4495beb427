import { stat } from "node:fs/promises";
import pLimit from "p-limit";
import { RequestProblem } from "../job/failure.ts";
import type { PhotoConcern } from "../job/question.ts";
import type { Box } from "../job/speech-api.ts";
import { runInPhotoThread } from "./photo-thread.ts";
import { writeWholeFile } from "./write-whole-file.ts";

export const MAX_PHOTO_BYTES = 20_000_000;

/** A decoded photo takes up to 160 MB, and this process also answers Slack. */
const inTurn = pLimit(1);

export interface PreparedPhoto {
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
  /** It can be used, and may give a poor video. */
  readonly concern?: PhotoConcern;
}

export interface PhotoOptions {
  /** What is to be left of it, in pixels of what this function makes of the same photo without it. */
  readonly crop?: Box;
}

/**
 * Judges a photo by its content and writes what AKOOL gets: an upright sRGB JPEG without metadata (no
 * place, no camera), at most 2000 px, on white; of an animation its first picture. The header is judged before
 * anything is decoded.
 * @throws RequestProblem `photo_…`
 */
export function preparePhoto(
  inPath: string,
  outPath: string,
  { crop }: PhotoOptions = {},
): Promise<PreparedPhoto> {
  return inTurn(() =>
    writeWholeFile(outPath, async (partPath) => {
      const maxBytes = MAX_PHOTO_BYTES;
      const outcome = await runInPhotoThread({ inPath, outPath: partPath, maxBytes, ...(crop && { crop }) });
      if (outcome.type === "refused") throw new RequestProblem(outcome.failure);
      const { width, height, concern } = outcome;
      return { width, height, sizeBytes: (await stat(partPath)).size, ...(concern && { concern }) };
    }),
  );
}
