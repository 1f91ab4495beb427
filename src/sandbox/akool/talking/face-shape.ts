/** Where on a face the parts are that move. */
import type { Face, Point } from "./find-faces.ts";
import { makeSlit, type Slit, within } from "./slit.ts";

export interface FaceShape {
  readonly mouth: Slit;
  /** How far the nose is above the mouth's corners, and the chin below, pixels. */
  readonly nose: number;
  readonly chin: number;
  readonly eyes: readonly Eye[];
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly centre: Point;
  readonly noseTip: Point;
  readonly neck: Point;
  /** From which colours are taken. */
  readonly cheeks: readonly Point[];
  readonly lowerLip: readonly Point[];
}

export interface Eye extends Slit {
  /** How far the brow is above the corners, pixels. */
  readonly brow: number;
}

/** Numbers of MediaPipe's face mesh, from left to right in the picture. */
const MOUTH_UPPER = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308];
const MOUTH_LOWER = [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308];
const EYES = [
  {
    upper: [33, 246, 161, 160, 159, 158, 157, 173, 133],
    lower: [33, 7, 163, 144, 145, 153, 154, 155, 133],
    brow: 52,
  },
  {
    upper: [362, 398, 384, 385, 386, 387, 388, 466, 263],
    lower: [362, 382, 381, 380, 374, 373, 390, 249, 263],
    brow: 282,
  },
];
const [FOREHEAD, CHIN, RIGHT_SIDE, LEFT_SIDE, NOSE_TIP, UNDER_NOSE] = [10, 152, 234, 454, 1, 2];
const CHEEKS = [50, 280, 117, 346, 101, 330];
const LOWER_LIP = [85, 16, 315, 180, 404];
/** From the chin on, as part of the face's height. */
const NECK = 0.55;

export function shapeOf({ points }: Face): FaceShape {
  const point = (number: number): Point => points[number] ?? [0, 0];
  const all = (numbers: readonly number[]) => numbers.map(point);
  const mouth = makeSlit(all(MOUTH_UPPER), all(MOUTH_LOWER));
  const [forehead, chin] = [point(FOREHEAD), point(CHIN)];
  const [right, left] = [point(RIGHT_SIDE), point(LEFT_SIDE)];
  return {
    mouth,
    nose: -within(mouth, point(UNDER_NOSE))[1],
    chin: within(mouth, chin)[1],
    eyes: EYES.map(({ upper, lower, brow }) => {
      const eye = makeSlit(all(upper), all(lower));
      return { ...eye, brow: -within(eye, point(brow))[1] };
    }),
    width: Math.hypot(left[0] - right[0], left[1] - right[1]),
    height: Math.hypot(chin[0] - forehead[0], chin[1] - forehead[1]),
    centre: [(forehead[0] + chin[0]) / 2, (forehead[1] + chin[1]) / 2],
    noseTip: point(NOSE_TIP),
    neck: [chin[0] + (chin[0] - forehead[0]) * NECK, chin[1] + (chin[1] - forehead[1]) * NECK],
    cheeks: all(CHEEKS),
    lowerLip: all(LOWER_LIP),
  };
}
