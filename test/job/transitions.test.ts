import { describe, expect, it } from "vitest";
import { cancelled, cancelOutcome, leftAlone, madeAnother, triedAgain } from "../../src/job/decisions.ts";
import type { JobId } from "../../src/job/ids.ts";
import { type Job, needsMedia } from "../../src/job/job.ts";
import { failed } from "../../src/job/moves.ts";
import type { CreateAnswer } from "../../src/job/render-api.ts";
import {
  createAnswered,
  createIntended,
  createLost,
  mediaFetched,
  prepared,
  prepareLater,
  settled,
  webhookArrived,
} from "../../src/job/transitions.ts";
import { allBut, describeEvent, ENDED, each } from "./every-state.ts";
import {
  ATTEMPT,
  EARLIER,
  EARLIER_KEY,
  KEY,
  MESSAGES,
  NOW,
  OTHER_KEY,
  OTHER_RENDER,
  PREPARED,
  RENDER,
  STATE_NAMES,
  STATES,
  sampleJob,
  WAITS,
} from "./sample-jobs.ts";

const FIRST_LOOK = 15_000;
const RUNNING = "running567" as JobId;
const broken = new Error("connection reset");
const unreachable = { reason: "url_unreachable" } as const;
const state = (status: string, more: object = {}) => ({ state: { status, ...more } });
const due = (inMs: number, more: object = {}) => ({ dueAt: NOW + inMs, tries: 0, ...more });

describe("getting ready", () => {
  const ready = ["unsorted", "preparing"] as const;
  describeEvent("files prepared", (job) => prepared(job, PREPARED, undefined, NOW), {
    ...each(ready, due(0, state("queued", { prepared: PREPARED, attempts: 0, refusals: 0 }))),
  });
  describeEvent("the same content is running already", (job) => prepared(job, PREPARED, RUNNING, NOW), {
    ...each(ready, state("duplicate", { of: RUNNING })),
  });
  describeEvent(
    "the same content, but another was wanted",
    (job) => prepared(job, PREPARED, RUNNING, NOW),
    each(ready, state("queued")),
    { evenIfRunning: true },
  );
  describeEvent("files out of reach", (job) => prepareLater(job, unreachable, NOW, undefined, WAITS), {
    ...each(ready, { ...state("preparing"), tries: 1, dueAt: NOW + WAITS.retryFirst }),
  });
  describeEvent(
    "files out of reach once too often",
    (job) => prepareLater(job, unreachable, NOW, undefined, WAITS),
    each(ready, { ...state("failed", { failure: unreachable }), notice: { kind: "failed", stage: "todo" } }),
    { tries: 5 },
  );

  it("tells a duplicate by a notice where the job message was lost", () => {
    const tell = (message: Job["message"]) =>
      prepared(sampleJob("preparing", { message }), PREPARED, RUNNING, NOW).notice;
    expect(tell(MESSAGES.lost)).toMatchObject({ kind: "ended", stage: "todo" });
    expect(tell(MESSAGES.posted)).toBeUndefined();
  });
});

describe("paying once", () => {
  const free = { slotsInUse: 0, ahead: 0, behind: 0, slots: 2 };
  const start = (job: Job) => createIntended(job, OTHER_KEY, free, NOW, WAITS);
  const attempt = { number: 2, key: OTHER_KEY, startedAt: NOW, fetched: false };
  describeEvent(
    "a free slot",
    start,
    each(["queued", "queued again"], due(0, state("creating", { attempt }))),
  );
  describeEvent(
    "no slot free",
    (job) => createIntended(job, OTHER_KEY, { slotsInUse: 2, ahead: 3, behind: 2, slots: 2 }, NOW, WAITS),
    each(["queued", "queued again"], state("queued", { placeInLine: 4, lineLength: 6, attempts: 1 })),
  );

  it.each([
    [0, 0, true],
    [1, 0, true],
    [2, 0, false],
    [0, 1, true],
    [0, 2, false],
    [1, 1, false],
  ])("with %i of 2 slots in use and %i ahead the turn has come: %s", (slotsInUse, ahead, comes) => {
    const next = createIntended(
      sampleJob("queued"),
      KEY,
      { slotsInUse, ahead, behind: 0, slots: 2 },
      NOW,
      WAITS,
    );
    expect(next.state.status).toBe(comes ? "creating" : "queued");
    if (!comes) expect(next.dueAt).toBeGreaterThan(NOW);
  });

  const answer = (given: CreateAnswer) => (job: Job) =>
    createAnswered(job, KEY, given, NOW, WAITS, FIRST_LOOK);
  const refused = { type: "refused", reason: "akool_media_unusable", code: 1015, retries: 0 } as const;
  const inLine = state("queued", { attempts: 2 });
  /** It was cancelled meanwhile, and has not begun after all; the attempt before may have. */
  const neverBegun = { "cancelled, ordered": state("cancelled", { kept: { attempt: EARLIER } }) };
  describeEvent("created", answer({ type: "created", renderId: RENDER }), {
    creating: due(FIRST_LOOK, state("rendering", { renderId: RENDER, confirmed: true, overdue: false })),
    "cancelled, ordered": state("cancelled", { kept: { renderId: RENDER } }),
  });
  describeEvent("refused", answer(refused), {
    creating: {
      ...state("failed", { failure: { reason: "akool_media_unusable", code: "1015" } }),
      notice: { kind: "failed" },
    },
    ...neverBegun,
  });
  describeEvent("refused, but worth another try", answer({ ...refused, retries: 1 }), {
    creating: { state: { ...inLine.state, refusals: 1 }, dueAt: NOW + WAITS.retryFirst },
    ...neverBegun,
  });
  describeEvent("busy", answer({ type: "busy", retryAfterMs: 7000 }), {
    creating: { ...inLine, tries: 1, dueAt: NOW + 7000 },
    ...neverBegun,
  });
  describeEvent("never sent", answer({ type: "not_sent", error: broken }), {
    creating: { ...inLine, tries: 1 },
    ...neverBegun,
  });
  describeEvent("no readable answer", answer({ type: "unclear", error: broken }), {
    creating: due(WAITS.settle, state("unsettled", { attempt: ATTEMPT, unclearSince: NOW })),
  });
  describeEvent(
    "an answer to another attempt",
    (job) => createAnswered(job, OTHER_KEY, refused, NOW, WAITS, 0),
    {},
  );
  describeEvent("an intent that nobody waits for any more", (job) => createLost(job, NOW, WAITS), {
    creating: due(WAITS.settle, state("unsettled", { attempt: ATTEMPT, unclearSince: NOW })),
  });

  it("gives up on a service that takes no orders, and says that nothing was spent", () => {
    const busy = answer({ type: "busy" })(sampleJob("creating", { tries: 59 }));
    expect(busy).toMatchObject(state("failed", { failure: { reason: "akool_busy" } }));
    const gone = answer({ type: "not_sent", error: broken })(sampleJob("creating", { tries: 9 }));
    expect(gone).toMatchObject(state("failed", { failure: { reason: "akool_busy" } }));
  });

  it("repeats a refusal that is worth it only as often as it is worth it", () => {
    const again = sampleJob({ ...STATES.creating, refusals: 1 });
    expect(answer({ ...refused, retries: 1 })(again).state.status).toBe("failed");
  });

  it("follows the webhook that overtook a lost answer", () => {
    const hinted = sampleJob({ ...STATES.creating, attempt: { ...ATTEMPT, hintedRenderId: RENDER } });
    expect(createLost(hinted, NOW, WAITS)).toMatchObject(
      due(0, state("rendering", { renderId: RENDER, confirmed: false })),
    );
  });
});

describe("evidence of a lost create", () => {
  const waited = NOW + WAITS.settle;
  describeEvent("the wait is over", (job) => settled(job, waited, WAITS, true), {
    unsettled: {
      ...state("asking"),
      notice: { kind: "asking", stage: "todo" },
      dueAt: waited + WAITS.askFor,
    },
  });
  describeEvent("the wait goes on", (job) => settled(job, NOW, WAITS, true), {
    unsettled: state("unsettled"),
  });
  describeEvent(
    "AKOOL comes for the media",
    (job) => mediaFetched(job, KEY),
    each(["creating", "unsettled"], { state: { attempt: { fetched: true } } }),
  );
  describeEvent("AKOOL comes for another attempt's media", (job) => mediaFetched(job, OTHER_KEY), {});

  it("waits for the render's deadline when AKOOL fetched the media and can still call", () => {
    const fetched = sampleJob({ ...STATES.unsettled, attempt: { ...ATTEMPT, fetched: true } });
    const deadline = ATTEMPT.startedAt + WAITS.renderDeadline;
    expect(settled(fetched, waited, WAITS, true)).toMatchObject({ ...state("unsettled"), dueAt: deadline });
    expect(settled(fetched, waited, WAITS, false)).toMatchObject(state("asking"));
    expect(settled(fetched, deadline, WAITS, true)).toMatchObject(state("asking"));
  });

  const found = due(
    0,
    state("rendering", { renderId: RENDER, confirmed: false, webhookSeen: true, attempt: ATTEMPT }),
  );
  describeEvent("a webhook of this attempt", (job) => webhookArrived(job, KEY, RENDER, "over", NOW), {
    "speaking calling": { state: { stage: "calling", speechId: RENDER } },
    "speaking unclear": due(0, { state: { status: "speaking", stage: "called", speechId: RENDER } }),
    creating: { state: { status: "creating", attempt: { fetched: true, hintedRenderId: RENDER } } },
    unsettled: found,
    asking: found,
    rendering: { ...state("rendering", { webhookSeen: true, confirmed: true }), dueAt: NOW },
    "left alone": found,
    "cancelled, ordered": state("cancelled", { kept: { renderId: RENDER, attempt: ATTEMPT } }),
  });
  describeEvent(
    "a webhook of the attempt before",
    (job) => webhookArrived(job, EARLIER_KEY, RENDER, "over", NOW),
    {
      "queued again": due(0, state("rendering", { renderId: RENDER, attempt: EARLIER })),
      "cancelled, ordered": state("cancelled", { kept: { renderId: RENDER, attempt: EARLIER } }),
    },
  );
  describeEvent("a webhook of another job", (job) => webhookArrived(job, OTHER_KEY, RENDER, "over", NOW), {});

  it("ignores a webhook that names another render than ours", () => {
    const job = sampleJob("rendering");
    expect(webhookArrived(job, KEY, OTHER_RENDER, "over", NOW)).toBe(job);
  });

  it("takes the question back when the answer came by itself", () => {
    const asking = sampleJob("asking", { notice: { kind: "asking", stage: "todo", tries: 0 } });
    expect(webhookArrived(asking, KEY, RENDER, "over", NOW)).not.toHaveProperty("notice");
  });
});

describe("what people decide", () => {
  // After "Try again" the first attempt may turn out to have been paid.
  const early = ["unsorted", "preparing", "choosing", "speaking ready", "queued"] as const;
  const late = [
    "sharing ready",
    "sharing calling",
    "sharing called",
    "linking ready",
    "linking calling",
  ] as const;
  const paid = allBut(...early, ...late, ...ENDED);
  describeEvent("cancel", (job) => cancelled(job, NOW, WAITS), {
    ...each(early, state("cancelled", { renderWasRunning: false, finishedAt: NOW })),
    ...each(paid, state("cancelled", { renderWasRunning: true, finishedAt: NOW })),
  });
  describeEvent("try again", (job) => triedAgain(job, NOW), {
    asking: due(0, state("queued", { attempts: ATTEMPT.number, earlier: ATTEMPT })),
  });
  describeEvent("leave it", (job) => leftAlone(job, NOW), {
    asking: state("failed", {
      failure: { reason: "left_alone" },
      late: { attempt: ATTEMPT, prepared: PREPARED },
    }),
  });
  describeEvent("make another", (job) => madeAnother(job, NOW), {
    duplicate: due(0, { ...state("preparing"), evenIfRunning: true, cleanedUp: false }),
  });

  it.each(STATE_NAMES)("cancelling says the same as it does: %s", (name) => {
    const job = sampleJob(name);
    const changes = cancelled(job, NOW, WAITS) !== job;
    expect(changes).toBe(["nothing_spent", "render_goes_on", "thrown_away"].includes(cancelOutcome(job)));
  });

  it("leaves nothing unsaid that a decision has answered", () => {
    const asking = sampleJob("asking", { notice: { kind: "asking", stage: "todo", tries: 0 } });
    for (const decided of [triedAgain(asking, NOW), leftAlone(asking, NOW), cancelled(asking, NOW, WAITS)])
      expect(decided).not.toHaveProperty("notice");
  });

  it("says the outcome in a post of its own where the job message was lost", () => {
    const asking = sampleJob("asking", { message: MESSAGES.lost });
    expect(cancelled(asking, NOW, WAITS).notice).toMatchObject({ kind: "ended" });
    expect(leftAlone(asking, NOW).notice).toMatchObject({ kind: "failed" });
  });
});

describe("failing", () => {
  const failure = { reason: "render_failed" } as const;
  describeEvent(
    "for whatever reason",
    (job) => failed(job, failure, NOW),
    each(allBut(...ENDED), {
      ...state("failed", { failure, finishedAt: NOW }),
      notice: { kind: "failed", stage: "todo" },
    }),
  );

  it.each(STATE_NAMES)("frees the media once nobody can want them any more: %s", (name) => {
    const early = [
      "preparing",
      "choosing",
      "speaking",
      "queued",
      "creating",
      "unsettled",
      "asking",
      "rendering",
    ];
    expect(needsMedia(sampleJob(name))).toBe(early.includes(sampleJob(name).state.status));
  });
});
