/** What a mouth can show of a sound, frame by frame. */
export interface Moment {
  /** 0 is silence, 1 as loud as this recording gets. */
  readonly loud: number;
  /** −1 dark, as in "oo"; 0 as this recording mostly is; 1 bright, as in "ee" and "s". */
  readonly bright: number;
}

/** Below the loudest by so much, nothing is heard that moves a mouth. */
const QUIETEST_DB = -30;
/** Of all moments, the part that is quieter than "loud": one crack in the recording must not close the mouth for the rest. */
const LOUD_QUANTILE = 0.96;
/** Octaves from the middle to fully dark or fully bright. */
const OCTAVES = 1.2;
/** A mouth opens within a frame and closes a little more slowly. */
const [OPENING, CLOSING] = [0.75, 0.45];
/** A moment hears somewhat more than its own frame. */
const REACH = 1.4;

export function measureSound(samples: Float32Array, sampleRate: number, framesPerSecond: number): Moment[] {
  const step = sampleRate / framesPerSecond;
  const frames = Math.max(1, Math.ceil(samples.length / step));
  const heard = Array.from({ length: frames }, (_, frame) => {
    const from = Math.max(0, Math.floor((frame + 0.5 - REACH / 2) * step));
    return listen(samples.subarray(from, from + Math.ceil(step * REACH)), sampleRate);
  });
  const loudest = Math.max(
    quantile(
      heard.map(({ strength }) => strength),
      LOUD_QUANTILE,
    ),
    1e-4,
  );
  const voiced = heard.filter(({ strength }) => strength > loudest * 0.2);
  const usual = quantile(
    voiced.map(({ hertz }) => hertz),
    0.5,
  );
  let [loud, bright] = [0, 0];
  return heard.map(({ strength, hertz }) => {
    const decibels = 20 * Math.log10(Math.max(strength, 1e-9) / loudest);
    const target = Math.min(1, Math.max(0, 1 - decibels / QUIETEST_DB)) ** 1.8;
    loud += (target - loud) * (target > loud ? OPENING : CLOSING);
    const colour = usual > 0 && hertz > 0 ? Math.log2(hertz / usual) / OCTAVES : 0;
    bright += (Math.min(1, Math.max(-1, colour)) * Math.min(1, target * 3) - bright) * 0.5;
    return { loud, bright };
  });
}

/** Its root mean square, and the frequency its energy lies around: the steeper the curve, the higher. */
function listen(part: Float32Array, sampleRate: number): { strength: number; hertz: number } {
  let [energy, steepness, before] = [0, 0, part[0] ?? 0];
  for (const sample of part) {
    energy += sample * sample;
    steepness += (sample - before) ** 2;
    before = sample;
  }
  if (energy < 1e-9) return { strength: 0, hertz: 0 };
  const hertz = (Math.asin(Math.min(1, Math.sqrt(steepness / energy) / 2)) * sampleRate) / Math.PI;
  return { strength: Math.sqrt(energy / part.length), hertz };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
