import type { Concern } from "../job/question.ts";
import type { Box, FaceFinder } from "../job/speech-api.ts";
import { cropAround, type Size } from "./crop.ts";

/** Of the picture's shorter side; AKOOL has too few pixels to move a mouth below. */
const TINY_SHARE = 0.08;
/** Of the largest face's width: whoever is smaller stands in the background. */
const BACKGROUND_SHARE = 1 / 3;
/** As many buttons as a person can tell apart. */
const MOST_FACES = 9;

/** What a prepared photo's faces give to ask about; undefined when there is one good face, or nobody can tell. */
export async function lookForFaces(
  jpegPath: string,
  picture: Size,
  finder: FaceFinder,
  signal: AbortSignal,
): Promise<Concern | undefined> {
  const found = await finder.findFaces(jpegPath, signal);
  if (!found) return undefined;
  const faces = inFront(found);
  const [face] = faces;
  if (!face) return { kind: "no_face" };
  if (faces.length > 1) return { kind: "many_faces", faces: faces.map((each) => cropAround(each, picture)) };
  const tiny = Math.min(picture.width, picture.height) * TINY_SHARE;
  return Math.max(face.width, face.height) < tiny ? { kind: "tiny_face" } : undefined;
}

/** The largest, from left to right. */
function inFront(found: readonly Box[]): readonly Box[] {
  const widest = Math.max(0, ...found.map(({ width }) => width));
  return found
    .filter(({ width }) => width >= widest * BACKGROUND_SHARE)
    .sort((a, b) => b.width * b.height - a.width * a.height)
    .slice(0, MOST_FACES)
    .sort((a, b) => a.left - b.left);
}
