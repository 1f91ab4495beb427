import type { RgbPicture } from "./decode-photo.ts";

/** A picture as the encoder wants it (I420, BT.601): brightness of each pixel, colour of each square of four. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  /** All three, one behind the other; they are views of it. */
  readonly all: Uint8Array;
  /** 16 is black, 235 white. */
  readonly light: Uint8Array;
  /** 128 is grey in both. */
  readonly blue: Uint8Array;
  readonly red: Uint8Array;
}

export function toPlanes({ width, height, rgb }: RgbPicture): Planes {
  const planes = viewPlanes(width, height, new Uint8Array((width * height * 3) / 2));
  const { light, blue, red } = planes;
  const [columns, rows] = [width / 2, height / 2];
  for (let pixel = 0; pixel < light.length; pixel += 1) {
    const [r, g, b] = [rgb[pixel * 3] ?? 0, rgb[pixel * 3 + 1] ?? 0, rgb[pixel * 3 + 2] ?? 0];
    light[pixel] = Math.round(16 + 0.2568 * r + 0.5041 * g + 0.0979 * b);
  }
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      let [r, g, b] = [0, 0, 0];
      for (const [right, down] of SQUARE) {
        const from = ((row * 2 + down) * width + column * 2 + right) * 3;
        r += (rgb[from] ?? 0) / 4;
        g += (rgb[from + 1] ?? 0) / 4;
        b += (rgb[from + 2] ?? 0) / 4;
      }
      blue[row * columns + column] = Math.round(128 - 0.1482 * r - 0.291 * g + 0.4392 * b);
      red[row * columns + column] = Math.round(128 + 0.4392 * r - 0.3678 * g - 0.0714 * b);
    }
  }
  return planes;
}

/** `all` as three planes. */
export function viewPlanes(width: number, height: number, all: Uint8Array): Planes {
  const pixels = width * height;
  return {
    width,
    height,
    all,
    light: all.subarray(0, pixels),
    blue: all.subarray(pixels, pixels * 1.25),
    red: all.subarray(pixels * 1.25),
  };
}

const SQUARE = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
] as const;

export function copyPlanes({ width, height, all }: Planes): Planes {
  return viewPlanes(width, height, all.slice());
}
