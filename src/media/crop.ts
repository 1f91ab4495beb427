import type { Box } from "../job/speech-api.ts";

/** What is shown around a face, in times of its longer side: as on a portrait. */
const FRAME_WIDTH = 2.2;
const FRAME_HEIGHT = 2.6;
/** How much of the space around the face lies below it: shoulders rather than sky. */
const SPACE_BELOW = 0.6;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The portrait frame around a face, inside the picture and never larger than it. Whole pixels. */
export function cropAround(face: Box, picture: Size): Box {
  const longer = Math.max(face.width, face.height);
  const width = Math.min(picture.width, Math.max(1, Math.round(longer * FRAME_WIDTH)));
  const height = Math.min(picture.height, Math.max(1, Math.round(longer * FRAME_HEIGHT)));
  const left = Math.round(face.left + face.width / 2 - width / 2);
  const top = Math.round(face.top - (height - face.height) * (1 - SPACE_BELOW));
  return {
    left: clamp(left, 0, picture.width - width),
    top: clamp(top, 0, picture.height - height),
    width,
    height,
  };
}

/**
 * The same part of the upright original from which a picture was made that is at most `longestSide` pixels long, so
 * that a crop has all the pixels there are. Never outside the original.
 */
export function toOriginal(box: Box, original: Size, longestSide: number): Box {
  const scale = Math.max(1, Math.max(original.width, original.height) / longestSide);
  const left = clamp(Math.round(box.left * scale), 0, original.width - 1);
  const top = clamp(Math.round(box.top * scale), 0, original.height - 1);
  return {
    left,
    top,
    width: clamp(Math.round(box.width * scale), 1, original.width - left),
    height: clamp(Math.round(box.height * scale), 1, original.height - top),
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
