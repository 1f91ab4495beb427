/** Words on a frame: drawn once, then laid over every frame. */
import sharp from "sharp";
import { lettering, widthOf } from "./lettering.ts";
import type { Planes } from "./planes.ts";

export const MARK = "sandbox";
export const NO_FACE = ["no face found:", "sandbox shows the still picture"];

/** Pixels to one of lettering's measures, at a shorter side of 512; smaller where the words would not fit. */
const [MARK_UNIT, WORDS_UNIT] = [1.2, 2.2];
const USUAL_SIDE = 512;
/** Of the picture's width, what words may take. */
const MOST_WIDTH = 0.92;

export interface Stamp {
  /** Even, as the colour of four pixels is one. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** 16 to 235, row by row, and how much of it covers what is below, 0 to 1. */
  readonly light: Float32Array;
  readonly cover: Float32Array;
}

type Size = Pick<Planes, "width" | "height">;

/** In the upper right corner. */
export function makeMark(size: Size): Promise<Stamp> {
  return makeStamp([MARK], MARK_UNIT, size, ({ width }) => ({ left: size.width - width, top: 0 }));
}

/** Near the top, where no player lays its controls. */
export function makeNotice(lines: readonly string[], size: Size): Promise<Stamp> {
  return makeStamp(lines, WORDS_UNIT, size, ({ width }) => ({
    left: (size.width - width) / 2,
    top: size.height * 0.08,
  }));
}

async function makeStamp(
  lines: readonly string[],
  usualUnit: number,
  size: Size,
  place: (stamp: Size) => { readonly left: number; readonly top: number },
): Promise<Stamp> {
  const widest = Math.max(...lines.map(widthOf));
  const scale = Math.max(0.8, Math.min(size.width, size.height) / USUAL_SIDE);
  const unit = Math.min(usualUnit * scale, (size.width * MOST_WIDTH) / (widest + 6));
  const { svg } = lettering(lines, unit);
  const { data, info } = await sharp(svg).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const { left, top } = place(info);
  const pixels = Float32Array.from({ length: info.width * info.height }, (_, nth) => nth);
  return {
    left: even(left, size.width - info.width),
    top: even(top, size.height - info.height),
    width: info.width,
    height: info.height,
    light: pixels.map((nth) => 16 + (data[nth * 4] ?? 0) * 0.859),
    cover: pixels.map((nth) => (data[nth * 4 + 3] ?? 0) / 255),
  };
}

function even(value: number, most: number): number {
  const bounded = Math.max(0, Math.min(Math.round(value), most));
  return bounded - (bounded % 2);
}

export function press(frame: Planes, { left, top, width, height, light, cover }: Stamp): void {
  const columns = frame.width / 2;
  for (let row = 0; row < height && top + row < frame.height; row += 1) {
    for (let column = 0; column < width && left + column < frame.width; column += 1) {
      const part = cover[row * width + column] ?? 0;
      if (part === 0) continue;
      const nth = (top + row) * frame.width + left + column;
      const below = frame.light[nth] ?? 0;
      frame.light[nth] = below + ((light[row * width + column] ?? 0) - below) * part;
      const half = ((top + row) >> 1) * columns + ((left + column) >> 1);
      for (const plane of [frame.blue, frame.red]) {
        const colour = plane[half] ?? 128;
        // A quarter for each of the four pixels.
        plane[half] = Math.round(colour + ((128 - colour) * part) / 4);
      }
    }
  }
}
