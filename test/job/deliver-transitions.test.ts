import { describe, expect, it } from "vitest";
import * as deliver from "../../src/job/deliver-transitions.ts";
import type { MessageTs, SlackFileId } from "../../src/job/ids.ts";
import type { Job } from "../../src/job/job.ts";
import type { RenderUpdate } from "../../src/job/render-api.ts";
import { describeEvent, each } from "./every-state.ts";
import { ATTEMPT, FILE, FINISHED, NOW, PREPARED, RENDER, STATES, sampleJob, WAITS } from "./sample-jobs.ts";

const NEXT_LOOK = 20_000;
const NEW_FILE = "F2" as SlackFileId;
const SHARED_AS = "1700000000.000900" as MessageTs;
const URL = "https://example.com/new.mp4";
const broken = new Error("connection reset");
const state = (status: string, more: object = {}) => ({ state: { status, ...more } });
const closed = { reason: "not_in_channel", code: "not_in_channel" } as const;

const sharing = ["sharing ready", "sharing calling", "sharing called"] as const;
const linking = ["linking ready", "linking calling"] as const;

describe("a look at the render", () => {
  const look =
    (update: RenderUpdate, now = NOW) =>
    (job: Job) =>
      deliver.renderLooked(job, update, now, WAITS, NEXT_LOOK);
  const later = (delay: number) => ({
    ...state("rendering", { looks: 1, renderId: RENDER }),
    dueAt: NOW + delay,
  });

  describeEvent("pending", look({ type: "pending" }), { rendering: later(NEXT_LOOK) });
  describeEvent("succeeded", look({ type: "succeeded", videoUrl: URL }), {
    rendering: {
      ...state("rendered", {
        render: { renderId: RENDER, videoUrl: URL, seconds: PREPARED.speechSeconds, renderedAt: NOW },
      }),
      dueAt: NOW,
    },
  });
  describeEvent("failed", look({ type: "failed", reason: "render_failed", detail: "1015" }), {
    rendering: {
      ...state("failed", { failure: { reason: "render_failed", code: "1015" } }),
      notice: { kind: "failed" },
    },
  });
  describeEvent("unknown, just after it was made", look({ type: "unknown" }), {
    rendering: later(WAITS.pollFast),
  });
  describeEvent("busy", look({ type: "busy", retryAfterMs: 9000 }), { rendering: later(9000) });
  describeEvent(
    "the account is refused",
    look({ type: "refused", reason: "akool_key_refused", code: 1101 }),
    { rendering: { ...state("rendering"), tries: 1 } },
  );
  describeEvent("no readable answer", look({ type: "unclear", error: broken }), {
    rendering: { ...state("rendering"), tries: 1 },
  });

  const deadline = ATTEMPT.startedAt + WAITS.renderDeadline;
  it.each<RenderUpdate>([{ type: "pending" }, { type: "busy" }, { type: "unclear", error: broken }])(
    "tells the person once when the deadline has passed and goes on looking: $type",
    (update) => {
      const overdue = look(update, deadline)(sampleJob("rendering"));
      expect(overdue).toMatchObject({
        ...state("rendering", { overdue: true }),
        notice: { kind: "overdue" },
      });
      const { notice: _said, ...told } = overdue;
      expect(look(update, deadline + 1000)(told)).not.toHaveProperty("notice");
      expect(look({ type: "succeeded", videoUrl: URL }, deadline + 5000)(told).state.status).toBe("rendered");
    },
  );

  it.each<RenderUpdate>([{ type: "pending" }, { type: "busy" }, { type: "unclear", error: broken }])(
    "never sleeps past the deadline: $type",
    (update) => {
      const next = look(update, deadline - 1000)(sampleJob("rendering"));
      expect(next.dueAt).toBeLessThanOrEqual(deadline);
    },
  );

  it.each<RenderUpdate>([
    { type: "pending" },
    { type: "busy" },
    { type: "unclear", error: broken },
    { type: "refused", reason: "akool_account", code: 1200 },
  ])("gives a render up when AKOOL has dropped its results: $type", (update) => {
    const old = ATTEMPT.startedAt + WAITS.renderGiveUp + 1;
    expect(look(update, old)(sampleJob("rendering"))).toMatchObject(
      state("failed", { failure: { reason: "render_lost" } }),
    );
  });

  it("looks again soon when a webhook came before the address of the video did", () => {
    const announced = sampleJob({ ...STATES.rendering, webhookSeen: true });
    expect(look({ type: "pending" })(announced).dueAt).toBe(NOW + WAITS.pollFast);
  });

  it("ends a render that AKOOL no longer knows, and goes back to waiting for one that only a webhook named", () => {
    const later = ATTEMPT.startedAt + WAITS.unknownRenderGrace + 1;
    expect(look({ type: "unknown" }, later)(sampleJob("rendering"))).toMatchObject(
      state("failed", { failure: { reason: "render_gone" } }),
    );
    const forged = sampleJob({
      ...STATES.rendering,
      confirmed: false,
      attempt: { ...ATTEMPT, hintedRenderId: RENDER },
    });
    const back = look({ type: "unknown" }, later)(forged);
    expect(back).toMatchObject(state("unsettled", { unclearSince: ATTEMPT.startedAt }));
    expect(back.state).not.toHaveProperty("attempt.hintedRenderId");
  });
});

describe("moving the video", () => {
  describeEvent("a ticket was given", (job) => deliver.uploadOpened(job, NEW_FILE, NOW), {
    rendered: state("uploading", { fileId: NEW_FILE, render: FINISHED }),
  });
  describeEvent("uploaded", (job) => deliver.uploaded(job, NOW), {
    uploading: { ...state("sharing", { stage: "ready", calls: 0, fileId: FILE }), dueAt: NOW, tries: 0 },
  });
  describeEvent(
    "not moved",
    (job) => deliver.relayFailed(job, { reason: "cannot_post", code: "upload" }, NOW, 3000, WAITS),
    each(["rendered", "uploading"], {
      ...state("rendered", { render: FINISHED }),
      tries: 1,
      dueAt: NOW + 3000,
    }),
  );
  describeEvent(
    "not moved once too often",
    (job) => deliver.relayFailed(job, { reason: "cannot_post", code: "upload" }, NOW, undefined, WAITS),
    each(["rendered", "uploading"], { ...state("undeliverable"), notice: { kind: "undeliverable" } }),
    { tries: 7 },
  );
  const unusable = { reason: "video_unusable" } as const;
  describeEvent("no video there", (job) => deliver.resultRefused(job, unusable, NOW, WAITS), {
    rendered: { ...state("rendered"), tries: 1 },
  });
  describeEvent(
    "no video there, for good",
    (job) => deliver.resultRefused(job, unusable, NOW, WAITS),
    { rendered: state("failed", { failure: unusable }) },
    { tries: 3 },
  );
});

describe("showing the video", () => {
  describeEvent("about to be shared", (job) => deliver.shareIntended(job, NOW), {
    "sharing ready": { ...state("sharing", { stage: "calling", calls: 1, calledAt: NOW }), dueAt: NOW },
  });
  describeEvent("shared, or perhaps not", (job) => deliver.shareCalled(job, true, NOW, WAITS), {
    "sharing calling": {
      ...state("sharing", { stage: "called", calls: 1 }),
      dueAt: NOW + WAITS.shareLookFirst,
    },
  });
  describeEvent(
    "certainly not shared",
    (job) => deliver.shareLater(job, NOW, 3000, WAITS),
    each(sharing, { ...state("sharing", { stage: "ready", fileId: FILE }), dueAt: NOW + 3000 }),
  );
  describeEvent(
    "the share was found",
    (job) => deliver.shareFound(job, SHARED_AS, NOW, WAITS),
    each(sharing, state("delivered", { as: "video", fileId: FILE, permalinkTs: SHARED_AS })),
  );
  describeEvent(
    "Slack lost the file",
    (job) => deliver.fileLost(job, NOW, WAITS),
    each(sharing, state("rendered", { render: FINISHED })),
  );

  it("looks for the share until its deadline, then calls again with the same file, and at last posts the link", () => {
    const look = (calls: number, sinceCall: number) =>
      deliver.shareFound(
        sampleJob({ ...STATES["sharing called"], calls, calledAt: NOW - sinceCall }),
        undefined,
        NOW,
        WAITS,
      );
    expect(look(1, 1000)).toMatchObject(state("sharing", { stage: "called", looks: 1 }));
    expect(look(1, 1000).dueAt).toBeGreaterThan(NOW);
    expect(look(1, WAITS.shareDeadline)).toMatchObject(state("sharing", { stage: "ready", fileId: FILE }));
    expect(look(3, WAITS.shareDeadline)).toMatchObject(state("linking", { stage: "ready", fileId: FILE }));
  });

  it("does not count a call that certainly changed nothing", () => {
    const later = deliver.shareLater(sampleJob("sharing calling"), NOW, undefined, WAITS);
    expect(later.state).toMatchObject({ calls: 0 });
  });

  describeEvent("about to post the link", deliver.linkIntended, {
    "linking ready": state("linking", { stage: "calling" }),
  });
  describeEvent(
    "the link was posted",
    (job) => deliver.linked(job, SHARED_AS, NOW),
    each(linking, state("delivered", { as: "link", fileId: FILE })),
  );
  describeEvent(
    "the link was certainly not posted",
    (job) => deliver.linkLater(job, NOW, 3000, WAITS),
    each(linking, { ...state("linking", { stage: "ready" }), dueAt: NOW + 3000 }),
  );
});

describe("a video that cannot be posted", () => {
  const kept = { notice: { kind: "undeliverable", stage: "todo" }, dueAt: NOW + WAITS.undeliverableRetry };
  describeEvent("Slack refuses", (job) => deliver.undeliverable(job, closed, NOW, WAITS), {
    ...each(["rendered", "uploading", "undeliverable"], {
      ...state("undeliverable", { failure: closed, since: NOW }),
      ...kept,
    }),
    ...each([...sharing, ...linking], {
      ...state("undeliverable", { failure: closed, fileId: FILE }),
      ...kept,
    }),
  });
  describeEvent("another try", (job) => deliver.redelivering(job, NOW, WAITS), {
    undeliverable: { ...state("rendered", { render: FINISHED }), dueAt: NOW },
  });

  it("is told once for each reason, however often it is tried", () => {
    const told = deliver.undeliverable(sampleJob("rendered"), closed, NOW, WAITS);
    const again = deliver.undeliverable(deliver.redelivering(told, NOW, WAITS), closed, NOW, WAITS);
    expect(again).not.toHaveProperty("notice");
    const other = deliver.undeliverable(
      deliver.redelivering(again, NOW, WAITS),
      { reason: "cannot_post" },
      NOW,
      WAITS,
    );
    expect(other).toHaveProperty("notice");
  });

  it("is tried again with the file that Slack already has", () => {
    const job = sampleJob({ ...STATES.undeliverable, fileId: FILE });
    expect(deliver.redelivering(job, NOW, WAITS)).toMatchObject(
      state("sharing", { stage: "ready", fileId: FILE }),
    );
  });

  it("is given up when AKOOL has dropped it", () => {
    const late = FINISHED.renderedAt + WAITS.undeliverableGiveUp + 1;
    expect(deliver.redelivering(sampleJob("undeliverable"), late, WAITS)).toMatchObject(
      state("failed", { failure: { reason: "render_gone" } }),
    );
  });
});
