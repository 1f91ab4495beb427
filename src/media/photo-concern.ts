import type { PhotoConcern } from "../job/question.ts";
import type { Size } from "./crop.ts";

/** On the shorter side; below, a face has too few pixels for a mouth that moves. */
const SMALL_PIXELS = 256;
/** Width to height that AKOOL's own web app takes. Source: reference/akool.md 2.3. */
const STRANGE_BELOW = 0.41;
const STRANGE_ABOVE = 2.49;

/** Why a picture that can be used, upright and cropped, may give a poor video; undefined: it will do. */
export function photoConcern({ width, height }: Size): PhotoConcern | undefined {
  const values = { width, height };
  if (Math.min(width, height) < SMALL_PIXELS)
    return { kind: "photo_small", seen: { key: "seen.pixels", values } };
  if (width / height > STRANGE_ABOVE)
    return { kind: "photo_strange", seen: { key: "seen.wide_picture", values } };
  if (width / height < STRANGE_BELOW)
    return { kind: "photo_strange", seen: { key: "seen.tall_picture", values } };
  return undefined;
}
