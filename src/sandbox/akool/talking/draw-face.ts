/**
 * One frame of a talking face: for every place of the frame, where in the photo it is from. The head moves as a whole
 * about the neck, what is nearest to the viewer a little more; beyond the head the photo gives way and then stands still.
 */

import { shutEye } from "./draw-eyes.ts";
import { MouthDrawing, smooth } from "./draw-mouth.ts";
import type { FaceShape } from "./face-shape.ts";
import type { Pose } from "./plan-movements.ts";
import { copyPlanes, type Planes } from "./planes.ts";
import type { Spot } from "./spot.ts";

/** Half of a head's width and height, as parts of the face's: hair and ears are more than a face. */
const HEAD = { across: 0.72, down: 0.8 } as const;
/** From the head's middle, in heads: up to here all moves as one, and from there on nothing. */
const [WHOLE, STILL] = [1, 2.1];
/** The picture's own edge stands still; over this part of its shorter side movement begins. */
const EDGE = 0.1;
/** How far around the nose's tip things are near, as part of the face's width. */
const NEAR = 0.42;

export class FaceDrawing {
  readonly #photo: Planes;
  readonly #frame: Planes;
  readonly #shape: FaceShape;
  readonly #mouth: MouthDrawing;
  /** How much of the head's movement each pixel takes part in, and of what is nearest to the viewer. */
  readonly #head: Float32Array;
  readonly #near: Float32Array;
  readonly #spot: Spot = { x: 0, y: 0, cover: 0, light: 0, blue: 128, red: 128, shade: 1 };

  constructor(photo: Planes, shape: FaceShape) {
    this.#photo = photo;
    this.#frame = copyPlanes(photo);
    this.#shape = shape;
    this.#mouth = new MouthDrawing(shape, photo);
    this.#head = weighHead(photo, shape);
    this.#near = weighNear(photo, shape, this.#head);
  }

  /** The same planes each time. */
  draw(pose: Pose): Planes {
    const { width, height } = this.#photo;
    const { width: faceWidth, eyes } = this.#shape;
    const [neckX, neckY] = this.#shape.neck;
    const [frame, spot, head, near] = [this.#frame, this.#spot, this.#head, this.#near];
    const [shiftX, shiftY] = [pose.shiftX * faceWidth, pose.shiftY * faceWidth];
    const [turn, nod] = [pose.turn * faceWidth, pose.nod * faceWidth];
    frame.all.set(this.#photo.all);
    this.#mouth.pose(pose);
    for (let row = 0, nth = 0; row < height; row += 1) {
      for (let column = 0; column < width; column += 1, nth += 1) {
        const weight = head[nth] ?? 0;
        if (weight === 0) continue;
        const nearness = near[nth] ?? 0;
        spot.x = column + 0.5 - weight * (shiftX - pose.tilt * (row - neckY)) - nearness * turn;
        spot.y = row + 0.5 - weight * (shiftY + pose.tilt * (column - neckX)) - nearness * nod;
        spot.cover = 0;
        spot.shade = 1;
        if (pose.shut > 0) for (const eye of eyes) shutEye(spot, eye, pose.shut);
        this.#mouth.bend(spot);
        this.#paintLight(frame, nth);
        if (((row | column) & 1) === 0) this.#paintColour(frame, (row >> 1) * (width >> 1) + (column >> 1));
      }
    }
    return frame;
  }

  #paintLight({ light, width, height }: Planes, nth: number): void {
    const spot = this.#spot;
    const value = between(this.#photo.light, width, height, spot.x - 0.5, spot.y - 0.5) * spot.shade;
    light[nth] = value + (spot.light - value) * spot.cover;
  }

  /** Of a square of four, with the place of its first pixel: what is between them is less than can be seen. */
  #paintColour({ blue, red, width, height }: Planes, nth: number): void {
    const spot = this.#spot;
    const x = spot.x / 2 - 0.25;
    const y = spot.y / 2 - 0.25;
    const fromBlue = between(this.#photo.blue, width >> 1, height >> 1, x, y);
    const fromRed = between(this.#photo.red, width >> 1, height >> 1, x, y);
    blue[nth] = fromBlue + (spot.blue - fromBlue) * spot.cover;
    red[nth] = fromRed + (spot.red - fromRed) * spot.cover;
  }
}

function weighHead(photo: Planes, { centre, mouth, width, height }: FaceShape): Float32Array {
  const border = Math.min(photo.width, photo.height) * EDGE;
  return new Float32Array(photo.light.length).map((_, nth) => {
    const [x, y] = placeOf(nth, photo);
    const [right, down] = [x - centre[0], y - centre[1]];
    const across = (right * mouth.acrossX + down * mouth.acrossY) / (width * HEAD.across);
    const along = (down * mouth.acrossX - right * mouth.acrossY) / (height * HEAD.down);
    const inside = smooth(Math.min(x, y, photo.width - x, photo.height - y) / border);
    return inside * smooth((STILL - Math.hypot(across, along)) / (STILL - WHOLE));
  });
}

function weighNear(photo: Planes, { noseTip, width }: FaceShape, head: Float32Array): Float32Array {
  return head.map((weight, nth) => {
    const [x, y] = placeOf(nth, photo);
    return weight * Math.exp(-((x - noseTip[0]) ** 2 + (y - noseTip[1]) ** 2) / (width * NEAR) ** 2);
  });
}

function placeOf(nth: number, { width }: Planes): [number, number] {
  return [(nth % width) + 0.5, Math.floor(nth / width) + 0.5];
}

/** Between four values of a plane; beyond its edge the edge goes on. */
function between(plane: Uint8Array, width: number, height: number, x: number, y: number): number {
  const column = x < 0 ? 0 : x > width - 1.001 ? width - 1.001 : x;
  const row = y < 0 ? 0 : y > height - 1.001 ? height - 1.001 : y;
  const left = column | 0;
  const top = row | 0;
  const right = column - left;
  const from = top * width + left;
  const a = plane[from] ?? 0;
  const b = plane[from + 1] ?? 0;
  const c = plane[from + width] ?? 0;
  const d = plane[from + width + 1] ?? 0;
  const upper = a + (b - a) * right;
  return upper + (c + (d - c) * right - upper) * (row - top);
}
