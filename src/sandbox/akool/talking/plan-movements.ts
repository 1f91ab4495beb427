import type { Moment } from "./measure-sound.ts";

/** How a face is held in one frame. */
export interface Pose {
  /** Of the mouth, 0 as in the photo to 1. */
  readonly open: number;
  /** −1 round, 1 wide. */
  readonly wide: number;
  /** Of the eyes' openings, the part that is shut. */
  readonly shut: number;
  /** Radians about the neck. */
  readonly tilt: number;
  /** Of the head, and of what is nearest to the viewer beyond that; as parts of the face's width. */
  readonly shiftX: number;
  readonly shiftY: number;
  readonly turn: number;
  readonly nod: number;
}

const STILLEST: Pose = { open: 0, wide: 0, shut: 0, tilt: 0, shiftX: 0, shiftY: 0, turn: 0, nod: 0 };
const BLINK_SECONDS = 0.3;
const [FIRST_BLINK_AT, SHORTEST_GAP, LONGEST_GAP] = [1.1, 2.2, 4.6];
/** The photo is not jerked out of its place at the start. */
const SETTLING_SECONDS = 0.8;

/** The same movements for the same sound, always. */
export function planMovements(moments: readonly Moment[], framesPerSecond: number): Pose[] {
  const blinks = blinkTimes(moments.length / framesPerSecond);
  let emphasis = 0;
  return moments.map(({ loud, bright }, frame) => {
    const second = frame / framesPerSecond;
    const part = Math.min(1, second / SETTLING_SECONDS);
    emphasis += (loud - emphasis) * 0.12;
    const sway = (period: number, phase: number) => part * Math.sin((second / period + phase) * 2 * Math.PI);
    return {
      ...STILLEST,
      // Hissing is loud and bright, and made with the teeth together.
      open: loud * (1 - 0.35 * Math.max(0, bright)),
      wide: bright,
      shut: shutAt(second, blinks),
      tilt: 0.016 * sway(5.3, 0) + 0.008 * sway(3.1, 0.4),
      shiftX: 0.012 * sway(6.7, 0.2),
      shiftY: 0.008 * sway(4.1, 0.6) + 0.02 * part * emphasis,
      turn: 0.022 * sway(4.7, 0.1) + 0.01 * sway(2.3, 0.7),
      nod: 0.012 * sway(3.7, 0.3) + 0.025 * part * emphasis,
    };
  });
}

function blinkTimes(seconds: number): number[] {
  const times: number[] = [];
  for (let at = FIRST_BLINK_AT; at < seconds; ) {
    times.push(at);
    // Irregular, but the same every time.
    at += SHORTEST_GAP + (LONGEST_GAP - SHORTEST_GAP) * ((times.length * 0.618) % 1);
  }
  return times;
}

/** Down quickly, up more slowly. */
function shutAt(second: number, blinks: readonly number[]): number {
  const blink = blinks.find((at) => second >= at && second < at + BLINK_SECONDS);
  if (blink === undefined) return 0;
  const part = (second - blink) / BLINK_SECONDS;
  return part < 0.35
    ? Math.sin((part / 0.35) * (Math.PI / 2))
    : Math.cos(((part - 0.35) / 0.65) * (Math.PI / 2));
}
