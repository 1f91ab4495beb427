import type { Planes } from "./planes.ts";

/** Of the picture's height. */
const HEIGHT = 1 / 40;
const WHITE = 235;
/** What is behind the bar gets darker, so that its length can be told on a white photo, too. */
const BEHIND = 0.4;

/** A bar along the bottom, as long as the sound is loud. */
export function drawLevel({ width, height, light, blue, red }: Planes, loud: number): void {
  const rows = Math.max(2, Math.round((height * HEIGHT) / 2) * 2);
  const end = Math.round(Math.min(1, loud) * width);
  for (let row = height - rows; row < height; row += 1) {
    const from = row * width;
    light.fill(WHITE, from, from + end);
    for (let nth = from + end; nth < from + width; nth += 1)
      light[nth] = 16 + ((light[nth] ?? 16) - 16) * BEHIND;
  }
  const top = ((height - rows) / 2) * (width / 2);
  blue.fill(128, top);
  red.fill(128, top);
}
