/**
 * Whole milliseconds since 1970 that never jump: the wall clock at the process's start plus a monotonic count. A
 * corrected system clock thus neither wakes every job at once nor puts them all to sleep. Slack's signatures
 * are checked against the wall clock itself.
 */
export function steadyNow(): number {
  return Math.round(performance.timeOrigin + performance.now());
}
