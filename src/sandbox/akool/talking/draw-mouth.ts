/**
 * A mouth that opens: lips and jaw move apart by bending the photo, and between the lips is what was between them in
 * the photo, teeth or nothing, and below that the dark of a mouth.
 */
import type { FaceShape } from "./face-shape.ts";
import type { Pose } from "./plan-movements.ts";
import type { Planes } from "./planes.ts";
import { depthAt } from "./slit.ts";
import type { Spot } from "./spot.ts";

/** The widest opening, as part of half of the mouth's width. */
const WIDEST_OPENING = 0.62;
/** What the upper lip does of it. */
const UPPER_PART = 0.16;
/** How much wider and narrower a mouth gets, as part of its width. */
const [WIDER, ROUNDER] = [0.07, 0.2];
/** Along the slit, as far as the cheeks are pulled. */
const CHEEKS_END = 3;
/** Below the chin, the neck is pushed together this far, as part of the way from the mouth to the chin. */
const NECK_END = 0.8;
/** Over so many pixels the edge of a lip is neither lip nor mouth. */
const SOFT_PIXELS = 1.4;
/** What stands open in the photo needs not be opened again; as part of half of the width. */
const OPEN_ANYWAY = 0.25;
/** From such an opening in the photo on, there are teeth to be seen in it; as part of half of the width. */
const OWN_TEETH = 0.14;
/** As part of the opening in the photo. */
const LIP_EDGE = 0.08;

interface Colour {
  readonly light: number;
  readonly blue: number;
  readonly red: number;
}

export class MouthDrawing {
  readonly #shape: FaceShape;
  readonly #dark: Colour;
  readonly #teeth: Colour;
  readonly #tongue: Colour;
  #opening = 0;
  #widening = 0;

  constructor(shape: FaceShape, photo: Planes) {
    this.#shape = shape;
    const [skin, lip] = [colourOf(photo, shape.cheeks), colourOf(photo, shape.lowerLip)];
    const tinted = (light: number, from: Colour, part: number): Colour => ({
      light,
      blue: 128 + (from.blue - 128) * part,
      red: 128 + (from.red - 128) * part,
    });
    // Of the face's own colours, so that it fits a dark photo, a pale one and one in black and white.
    this.#dark = tinted(18 + skin.light * 0.12, lip, 0.8);
    this.#teeth = tinted(24 + skin.light * 0.78, lip, 0.3);
    this.#tongue = tinted(16 + lip.light * 0.45, lip, 1);
  }

  pose({ open, wide }: Pose): void {
    const { half, height } = this.#shape.mouth;
    const already = Math.min(0.45, height / half / OPEN_ANYWAY / 2.5);
    this.#opening = open * WIDEST_OPENING * half * (1 - already) * (wide < 0 ? 1 + wide * 0.15 : 1);
    this.#widening = wide > 0 ? wide * WIDER : wide * ROUNDER * Math.min(1, open * 2);
  }

  /** Says where in the photo the spot is from, or what is inside the mouth there. */
  bend(spot: Spot): void {
    const { mouth, nose, chin } = this.#shape;
    const right = spot.x - mouth.x;
    const down = spot.y - mouth.y;
    const alongNow = (right * mouth.acrossX + down * mouth.acrossY) / mouth.half;
    const depth = down * mouth.acrossX - right * mouth.acrossY;
    if (Math.abs(alongNow) > CHEEKS_END || depth < -nose || depth > chin * (1 + NECK_END)) return;

    const along = alongNow * (1 - this.#widening * this.#pull(alongNow, depth));
    const profile = profileAt(along);
    const upper = depthAt(mouth.upper, along);
    const lower = depthAt(mouth.lower, along);
    const raised = this.#opening * UPPER_PART * profile;
    const lowered = this.#opening * (1 - UPPER_PART) * profile;
    const gap = lower - upper;
    const top = upper - raised;
    // A little of the lip goes with the photo's teeth, or some of them would stick to the lip.
    const bottom = lower + lowered + gap * LIP_EDGE * Math.min(1, lowered / 2);

    let from = depth;
    if (depth <= top) {
      from = depth + raised * Math.max(0, 1 - (top - depth) / Math.max(1, nose + upper)) ** 2;
    } else if (depth >= bottom) {
      from = depth - this.#jaw(along, (depth - bottom) / Math.max(1, chin - lower));
      if (Math.abs(along) < 1) from = Math.max(from, lower);
    } else {
      // The photo's own teeth, if any, hang from above.
      from = Math.min(depth + raised, lower);
      this.#paintInside(spot, { depth, top, bottom, gap, profile });
    }
    const slide = (along - alongNow) * mouth.half;
    const sink = from - depth;
    spot.x += slide * mouth.acrossX - sink * mouth.acrossY;
    spot.y += slide * mouth.acrossY + sink * mouth.acrossX;
  }

  /** How much of the mouth's widening a place takes part in: all at the lips, nothing at the nose, the chin and the ears. */
  #pull(along: number, depth: number): number {
    const { nose, chin } = this.#shape;
    const down = depth < 0 ? depth / nose : depth / chin;
    const far = Math.min(1, (along / CHEEKS_END) ** 2 + down * down);
    return (1 - far) ** 2;
  }

  /** How far the jaw is down; `part` is 0 at the lower lip and 1 at the chin. The farther down, the wider it is. */
  #jaw(along: number, part: number): number {
    const width = 1 + 0.8 * Math.min(1, part);
    const fading = part <= 1 ? 1 - 0.25 * part : 0.75 * smooth(1 - (part - 1) / NECK_END);
    return this.#opening * (1 - UPPER_PART) * profileAt(along / width) * fading;
  }

  #paintInside(
    spot: Spot,
    {
      depth,
      top,
      bottom,
      gap,
      profile,
    }: Readonly<Record<"depth" | "top" | "bottom" | "gap" | "profile", number>>,
  ): void {
    const room = bottom - top;
    const cover = Math.min(1, (depth - top - gap) / SOFT_PIXELS, (bottom - depth) / SOFT_PIXELS);
    if (cover <= 0) return;
    const half = this.#shape.mouth.half;
    const soft = Math.max(1.5, half * 0.07);
    spot.cover = cover * Math.min(1, (room - gap) / 2);
    let { light, blue, red } = this.#dark;
    const tongue =
      smooth((depth - top - room * 0.55) / (room * 0.5)) * Math.min(1, room / (soft * 5)) * profile;
    light += (this.#tongue.light - light) * tongue;
    blue += (this.#tongue.blue - blue) * tongue;
    red += (this.#tongue.red - red) * tongue;
    // A row of teeth below the lip, in its shadow, where the photo has none of its own.
    if (gap < half * OWN_TEETH) {
      const below = depth - top - gap;
      const long = Math.min(half * 0.2, (room - gap) * 0.45);
      const teeth = smooth((long - below) / soft) * Math.min(1, profile * 1.6) * 0.9;
      const shadow = 0.75 + 0.25 * Math.min(1, below / soft);
      light += (this.#teeth.light * shadow - light) * teeth;
      blue += (this.#teeth.blue - blue) * teeth;
      red += (this.#teeth.red - red) * teeth;
    }
    spot.light = light;
    spot.blue = blue;
    spot.red = red;
  }
}

/** 1 in the middle of the mouth, 0 at its corners. */
function profileAt(along: number): number {
  const square = along * along;
  return square < 1 ? (1 - square) * (1 - square * square * 0.3) : 0;
}

/** 0 up to 0, 1 from 1 on. */
export function smooth(part: number): number {
  const bounded = Math.min(1, Math.max(0, part));
  return bounded * bounded * (3 - 2 * bounded);
}

function colourOf(photo: Planes, points: FaceShape["cheeks"]): Colour {
  const sum = { light: 0, blue: 0, red: 0 };
  for (const [x, y] of points) {
    const column = Math.min(photo.width - 1, Math.max(0, Math.round(x)));
    const row = Math.min(photo.height - 1, Math.max(0, Math.round(y)));
    const half = (row >> 1) * (photo.width / 2) + (column >> 1);
    sum.light += (photo.light[row * photo.width + column] ?? 0) / points.length;
    sum.blue += (photo.blue[half] ?? 128) / points.length;
    sum.red += (photo.red[half] ?? 128) / points.length;
  }
  return sum;
}
