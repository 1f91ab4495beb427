import { describe, expect, it } from "vitest";
import type { Job } from "../../src/job/job.ts";
import { STATE_NAMES, type StateName, sampleJob } from "./sample-jobs.ts";

/**
 * One event against every state there is: a state named in `changes` must become what stands there, every other
 * must stay `job` itself, since `===` is what tells the store to save nothing.
 */
export function describeEvent(
  event: string,
  apply: (job: Job) => Job,
  changes: Partial<Record<StateName, object>>,
  over: Partial<Job> = {},
): void {
  describe(event, () => {
    it.each(STATE_NAMES)("%s", (name) => {
      const job = sampleJob(name, over);
      const result = apply(job);
      const expected = changes[name];
      if (expected === undefined) return expect(result).toBe(job);
      expect(result).not.toBe(job);
      expect(result).toMatchObject(expected);
      // What identifies a request is never touched.
      expect(result).toMatchObject({
        id: job.id,
        request: job.request,
        place: job.place,
        acceptedAt: job.acceptedAt,
      });
    });
  });
}

/** The same expectation for several states. */
export function each(names: readonly StateName[], expected: object): Partial<Record<StateName, object>> {
  return Object.fromEntries(names.map((name) => [name, expected]));
}

export function allBut(...names: readonly StateName[]): readonly StateName[] {
  return STATE_NAMES.filter((name) => !names.includes(name));
}

export const CANCELLED = [
  "cancelled",
  "cancelled, ordered",
  "cancelled, rendering",
  "cancelled, rendered",
] as const;
export const ENDED = ["delivered", "duplicate", "failed", "left alone", ...CANCELLED] as const;
