/** The length of a stretch whose loudness is taken. */
const WINDOW_SECONDS = 0.05;
/** Root mean square of a window, in dB below full scale: what is softer throughout, nobody hears. */
const SILENCE_DB = -50;
/** How far below speech it is quiet between words. */
const BELOW_SPEECH_DB = 20;
/** A window louder than this share of all windows is speech. */
const SPEECH_SHARE = 0.9;
const PAUSE_SECONDS = 0.2;
/** 16-bit sound that was cut off stands at 32767 of 32768. */
const FULL_SCALE = 0.999;
/** Of all samples; a loud voice that is well recorded touches full scale far less often. */
const CLIPPED_SHARE = 0.01;

/** One or two channels of samples from -1 to 1, all of the same length. */
export interface SoundPiece {
  readonly channels: readonly Float32Array[];
  readonly sampleRate: number;
}

export interface Pause {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

export interface SoundMeter {
  hear(piece: SoundPiece): void;
  readonly seconds: number;
  isSilent(): boolean;
  isClipped(): boolean;
  /** From the first to the last. */
  pauses(): readonly Pause[];
}

/** Listens to sound piece by piece. Keeps one number for each 50 ms. */
export function createSoundMeter(): SoundMeter {
  const windowsDb: number[] = [];
  let [seconds, samplesHeard, clipped] = [0, 0, 0];
  let [power, powerSamples] = [0, 0];

  return {
    get seconds() {
      return seconds;
    },
    hear({ channels, sampleRate }) {
      const length = channels[0]?.length ?? 0;
      const windowSamples = Math.round(sampleRate * WINDOW_SECONDS);
      for (let at = 0; at < length; at += 1) {
        for (const channel of channels) {
          const sample = channel[at] ?? 0;
          power += (sample * sample) / channels.length;
          if (sample >= FULL_SCALE || sample <= -FULL_SCALE) clipped += 1;
        }
        powerSamples += 1;
        if (powerSamples < windowSamples) continue;
        windowsDb.push(10 * Math.log10(power / powerSamples));
        [power, powerSamples] = [0, 0];
      }
      samplesHeard += length * channels.length;
      seconds += length / sampleRate;
    },
    isSilent: () => !windowsDb.some((db) => db > SILENCE_DB),
    isClipped: () => clipped > samplesHeard * CLIPPED_SHARE,
    pauses: () => pausesIn(windowsDb),
  };
}

function pausesIn(windowsDb: readonly number[]): Pause[] {
  const sorted = [...windowsDb].sort((a, b) => a - b);
  const speechDb = sorted[Math.floor(sorted.length * SPEECH_SHARE)] ?? SILENCE_DB;
  const quietDb = Math.max(SILENCE_DB, speechDb - BELOW_SPEECH_DB);
  const pauses: Pause[] = [];
  let from = 0;
  for (let at = 0; at <= windowsDb.length; at += 1) {
    if (at < windowsDb.length && (windowsDb[at] ?? 0) <= quietDb) continue;
    const pause = { fromSeconds: from * WINDOW_SECONDS, toSeconds: at * WINDOW_SECONDS };
    if (pause.toSeconds - pause.fromSeconds >= PAUSE_SECONDS - 0.001) pauses.push(pause);
    from = at + 1;
  }
  return pauses;
}
