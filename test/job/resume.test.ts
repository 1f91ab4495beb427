import { describe, expect, it } from "vitest";
import { nextStep } from "../../src/job/next-step.ts";
import type { JobMessage } from "../../src/job/posts.ts";
import { resumed } from "../../src/job/resume.ts";
import { NOW, POSTED, STATES, sampleJob, WAITS } from "./sample-jobs.ts";

describe("a job that a fresh process finds", () => {
  it("is looked at soon, one after another", () => {
    const job = sampleJob("rendering", { dueAt: NOW + WAITS.renderDeadline });
    expect(resumed(job, 3, NOW, WAITS).dueAt).toBe(NOW + 3 * WAITS.resumeSpacing);
    expect(resumed(job, 1_000_000, NOW, WAITS).dueAt).toBe(NOW + WAITS.resumeWithin);
  });

  it("tells the time one after another, also after the second restart", () => {
    const message = { ...POSTED, shown: "rendering resumed", editedAt: NOW - 5 * 60_000 } as JobMessage;
    const job = sampleJob("rendering", { resumed: true, message, acceptedAt: NOW - 6 * 60_000 });
    const again = resumed(job, 1000, NOW, WAITS);
    const later = { ...again, dueAt: NOW + 1e9 };
    expect(nextStep(later, NOW, WAITS)).toEqual({
      step: "wait",
      until: NOW + 1000 * WAITS.resumeEditSpacing,
    });
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
