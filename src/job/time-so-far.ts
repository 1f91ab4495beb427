import type { Job } from "./job.ts";

/** Real minutes of people's clocks, whatever TIME_SCALE says. */
const MINUTE_MS = 60_000;
/** So long each minute is told, then each fifth. */
const EACH_MINUTE_UNTIL = 10;
const THEN_EVERY = 5;

/** Whole minutes since the request, as the job message tells them at `now`: 0 to 10, then 15, 20 and so on. */
export function minutesSoFar({ acceptedAt }: Job, now: number): number {
  const minutes = Math.max(0, Math.floor((now - acceptedAt) / MINUTE_MS));
  return minutes < EACH_MINUTE_UNTIL ? minutes : minutes - (minutes % THEN_EVERY);
}

/** When a message that was right at `at` no longer is. */
export function nextMinuteAt(job: Job, at: number): number {
  const shown = minutesSoFar(job, at);
  const next = shown < EACH_MINUTE_UNTIL ? shown + 1 : shown + THEN_EVERY;
  return job.acceptedAt + next * MINUTE_MS;
}
