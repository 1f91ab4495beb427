import sharp from "sharp";

/** RGB, row by row. */
export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** Upright, at most `longestSide` pixels, and even on both sides, as H.264 wants it. */
export async function decodePhoto(photo: Uint8Array, longestSide: number): Promise<RgbPicture> {
  const fitted = await sharp(photo)
    .autoOrient()
    .resize(longestSide, longestSide, { fit: "inside", withoutEnlargement: true })
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .png({ compressionLevel: 0 })
    .toBuffer({ resolveWithObject: true });
  const { data, info } = await sharp(fitted.data)
    .resize(even(fitted.info.width), even(fitted.info.height), { fit: "fill" })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`a photo came out with ${info.channels} channels`);
  return { rgb: data, width: info.width, height: info.height };
}

/** The encoder works in blocks of 16 pixels and takes nothing smaller. */
function even(side: number): number {
  return Math.max(16, side - (side % 2));
}
