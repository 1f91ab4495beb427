import { describe, expect, it } from "vitest";
import { resumed } from "../../src/job/resume.ts";
import { NOW, STATES, sampleJob, WAITS } from "./sample-jobs.ts";

describe("a job that a fresh process finds", () => {
  it("is looked at soon, one after another", () => {
    const job = sampleJob("rendering", { dueAt: NOW + WAITS.renderDeadline });
    expect(resumed(job, 3, NOW, WAITS).dueAt).toBe(NOW + 3 * WAITS.resumeSpacing);
    expect(resumed(job, 1_000_000, NOW, WAITS).dueAt).toBe(NOW + WAITS.resumeWithin);
  });

  it.each([
    ["was to be looked at long ago", NOW - WAITS.lineCheckMax],
    ["is to be looked at soon", NOW + 1],
  ])("waits on in line by and by, when it %s: thousands are not all looked at at once", (_, dueAt) => {
    const job = sampleJob({ ...STATES.queued, placeInLine: 3 }, { dueAt });
    expect(resumed(job, 100, NOW, WAITS).dueAt).toBe(NOW + 100 * WAITS.resumeLineSpacing);
    expect(resumed(job, 1_000_000, NOW, WAITS).dueAt).toBe(NOW + WAITS.lineCheckMax);
  });
});
