import { describe, expect, it } from "vitest";
import { cancelled, leftAlone, triedAgain } from "../../src/job/decisions.ts";
import * as deliver from "../../src/job/deliver-transitions.ts";
import type { AttemptKey, JobId, MessageTs, RenderId, SlackFileId } from "../../src/job/ids.ts";
import type { Job } from "../../src/job/job.ts";
import * as message from "../../src/job/message-transitions.ts";
import { nextStep, wakeAt } from "../../src/job/next-step.ts";
import { resumed } from "../../src/job/resume.ts";
import * as to from "../../src/job/transitions.ts";
import { workspaceGone } from "../../src/job/workspace-gone.ts";
import { allBut, describeEvent, ENDED, each } from "./every-state.ts";
import { ATTEMPT, MESSAGES, NOTICES, NOW, PREPARED, STATE_NAMES, sampleJob, WAITS } from "./sample-jobs.ts";

const failure = { reason: "slack_connection_revoked", code: "uninstalled" };

describeEvent(
  "the app is removed from the workspace",
  (job) => workspaceGone(job, NOW),
  each(allBut(...ENDED), {
    state: { status: "failed", failure, finishedAt: NOW },
    message: { status: "none" },
    dueAt: NOW,
  }),
  { message: MESSAGES.none },
);

describe.each(Object.keys(MESSAGES) as (keyof typeof MESSAGES)[])("with its message %s", (status) => {
  it.each(STATE_NAMES)("a job that was %s has nothing left to say, only its media to throw away", (name) => {
    for (const notice of Object.values(NOTICES)) {
      const job = workspaceGone(sampleJob(name, { message: MESSAGES[status], notice }), NOW);
      expect(job).not.toHaveProperty("notice");
      expect(nextStep(job, NOW, WAITS)).toEqual({ step: "clean_up" });
      expect(wakeAt({ ...job, cleanedUp: true }, WAITS)).toBeUndefined();
    }
  });
});

/** What a step that was in flight, a webhook or a person may still bring. */
const LATE_FACTS: Record<string, (job: Job) => Job> = {
  prepared: (job) => to.prepared(job, PREPARED, undefined, NOW),
  "a duplicate": (job) => to.prepared(job, PREPARED, "other" as JobId, NOW),
  created: (job) =>
    to.createAnswered(
      job,
      ATTEMPT.key,
      { type: "created", renderId: "r1" as RenderId } as never,
      NOW,
      WAITS,
      1,
    ),
  "an answer that was lost": (job) => to.createLost(job, NOW, WAITS),
  "a webhook": (job) => to.webhookArrived(job, ATTEMPT.key as AttemptKey, "r1" as RenderId, "over", NOW),
  "an upload": (job) => deliver.uploadOpened(job, "F1" as SlackFileId, NOW),
  "uploaded bytes": (job) => deliver.uploaded(job, NOW),
  "a share": (job) => deliver.shareCalled(job, true, NOW, WAITS),
  "a share that is seen": (job) => deliver.shareFound(job, "1.2" as MessageTs, NOW, WAITS),
  "a link": (job) => deliver.linked(job, "1.2" as MessageTs, NOW),
  "a refusal": (job) => deliver.undeliverable(job, { reason: "cannot_post" }, NOW, WAITS),
  announced: (job) => message.announced(job, "1.2" as MessageTs, "checking", NOW),
  "announced in vain": (job) => message.announceRefused(job, { reason: "cannot_post" }, NOW),
  edited: (job) => message.edited(job, "rendering", NOW),
  "a notice": (job) => message.noticeLost(job),
  cancel: (job) => cancelled(job, NOW, WAITS),
  "try again": (job) => triedAgain(job, NOW),
  "leave it": (job) => leftAlone(job, NOW),
  "post again": (job) => deliver.redelivering(job, NOW, WAITS),
  "a restart": (job) => resumed(job, 0, NOW, WAITS),
};

describe("afterwards nothing brings a job back", () => {
  it.each(Object.keys(LATE_FACTS))("not %s", (fact) => {
    for (const name of allBut(...ENDED)) {
      for (const status of Object.values(MESSAGES)) {
        const gone = workspaceGone(sampleJob(name, { message: status }), NOW);
        expect(LATE_FACTS[fact]?.(gone)).toBe(gone);
      }
    }
  });
});
