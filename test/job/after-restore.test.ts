import { describe, expect, it } from "vitest";
import { postedAfterAll } from "../../src/job/after-all.ts";
import { afterRestore } from "../../src/job/after-restore.ts";
import type { AttemptKey, MessageTs, RenderId } from "../../src/job/ids.ts";
import { hasEnded, type Job } from "../../src/job/job.ts";
import { nextStep } from "../../src/job/next-step.ts";
import { webhookArrived } from "../../src/job/transitions.ts";
import { ENDED } from "./every-state.ts";
import { KEY, MESSAGES, NOTICES, NOW, RENDER, STATE_NAMES, STATES, sampleJob, WAITS } from "./sample-jobs.ts";

/** All a restored job may still do: its message is edited, or its video's, and its files are thrown away. */
const HARMLESS = new Set(["wait", "edit", "dress", "clean_up"]);

const restored = (job: Job) => afterRestore(job, 0, NOW, WAITS);
const stepsLeft = (job: Job) => nextStep(job, NOW + 365 * 24 * 3_600_000, WAITS).step;

describe("a job found in a restored copy", () => {
  it.each(STATE_NAMES)("%s: neither pays nor posts again, whatever was under way", (name) => {
    for (const message of Object.values(MESSAGES)) {
      for (const notice of [undefined, ...Object.values(NOTICES)]) {
        const job = sampleJob(name, { message, ...(notice && { notice }) });
        const after = restored(job);
        expect(hasEnded(after)).toBe(true);
        expect(HARMLESS, `${message.status}, ${notice?.stage}`).toContain(stepsLeft(after));
        expect(HARMLESS).toContain(stepsLeft({ ...after, cleanedUp: true }));
      }
    }
  });

  it.each(STATE_NAMES)("%s: no webhook brings it back to life", (name) => {
    const after = restored(sampleJob(name));
    for (const key of [KEY, "key-of-the-first-attempt" as AttemptKey])
      for (const id of [RENDER, "another" as RenderId])
        expect(webhookArrived(after, key, id, "over", NOW)).toBe(after);
  });

  it.each(["cancelled, ordered", "cancelled, rendering", "cancelled, rendered"] as const)(
    "%s: is not posted after all, which may have been done on the original",
    (name) => {
      const after = restored(sampleJob(name));
      expect(postedAfterAll(after, NOW)).toBe(after);
      expect(nextStep({ ...after, cleanedUp: true }, NOW, WAITS)).toEqual({ step: "edit" });
    },
  );

  it("deletes nothing that somebody wanted deleted on the original", () => {
    for (const stage of ["bare", "removing"] as const) {
      const finish = { ts: "1700000000.000900" as MessageTs, stage, tries: 0 };
      expect(HARMLESS).toContain(stepsLeft(restored(sampleJob("delivered", { finish, cleanedUp: true }))));
    }
  });

  it("says so on its message, and only there, when it was unfinished", () => {
    for (const name of STATE_NAMES.filter((each) => !ENDED.some((ended) => ended === each))) {
      const after = restored(sampleJob(name));
      expect(after.state).toMatchObject({ status: "failed", failure: { reason: "restored" } });
      expect(after.notice).toBeUndefined();
      expect(nextStep({ ...after, cleanedUp: true }, NOW, WAITS)).toEqual({ step: "edit" });
    }
  });

  it("keeps its outcome when it had one", () => {
    for (const name of ENDED) {
      const job = sampleJob(name, { notice: NOTICES.todo });
      const after = restored(job);
      expect(after.state.status).toBe(STATES[name].status);
      expect(after.notice).toBeUndefined();
    }
  });

  it("is left as it is when it rests", () => {
    const { dueAt: _none, ...rest } = sampleJob("delivered", { message: MESSAGES.none, cleanedUp: true });
    expect(restored(rest)).toBe(rest);
  });

  it("edits one message after the other", () => {
    const [first, second] = [0, 1].map((index) => afterRestore(sampleJob("rendering"), index, NOW, WAITS));
    expect(first?.message).toMatchObject({ retryAt: NOW });
    expect(second?.message).toMatchObject({ retryAt: NOW + WAITS.resumeEditSpacing });
  });
});
