/** Eyes that shut: the lid is pulled down over the eye, and its lashes with it. */
import type { Eye } from "./face-shape.ts";
import { depthAt } from "./slit.ts";
import type { Spot } from "./spot.ts";

/** The skin that becomes the lid: above the eye, as part of its opening, but not the brow. */
const [LID, BEFORE_BROW] = [1.8, 0.8];
/** A shut lid stops a little above the lower one's edge. */
const SHUT = 0.92;
/** Of the opening: the photo's lashes are left out of what is stretched, and drawn as a line. */
const [OWN_LASHES, LASHES] = [0.45, 0.14];

export function shutEye(spot: Spot, eye: Eye, shut: number): void {
  const right = spot.x - eye.x;
  const down = spot.y - eye.y;
  const along = (right * eye.acrossX + down * eye.acrossY) / eye.half;
  if (Math.abs(along) >= 1) return;
  const depth = down * eye.acrossX - right * eye.acrossY;
  const upper = depthAt(eye.upper, along);
  const lower = depthAt(eye.lower, along);
  const start = upper - Math.min(LID * (lower - upper), BEFORE_BROW * Math.max(1, eye.brow + upper));
  const edge = upper + (lower - upper) * SHUT * shut;
  const lashes = Math.max(0.7, LASHES * eye.height);
  const fromEdge = Math.abs(depth - edge) / lashes;
  if (fromEdge < 1) spot.shade *= 1 - 0.5 * shut * (1 - fromEdge) * (1 - along * along);
  if (depth <= start || depth >= edge) return;
  const bottom = Math.max(start, upper - OWN_LASHES * (lower - upper) * shut);
  const sink = start + ((depth - start) / Math.max(0.01, edge - start)) * (bottom - start) - depth;
  spot.x -= sink * eye.acrossY;
  spot.y += sink * eye.acrossX;
}
