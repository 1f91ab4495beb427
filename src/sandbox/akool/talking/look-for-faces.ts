import sharp from "sharp";
import { decodePhoto } from "./decode-photo.ts";
import type { FaceModels } from "./face-models.ts";
import { type Face, findFaces } from "./find-faces.ts";

/** Looked at no larger than this, pixels: models see less, and points need no more. */
const LOOKED_AT = 1024;

/** In pixels of the picture, upright; the largest first. */
export async function lookForFaces(photo: Uint8Array, models: FaceModels): Promise<Omit<Face, "points">[]> {
  const { autoOrient } = await sharp(photo).metadata();
  const picture = await decodePhoto(photo, LOOKED_AT);
  const [across, down] = [autoOrient.width / picture.width, autoOrient.height / picture.height];
  const faces = await findFaces(picture, models);
  return faces.map(({ left, top, width, height }) => ({
    left: left * across,
    top: top * down,
    width: width * across,
    height: height * down,
  }));
}
