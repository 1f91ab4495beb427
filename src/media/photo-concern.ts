import type { Metadata } from "sharp";

/** On the shorter side; below, a face has too few pixels for a mouth that moves. */
const SMALL_PIXELS = 256;
/** Width to height that AKOOL's own web app takes. Source: reference/akool.md 2.3. */
const STRANGE_BELOW = 0.41;
const STRANGE_ABOVE = 2.49;

const ANIMATED: Readonly<Record<string, string>> = {
  gif: "an animated GIF",
  webp: "an animated WebP picture",
};

/** Why a picture that can be used may give a poor video. `seen` fits after "this is" or stands alone. */
export interface PhotoConcern {
  readonly kind: "photo_small" | "photo_strange" | "photo_animated";
  readonly seen: string;
}

/** The gravest one, if any. `frame` is what is left of the picture, upright. */
export function photoConcern(
  { width, height }: { readonly width: number; readonly height: number },
  { format, pages = 1 }: Pick<Metadata, "format" | "pages">,
): PhotoConcern | undefined {
  const size = `${width} × ${height} pixels`;
  if (Math.min(width, height) < SMALL_PIXELS) return { kind: "photo_small", seen: size };
  if (width / height > STRANGE_ABOVE) return { kind: "photo_strange", seen: `a very wide picture, ${size}` };
  if (width / height < STRANGE_BELOW) return { kind: "photo_strange", seen: `a very tall picture, ${size}` };
  const animated = ANIMATED[format];
  return animated && pages > 1 ? { kind: "photo_animated", seen: animated } : undefined;
}
