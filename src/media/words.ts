/** Sizes and lengths the way people say them, for the facts of a failure. */

/** "20 MB", "1.2 MB", "340 KB" */
export function bytesInWords(sizeBytes: number): string {
  if (sizeBytes < 1_000_000) return `${Math.ceil(sizeBytes / 1000)} KB`;
  // Rounded up, so that what is over a limit also reads like it.
  return `${Math.ceil(sizeBytes / 100_000) / 10} MB`;
}

/** "48 s", "1 min 32 s", "12 min" */
export function secondsInWords(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  const rest = whole % 60;
  if (minutes === 0) return `${rest} s`;
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}
