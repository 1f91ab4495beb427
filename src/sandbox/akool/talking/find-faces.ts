/** Faces in a picture, and 468 points on each, numbered as MediaPipe's face mesh numbers them. */
import sharp from "sharp";
import type { RgbPicture } from "./decode-photo.ts";
import { type Candidate, DETECTOR_SIDE, type FaceModels, MESH_SIDE } from "./face-models.ts";

export type Point = readonly [x: number, y: number];

export interface Face {
  /** Around the points, in pixels of the picture. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly points: readonly Point[];
}

const LEAST_DETECTOR_SCORE = 0.5;
const LEAST_MESH_SCORE = 0.5;
const MOST_FACES = 10;
/** Two boxes that share more than this part of what both cover are one face. */
const SAME_FACE = 0.3;
/** FaceMesh wants the face with some room around it. */
const ROOM = 1.5;
const [RIGHT_EYE, LEFT_EYE] = [33, 263];

interface Square {
  readonly centre: Point;
  readonly side: number;
  /** Radians, clockwise as one sees it. */
  readonly angle: number;
}

/** The largest first. */
export async function findFaces(picture: RgbPicture, models: FaceModels): Promise<Face[]> {
  const { width, height, rgb } = picture;
  const scale = Math.max(width, height) / DETECTOR_SIDE;
  const [left, top] = [(DETECTOR_SIDE - width / scale) / 2, (DETECTOR_SIDE - height / scale) / 2];
  const looked = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize(DETECTOR_SIDE, DETECTOR_SIDE, { fit: "contain", background: "black" })
    .raw()
    .toBuffer();
  const toPicture = ([x, y]: Point): Point => [(x - left) * scale, (y - top) * scale];
  const faces = withoutDoubles(models.detect(Float32Array.from(looked))).flatMap((candidate) => {
    const roughly = squareOf(candidate, toPicture, scale);
    const first = meshOf(picture, roughly, models);
    // Again, around what the first look found: the detector's boxes are rough.
    const { points, score } = meshOf(picture, squareAround(first.points), models);
    return first.score < LEAST_MESH_SCORE || score < LEAST_MESH_SCORE ? [] : [faceOf(points)];
  });
  return faces.sort((a, b) => b.width * b.height - a.width * a.height);
}

function withoutDoubles(candidates: readonly Candidate[]): Candidate[] {
  const kept: Candidate[] = [];
  const likely = candidates.filter(({ score }) => score >= LEAST_DETECTOR_SCORE);
  for (const each of likely.sort((a, b) => b.score - a.score)) {
    if (kept.length < MOST_FACES && kept.every((other) => overlap(each, other) < SAME_FACE)) kept.push(each);
  }
  return kept;
}

/** What both share, as part of what they cover together. */
function overlap(a: Candidate, b: Candidate): number {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  const shared = Math.max(0, across) * Math.max(0, down);
  return shared / (a.width * a.height + b.width * b.height - shared);
}

function squareOf(candidate: Candidate, toPicture: (point: Point) => Point, scale: number): Square {
  const { x, y, width, height, eyes } = candidate;
  return {
    centre: toPicture([x + width / 2, y + height / 2]),
    side: Math.max(width, height) * scale * ROOM,
    angle: angleOf(eyes[0], eyes[1]),
  };
}

function squareAround(points: readonly Point[]): Square {
  const { left, top, width, height } = faceOf(points);
  return {
    centre: [left + width / 2, top + height / 2],
    side: Math.max(width, height) * ROOM,
    angle: angleOf(points[RIGHT_EYE], points[LEFT_EYE]),
  };
}

/** Of the line from the right eye, which is on the left in the picture, to the left one. */
function angleOf(right: Point = [0, 0], left: Point = [1, 0]): number {
  return Math.atan2(left[1] - right[1], left[0] - right[0]);
}

function meshOf(picture: RgbPicture, square: Square, models: FaceModels) {
  const { centre, side, angle } = square;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const step = side / MESH_SIDE;
  const toPicture = ([x, y]: Point): Point => {
    const [right, down] = [(x - MESH_SIDE / 2) * step, (y - MESH_SIDE / 2) * step];
    return [centre[0] + right * cos - down * sin, centre[1] + right * sin + down * cos];
  };
  const pixels = new Float32Array(MESH_SIDE * MESH_SIDE * 3);
  for (let y = 0; y < MESH_SIDE; y += 1) {
    for (let x = 0; x < MESH_SIDE; x += 1) {
      pixels.set(colourAt(picture, toPicture([x + 0.5, y + 0.5])), (y * MESH_SIDE + x) * 3);
    }
  }
  const { points, score } = models.mesh(pixels);
  return { points: points.map(toPicture), score };
}

/** Between four pixels; beyond the picture's edge the edge goes on. */
function colourAt({ width, height, rgb }: RgbPicture, [x, y]: Point): [number, number, number] {
  const [fromX, fromY] = [clamp(x - 0.5, width - 1), clamp(y - 0.5, height - 1)];
  const [left, top] = [Math.min(Math.floor(fromX), width - 2), Math.min(Math.floor(fromY), height - 2)];
  const [right, down] = [fromX - left, fromY - top];
  const channel = (nth: number) => {
    const pixel = (column: number, row: number) => rgb[(row * width + column) * 3 + nth] ?? 0;
    const upper = pixel(left, top) * (1 - right) + pixel(left + 1, top) * right;
    const lower = pixel(left, top + 1) * (1 - right) + pixel(left + 1, top + 1) * right;
    return upper * (1 - down) + lower * down;
  };
  return [channel(0), channel(1), channel(2)];
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}

function faceOf(points: readonly Point[]): Face {
  const [across, down] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top] = [Math.min(...across), Math.min(...down)];
  return { left, top, width: Math.max(...across) - left, height: Math.max(...down) - top, points };
}
