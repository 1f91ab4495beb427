/** What our own finished renders tell people. Where there are too few of them, nothing is said. */

const ENOUGH_FOR_USUAL = 5;
const ENOUGH_FOR_SLOW = 10;
/** Where renders take seconds, a few more are not worth a post. */
const NEVER_SLOW_MS = 60_000;

/** Half of them took no longer than this. */
export function usualMs(pastRenderMs: readonly number[]): number | undefined {
  if (pastRenderMs.length < ENOUGH_FOR_USUAL) return undefined;
  return sorted(pastRenderMs)[Math.floor(pastRenderMs.length / 2)];
}

/** Nine in ten took no longer than this. */
export function slowAfterMs(pastRenderMs: readonly number[]): number | undefined {
  if (pastRenderMs.length < ENOUGH_FOR_SLOW) return undefined;
  const ninth = sorted(pastRenderMs)[Math.ceil(pastRenderMs.length * 0.9) - 1];
  return ninth === undefined ? undefined : Math.max(NEVER_SLOW_MS, ninth);
}

function sorted(ms: readonly number[]): number[] {
  return [...ms].sort((a, b) => a - b);
}
