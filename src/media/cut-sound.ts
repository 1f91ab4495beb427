import type { Pause, SoundPiece } from "./sound-meter.ts";

/** A cut is looked for in this last share of what is allowed: rather a hard cut than half a recording. */
const LAST_SHARE = 0.4;
const FADE_SECONDS = 0.03;

/** Where to cut what is too long: where the last pause before `maxSeconds` ends, or there itself. */
export function findCut(pauses: readonly Pause[], maxSeconds: number): number {
  const last = pauses.findLast(
    ({ fromSeconds, toSeconds }) =>
      fromSeconds < maxSeconds && Math.min(toSeconds, maxSeconds) > maxSeconds * (1 - LAST_SHARE),
  );
  return last ? Math.min(last.toSeconds, maxSeconds) : maxSeconds;
}

/** Ends at `seconds`, softly. */
export async function* cutSound(
  pieces: AsyncIterable<SoundPiece>,
  seconds: number,
): AsyncGenerator<SoundPiece> {
  let start = 0;
  for await (const { channels, sampleRate } of pieces) {
    const end = Math.round(seconds * sampleRate);
    const fadeSamples = Math.round(FADE_SECONDS * sampleRate);
    const cut = channels.map((channel) => {
      const kept = channel.slice(0, Math.max(0, end - start));
      for (let at = Math.max(0, end - fadeSamples - start); at < kept.length; at += 1)
        kept[at] = ((kept[at] ?? 0) * (end - start - at)) / fadeSamples;
      return kept;
    });
    yield { channels: cut, sampleRate };
    start += channels[0]?.length ?? 0;
    if (start >= end) return;
  }
}
