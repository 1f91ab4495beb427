import { describe, expect, it } from "vitest";
import type { AttemptKey } from "../../src/job/ids.ts";
import * as to from "../../src/job/speech-transitions.ts";
import { backoff } from "../../src/job/waits.ts";
import { describeEvent } from "./every-state.ts";
import { ANNA, KEY, NOW, OTHER_KEY, SPEECH, sampleJob, WAITS } from "./sample-jobs.ts";

const VOICE = { id: "voice", name: "Anna", language: "en" };
const SAID = "https://example.com/said.mp3";
const NEW = "key-of-a-new-call" as AttemptKey;
const error = new Error("connection reset");
const intend = (job: ReturnType<typeof sampleJob>, spoken?: Parameters<typeof to.speakIntended>[2]) =>
  to.speakIntended(job, { key: NEW, voice: VOICE }, spoken, NOW, WAITS);
const answer = (given: Parameters<typeof to.speakAnswered>[2], over = {}) =>
  to.speakAnswered(sampleJob("speaking calling", over), KEY, given, NOW, WAITS);
const hear = (update: Parameters<typeof to.speechHeard>[1], now = NOW) =>
  to.speechHeard(sampleJob("speaking called"), update, now, WAITS);

describe("the paid call", () => {
  it("is intended with its voice, and known to cost from then on", () => {
    expect(intend(sampleJob("speaking ready"))).toMatchObject({
      state: { stage: "calling", attempts: 1, attempt: { key: NEW, number: 1 } },
      request: { speech: { voice: VOICE } },
      paidSpeech: true,
      requesterId: ANNA,
    });
  });

  it("is not made for what was spoken before, or is being spoken", () => {
    const before = intend(sampleJob("speaking ready"), { at: NOW - 1000, underWay: false, url: SAID });
    expect(before).toMatchObject({
      state: { status: "preparing" },
      request: { speech: { spokenUrl: SAID, voice: VOICE } },
    });
    expect(before).not.toHaveProperty("paidSpeech");
    const other = intend(sampleJob("speaking ready"), { at: NOW, underWay: true });
    expect(other).toMatchObject({ state: { stage: "ready" }, dueAt: NOW + WAITS.speechLook });
  });

  it("is made again when AKOOL no longer has the speech, or whoever was to speak has ended without", () => {
    const old = { at: NOW - 7 * 86_400_000, underWay: false, url: SAID };
    expect(intend(sampleJob("speaking ready"), old).state).toMatchObject({ stage: "calling" });
    const ended = { at: NOW, underWay: false };
    expect(intend(sampleJob("speaking ready"), ended).state).toMatchObject({ stage: "calling" });
  });

  it("leads to looks, or is done at once", () => {
    expect(answer({ type: "created", speechId: SPEECH })).toMatchObject({
      state: { stage: "called", speechId: SPEECH },
      dueAt: NOW + WAITS.speechLook,
    });
    expect(answer({ type: "created", speechId: SPEECH, url: SAID })).toMatchObject({
      state: { status: "preparing" },
      request: { speech: { spokenUrl: SAID } },
    });
  });

  it("is repeated only where it was certainly not made", () => {
    const again = { state: { stage: "ready" }, dueAt: NOW + backoff(WAITS, 0) };
    expect(answer({ type: "busy" })).toMatchObject(again);
    expect(answer({ type: "not_sent", error })).toMatchObject(again);
    expect(answer({ type: "refused", reason: "akool_error", code: 1201, retries: 1 })).toMatchObject(again);
    expect(answer({ type: "refused", reason: "akool_error", code: 1201, retries: 0 }).state).toMatchObject({
      status: "failed",
      failure: { reason: "akool_error", code: "1201" },
    });
    expect(answer({ type: "unclear", error })).toMatchObject({
      state: { stage: "unclear" },
      dueAt: NOW + WAITS.settle,
    });
  });

  it("whose answer comes after a webhook has named the speech is looked up, never repeated", () => {
    const named = to.speechAnnounced(sampleJob("speaking calling"), KEY, SPEECH, NOW);
    for (const late of [
      to.speakAnswered(named, KEY, { type: "unclear", error }, NOW, WAITS),
      to.speakAnswered(named, KEY, { type: "busy" }, NOW, WAITS),
      to.speakLost(named, NOW, WAITS),
    ])
      expect(late).toMatchObject({ state: { stage: "called", speechId: SPEECH }, dueAt: NOW });
  });

  describeEvent(
    "its answer, late",
    (job) => to.speakAnswered(job, OTHER_KEY, { type: "busy" }, NOW, WAITS),
    {},
  );
  describeEvent("a process that died at it", (job) => to.speakLost(job, NOW, WAITS), {
    "speaking calling": { state: { stage: "unclear" }, dueAt: NOW + WAITS.settle },
  });
  describeEvent("nothing has shown", (job) => to.speechSettled(job, NOW, WAITS), {
    "speaking unclear": {
      state: { status: "choosing", question: { kind: "speech_unclear", attempt: { key: KEY } } },
      notice: { kind: "choosing" },
    },
  });

  it("that nobody can settle may still be settled by its webhook", () => {
    const asking = to.speechSettled(sampleJob("speaking unclear"), NOW, WAITS);
    const found = to.speechAnnounced(asking, KEY, SPEECH, NOW);
    expect(found).toMatchObject({ state: { status: "speaking", stage: "called", speechId: SPEECH } });
    expect(found).not.toHaveProperty("notice");
    expect(to.speechAnnounced(asking, OTHER_KEY, SPEECH, NOW)).toBe(asking);
  });
});

describe("a look at a speech", () => {
  it("finds it done, failed, or still under way", () => {
    expect(hear({ type: "succeeded", url: SAID })).toMatchObject({
      state: { status: "preparing" },
      request: { speech: { spokenUrl: SAID } },
    });
    expect(hear({ type: "failed", reason: "akool_error" }).state).toMatchObject({ status: "failed" });
    expect(hear({ type: "pending" })).toMatchObject({
      state: { stage: "called", looks: 1 },
      dueAt: NOW + WAITS.speechLook,
    });
  });

  it("bears an id that AKOOL does not know yet, and no answer at all, for a while", () => {
    for (const update of [{ type: "unknown" }, { type: "unclear", error }, { type: "busy" }] as const)
      expect(hear(update).state).toMatchObject({ stage: "called" });
    const lost = { status: "failed", failure: { reason: "akool_speech_lost" } };
    expect(hear({ type: "unknown" }, NOW + WAITS.unknownRenderGrace).state).toMatchObject(lost);
    expect(hear({ type: "pending" }, NOW + WAITS.renderDeadline).state).toMatchObject(lost);
  });

  it("is given up on when there is no voice to be had for long", () => {
    expect(to.voiceless(sampleJob("speaking ready"), NOW, WAITS)).toMatchObject({ tries: 1 });
    expect(to.voiceless(sampleJob("speaking ready", { tries: 59 }), NOW, WAITS).state).toMatchObject({
      failure: { reason: "no_voice" },
    });
  });
});
