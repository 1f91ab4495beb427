import type { Said } from "../words/say.ts";

/** Sizes and lengths the way people say them, for the facts of a failure. */

/** "20 MB", "1.2 MB", "340 KB" */
export function bytesInWords(sizeBytes: number): Said {
  if (sizeBytes < 1_000_000) return { key: "seen.kilobytes", values: { size: Math.ceil(sizeBytes / 1000) } };
  // Rounded up, so that what is over a limit also reads like it.
  return { key: "seen.megabytes", values: { size: Math.ceil(sizeBytes / 100_000) / 10 } };
}

/** "48 s", "1 min 32 s", "12 min" */
export function secondsInWords(total: number): Said {
  const whole = Math.round(total);
  const minutes: Said = { key: "time.minutes", values: { minutes: Math.floor(whole / 60) } };
  const seconds: Said = { key: "time.seconds", values: { seconds: whole % 60 } };
  if (whole < 60) return seconds;
  return whole % 60 === 0 ? minutes : { key: "time.both", values: { larger: minutes, smaller: seconds } };
}

/** "60 seconds" */
export function limitInWords(seconds: number): Said {
  return { key: "seen.seconds", values: { seconds } };
}
