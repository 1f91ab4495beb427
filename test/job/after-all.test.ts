import { describe, expect, it } from "vitest";
import { canPostAfterAll, postedAfterAll } from "../../src/job/after-all.ts";
import { cancelled } from "../../src/job/decisions.ts";
import { renderLooked } from "../../src/job/deliver-transitions.ts";
import { holdsSlot, type Job } from "../../src/job/job.ts";
import type { CreateAnswer } from "../../src/job/render-api.ts";
import { createAnswered, webhookArrived } from "../../src/job/transitions.ts";
import { describeEvent } from "./every-state.ts";
import {
  ATTEMPT,
  EARLIER,
  EARLIER_KEY,
  FILE,
  FINISHED,
  KEY,
  NOW,
  RENDER,
  STATES,
  type StateName,
  sampleJob,
  WAITS,
} from "./sample-jobs.ts";

const broken = new Error("connection reset");
const kept = (job: Job) => (job.state.status === "cancelled" ? job.state.kept : undefined);
const afterCancel = (name: StateName) => cancelled(sampleJob(name), NOW, WAITS);
const answered = (job: Job, answer: CreateAnswer) => createAnswered(job, KEY, answer, NOW, WAITS, 0);
const named = (job: Job) => webhookArrived(job, KEY, RENDER, "over", NOW);

describeEvent("post it after all", (job) => postedAfterAll(job, NOW), {
  "cancelled, rendering": {
    state: { status: "rendering", renderId: RENDER, attempt: ATTEMPT, confirmed: true },
    dueAt: NOW,
  },
  "cancelled, rendered": { state: { status: "rendered", render: FINISHED }, dueAt: NOW },
});

describe("a job that is cancelled", () => {
  it.each<[StateName, boolean]>([
    ["preparing", false],
    ["queued", false],
    ["queued again", false],
    ["creating", false],
    ["unsettled", false],
    ["asking", false],
    ["rendering", true],
    ["rendered", true],
    ["uploading", true],
    ["undeliverable", true],
  ])("can be posted after all, as far as there is something to post: %s", (name, can) => {
    expect(canPostAfterAll(afterCancel(name))).toBe(can);
    const back = postedAfterAll(afterCancel(name), NOW);
    expect(back.state.status === "cancelled").toBe(!can);
  });

  it("keeps it for as long as AKOOL does, counted from the order", () => {
    expect(kept(afterCancel("rendering"))).toMatchObject({ until: ATTEMPT.startedAt + WAITS.renderGiveUp });
  });

  it("keeps the file that Slack had been asked to share, and no other", () => {
    const sharedBefore = sampleJob({ ...STATES.undeliverable, fileId: FILE });
    const back = postedAfterAll(cancelled(sharedBefore, NOW, WAITS), NOW);
    expect(back.state).toMatchObject({ status: "sharing", fileId: FILE, stage: "ready" });
    expect(postedAfterAll(afterCancel("uploading"), NOW).state).not.toHaveProperty("fileId");
  });

  it("is offered once a webhook has named the render, of whichever attempt", () => {
    for (const name of ["creating", "unsettled", "asking"] as const) {
      expect(canPostAfterAll(named(afterCancel(name)))).toBe(true);
      expect(postedAfterAll(named(afterCancel(name)), NOW).state).toMatchObject({ renderId: RENDER });
    }
    const again = webhookArrived(afterCancel("queued again"), EARLIER_KEY, RENDER, "over", NOW);
    expect(kept(again)).toMatchObject({ renderId: RENDER, attempt: EARLIER });
  });

  it("is offered when AKOOL's answer names the render after all", () => {
    const job = answered(afterCancel("creating"), { type: "created", renderId: RENDER });
    expect(kept(job)).toMatchObject({ renderId: RENDER });
  });

  it.each<CreateAnswer>([
    { type: "refused", reason: "akool_busy", code: 1003, retries: 2 },
    { type: "busy" },
    { type: "not_sent", error: broken },
  ])("says that nothing was spent when the order then turns out not to have begun: $type", (answer) => {
    const job = answered(afterCancel("creating"), answer);
    expect(job.state).toMatchObject({ status: "cancelled", renderWasRunning: false });
    expect(kept(job)).toBeUndefined();
    const spoken = answered(cancelled(sampleJob("creating", { paidSpeech: true }), NOW, WAITS), answer);
    expect(spoken.state).toMatchObject({ renderWasRunning: true });
    const second = answered(
      cancelled(sampleJob({ ...STATES.creating, earlier: EARLIER }), NOW, WAITS),
      answer,
    );
    expect(second.state).toMatchObject({ renderWasRunning: true, kept: { attempt: EARLIER } });
  });

  it("learns nothing from an answer that cannot be read", () => {
    const job = afterCancel("creating");
    expect(answered(job, { type: "unclear", error: broken })).toBe(job);
  });

  it("comes back at most once, and then counts among the renders under way", () => {
    const back = postedAfterAll(afterCancel("rendering"), NOW);
    expect(holdsSlot(back)).toBe(true);
    expect(postedAfterAll(back, NOW)).toBe(back);
  });

  it("orders nothing again when AKOOL does not know the render any more", () => {
    const late = NOW + WAITS.unknownRenderGrace + 2000;
    const back = postedAfterAll(afterCancel("rendering"), late);
    expect(renderLooked(back, { type: "unknown" }, late, WAITS, 0).state).toMatchObject({
      status: "failed",
      failure: { reason: "render_gone" },
    });
  });

  it("offers it no longer once AKOOL has deleted it", () => {
    const after = postedAfterAll(afterCancel("rendering"), NOW + WAITS.renderGiveUp + 1);
    expect(after.state).toMatchObject({ status: "cancelled", renderWasRunning: true });
    expect(canPostAfterAll(after)).toBe(false);
  });
});
