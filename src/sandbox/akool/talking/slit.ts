import type { Point } from "./find-faces.ts";

/** A mouth or an eye: an opening between two corners, with an edge above and one below. */
export interface Slit {
  /** The middle between the corners, pixels. */
  readonly x: number;
  readonly y: number;
  /** From the left corner to the right one, of length 1. Down the face is this, turned to the right: (−acrossY, acrossX). */
  readonly acrossX: number;
  readonly acrossY: number;
  /** Half of the way between the corners, pixels. */
  readonly half: number;
  /** How far below the line between the corners the edges are, pixels, in equal steps from the left to the right. */
  readonly upper: Float32Array;
  readonly lower: Float32Array;
  /** The widest it stands open in the photo, pixels. */
  readonly height: number;
}

const STEPS = 64;

/** Both edges from the left corner to the right one, corners included. */
export function makeSlit(upperEdge: readonly Point[], lowerEdge: readonly Point[]): Slit {
  const [[leftX, leftY], [rightX, rightY]] = [upperEdge[0] ?? [0, 0], upperEdge.at(-1) ?? [1, 0]];
  const length = Math.max(1, Math.hypot(rightX - leftX, rightY - leftY));
  const place = {
    x: (leftX + rightX) / 2,
    y: (leftY + rightY) / 2,
    acrossX: (rightX - leftX) / length,
    acrossY: (rightY - leftY) / length,
    half: length / 2,
  };
  const upper = edgeOf(upperEdge.map((point) => within(place, point)));
  // Where the mesh has them cross, the slit is shut.
  const lower = edgeOf(lowerEdge.map((point) => within(place, point))).map((depth, nth) =>
    Math.max(depth, upper[nth] ?? depth),
  );
  const height = Math.max(...lower.map((depth, nth) => depth - (upper[nth] ?? depth)));
  return { ...place, upper, lower, height };
}

/** Along the slit, −1 at its left corner and 1 at the right one; and below it, pixels. */
export function within(place: Omit<Slit, "upper" | "lower" | "height">, [x, y]: Point): Point {
  const [right, down] = [x - place.x, y - place.y];
  return [
    (right * place.acrossX + down * place.acrossY) / place.half,
    down * place.acrossX - right * place.acrossY,
  ];
}

/** Beyond its corners an edge goes on as the line between them. */
export function depthAt(edge: Float32Array, along: number): number {
  const place = (along + 1) * (STEPS / 2);
  if (!(place > 0 && place < STEPS)) return 0;
  const left = Math.floor(place);
  const [from, to] = [edge[left] ?? 0, edge[left + 1] ?? 0];
  return from + (to - from) * (place - left);
}

function edgeOf(points: readonly Point[]): Float32Array {
  return Float32Array.from({ length: STEPS + 1 }, (_, step) => {
    const along = (step * 2) / STEPS - 1;
    const next = points.findIndex(([at]) => at >= along);
    const [from, to] = [points[next - 1], points[next]];
    if (!from || !to) return 0;
    return from[1] + ((to[1] - from[1]) * (along - from[0])) / Math.max(1e-6, to[0] - from[0]);
  });
}
