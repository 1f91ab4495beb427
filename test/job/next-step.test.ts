import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { postedAfterAll } from "../../src/job/after-all.ts";
import { asked, chose, completed, leftUndecided, wentOn } from "../../src/job/choosing.ts";
import { cancelled, leftAlone, madeAnother, triedAgain } from "../../src/job/decisions.ts";
import * as deliver from "../../src/job/deliver-transitions.ts";
import * as finish from "../../src/job/finish-transitions.ts";
import type { AttemptKey, JobId, MessageTs } from "../../src/job/ids.ts";
import { hasEnded, type Job } from "../../src/job/job.ts";
import type { Seen } from "../../src/job/media.ts";
import * as message from "../../src/job/message-transitions.ts";
import { failed } from "../../src/job/moves.ts";
import { nextStep, type StepName, wakeAt } from "../../src/job/next-step.ts";
import * as preview from "../../src/job/preview.ts";
import type { RenderUpdate } from "../../src/job/render-api.ts";
import { resumed } from "../../src/job/resume.ts";
import * as first from "../../src/job/show-first.ts";
import { shownBy } from "../../src/job/shown-by.ts";
import { slowNoticed } from "../../src/job/slow.ts";
import { sortedOut } from "../../src/job/sorting.ts";
import type { SpeakAnswer, SpeechUpdate } from "../../src/job/speech-api.ts";
import * as speech from "../../src/job/speech-transitions.ts";
import * as to from "../../src/job/transitions.ts";
import { newJob, refusedJob } from "../../src/slack/intake/new-job.ts";
import {
  ANNA,
  DIRECT,
  FILE,
  INSTALLATION,
  NOW,
  OTHER_RENDER,
  POSTED,
  PREPARED,
  RENDER,
  SPEECH,
  STATE_NAMES,
  STATES,
  sampleJob,
  WAITS,
} from "./sample-jobs.ts";

type Move = (job: Job, now: number) => Job;

const TS = "1700000000.000900" as MessageTs;
const failure = { reason: "not_in_channel", code: "not_in_channel" } as const;
const error = new Error("connection reset");
const keyOf = (job: Job) =>
  ("attempt" in job.state ? job.state.attempt?.key : undefined) ?? ("" as AttemptKey);
const line = { slotsInUse: 0, ahead: 0, behind: 0, slots: 1 };
const intended: Move = (job, now) => to.createIntended(job, `key${now}` as AttemptKey, line, now, WAITS);
const answered =
  (answer: Parameters<typeof to.createAnswered>[2]): Move =>
  (job, now) => {
    const called = intended(job, now);
    return to.createAnswered(called, keyOf(called), answer, now, WAITS, 5000);
  };
const VOICE = { id: "voice", name: "Anna" };
const speaks: Move = (job, now) =>
  speech.speakIntended(job, { key: `key${now}` as AttemptKey, voice: VOICE }, undefined, now, WAITS);
const spoke =
  (answer: SpeakAnswer): Move =>
  (job, now) => {
    const called = speaks(job, now);
    return speech.speakAnswered(called, keyOf(called), answer, now, WAITS);
  };
const heard =
  (update: SpeechUpdate): Move =>
  (job, now) =>
    speech.speechHeard(job, update, now, WAITS);
const looked =
  (update: RenderUpdate): Move =>
  (job, now) =>
    deliver.renderLooked(job, update, now, WAITS, 30_000);
const posted =
  (then: Move): Move =>
  (job, now) =>
    then(message.announceIntended(job), now);
const shared =
  (then: Move): Move =>
  (job, now) =>
    then(deliver.shareIntended(job, now), now);
const linked =
  (then: Move): Move =>
  (job, now) =>
    then(deliver.linkIntended(job), now);
const said =
  (then: Move): Move =>
  (job, now) =>
    then(message.noticeIntended(job), now);
const kind = (job: Job) => job.notice?.kind ?? "failed";
const PHOTO: Seen = { kind: "photo", words: { key: "seen.jpeg" } };
const SOUND: Seen = { kind: "sound", words: { key: "seen.mp3" } };
const PAPER: Seen = { kind: "other", words: { key: "seen.pdf" } };

/** What may come of each step; the first of a call that must not be repeated is a process killed with only its intent saved. */
const outcomes: Record<StepName, Move[]> = {
  announce: [
    message.announceIntended,
    posted((job, now) => message.announced(job, TS, shownBy(job) ?? "checking", now)),
    posted((job, now) => message.announceRefused(job, failure, now)),
    posted(message.announcementLost),
    posted((job, now) => message.announceLater(job, now, undefined, WAITS)),
  ],
  announcement_lost: [message.announcementLost],
  sort: [
    (job, now) => sortedOut(job, [PHOTO, SOUND], now, WAITS),
    (job, now) => sortedOut(job, [PHOTO, PHOTO], now, WAITS),
    (job, now) => sortedOut(job, [PHOTO, PAPER], now, WAITS),
    (job, now) => sortedOut(job, [PAPER, PAPER], now, WAITS),
    (job, now) => sortedOut(job, [undefined, undefined], now, WAITS),
  ],
  prepare: [
    (job, now) => to.prepared(job, PREPARED, undefined, now),
    (job, now) => to.prepared(job, PREPARED, "running567" as JobId, now),
    (job, now) => to.prepareLater(job, failure, now, undefined, WAITS),
    (job, now) => failed(job, failure, now),
    (job, now) => asked(job, { kind: "no_face" }, now, WAITS),
    (job, now) => (job.request.speech.type === "words" ? speech.photoJudged(job, undefined, now) : job),
  ],
  stop_choosing: [leftUndecided],
  speak: [
    speaks,
    (job, now) => speech.voiceless(job, now, WAITS),
    (job, now) =>
      speech.speakIntended(
        job,
        { key: "k" as AttemptKey, voice: VOICE },
        { at: now, underWay: true },
        now,
        WAITS,
      ),
    (job, now) =>
      speech.speakIntended(
        job,
        { key: "k" as AttemptKey, voice: VOICE },
        { at: now, underWay: false, url: "https://example.com/said.mp3" },
        now,
        WAITS,
      ),
    spoke({ type: "created", speechId: SPEECH }),
    spoke({ type: "created", speechId: SPEECH, url: "https://example.com/said.mp3" }),
    spoke({ type: "refused", reason: "akool_error", code: 1201, retries: 1 }),
    spoke({ type: "refused", reason: "akool_out_of_credit", code: 1006, retries: 0 }),
    spoke({ type: "busy" }),
    spoke({ type: "not_sent", error }),
    spoke({ type: "unclear", error }),
  ],
  speak_lost: [(job, now) => speech.speakLost(job, now, WAITS)],
  settle_speech: [(job, now) => speech.speechSettled(job, now, WAITS)],
  listen: [
    heard({ type: "pending" }),
    heard({ type: "succeeded", url: "https://example.com/said.mp3" }),
    heard({ type: "failed", reason: "akool_error" }),
    heard({ type: "unknown" }),
    heard({ type: "busy" }),
    heard({ type: "refused", reason: "akool_account", code: 1200 }),
    heard({ type: "unclear", error }),
  ],
  create: [
    intended,
    (job, now) =>
      to.createIntended(job, keyOf(job), { slotsInUse: 1, ahead: 1, behind: 2, slots: 1 }, now, WAITS),
    answered({ type: "created", renderId: RENDER }),
    answered({ type: "refused", reason: "akool_error", code: 1015, retries: 1 }),
    answered({ type: "refused", reason: "akool_media_unusable", code: 1015, retries: 0 }),
    answered({ type: "busy" }),
    answered({ type: "not_sent", error }),
    answered({ type: "unclear", error }),
  ],
  create_lost: [(job, now) => to.createLost(job, now, WAITS)],
  settle: [(job, now) => to.settled(job, now, WAITS, true), (job, now) => to.settled(job, now, WAITS, false)],
  leave_alone: [leftAlone],
  look: [
    looked({ type: "pending" }),
    (job, now) => slowNoticed(looked({ type: "pending" })(job, now), 60_000, now),
    looked({ type: "succeeded", videoUrl: "https://example.com/v.mp4" }),
    looked({ type: "failed", reason: "render_failed" }),
    looked({ type: "unknown" }),
    looked({ type: "busy" }),
    looked({ type: "busy", retryAfterMs: 60_000 }),
    looked({ type: "refused", reason: "akool_account", code: 1200 }),
    looked({ type: "unclear", error }),
  ],
  open_direct: [
    (job) => first.directOpened(job, DIRECT),
    (job, now) => first.notShown(job, failure, now, WAITS),
    (job, now) => first.openDirectLater(job, now, undefined, WAITS),
  ],
  stop_deciding: [first.decisionDue],
  edit_preview: [
    (job) => preview.previewEdited(job, preview.previewSays(job) ?? ""),
    (job) => preview.previewClosed(job, preview.previewSays(job) ?? ""),
    (job, now) => preview.previewLater(job, preview.previewSays(job) ?? "", now, undefined, WAITS),
  ],
  relay: [
    (job, now) => deliver.uploadOpened(job, FILE, now),
    (job, now) => deliver.uploaded(deliver.uploadOpened(job, FILE, now), now),
    (job, now) => deliver.relayFailed(job, failure, now, undefined, WAITS),
    (job, now) => deliver.resultRefused(job, { reason: "video_unusable" }, now, WAITS),
    (job, now) => deliver.undeliverable(job, failure, now, WAITS),
  ],
  relay_lost: [(job, now) => deliver.relayFailed(job, failure, now, 0, WAITS)],
  share: [
    deliver.shareIntended,
    shared((job, now) => deliver.shareCalled(job, true, now, WAITS)),
    shared((job, now) => deliver.shareLater(job, now, undefined, WAITS)),
    shared((job, now) => deliver.fileLost(job, now, WAITS)),
    shared((job, now) => deliver.undeliverable(job, failure, now, WAITS)),
  ],
  share_lost: [(job, now) => deliver.shareCalled(job, false, now, WAITS)],
  find_share: [
    (job, now) => deliver.shareFound(job, TS, now, WAITS),
    (job, now) => deliver.shareFound(job, undefined, now, WAITS),
    (job, now) => deliver.shareRemoved(job, now, WAITS),
    (job, now) => deliver.fileLost(job, now, WAITS),
  ],
  link: [
    deliver.linkIntended,
    linked((job, now) => deliver.linked(job, TS, now)),
    linked((job, now) => deliver.linkLater(job, now, undefined, WAITS)),
    linked((job, now) => deliver.undeliverable(job, failure, now, WAITS)),
  ],
  link_lost: [(job, now) => deliver.linked(job, undefined, now)],
  redeliver: [(job, now) => deliver.redelivering(job, now, WAITS)],
  notify: [
    message.noticeIntended,
    said((job) => message.noticeDone(job, kind(job))),
    said(message.noticeClosed),
    said(message.noticeLost),
    said((job, now) => message.noticeLater(job, now, undefined, WAITS)),
  ],
  notice_lost: [message.noticeLost],
  tell_privately: [
    (job) => message.noticeDone(job, kind(job)),
    (job, now) => message.noticeLater(job, now, undefined, WAITS),
  ],
  dress: [finish.dressed, finish.undressed, (job, now) => finish.finishLater(job, now, undefined, WAITS)],
  remove: [
    finish.removed,
    (job) => finish.notRemoved(job, "cant_delete_file"),
    (job, now) => finish.finishLater(job, now, undefined, WAITS),
  ],
  edit: [
    (job, now) => message.edited(job, shownBy(job) ?? "", now),
    (job, now) => message.edited(job, shownBy(job) ?? "", now, { refused: true }),
    (job, now) => message.edited(job, shownBy(job) ?? "", now, { noThumbnail: true }),
    (job, now) => message.editLater(job, shownBy(job) ?? "", now, undefined, WAITS),
  ],
  clean_up: [(job) => ({ ...job, cleanedUp: true })],
};

const questionOf = ({ state }: Job) => (state.status === "choosing" ? state.question.kind : "no_face");

/** What may come from outside at any moment. */
const fromOutside: Move[] = [
  (job, now) => cancelled(job, now, WAITS),
  postedAfterAll,
  (job) => finish.removalWanted(job, ANNA),
  triedAgain,
  leftAlone,
  madeAnother,
  (job, now) => wentOn(job, questionOf(job), now),
  (job, now) => chose(job, questionOf(job), 0, now, WAITS),
  (job, now) => completed(job, { speech: { type: "words", text: "Hello" } }, TS, now, WAITS),
  (job, now) => completed(job, { photo: job.request.photo }, TS, now, WAITS),
  (job, now) => deliver.redelivering(job, now, WAITS),
  first.approved,
  first.thrownAway,
  first.shownAgain,
  (job) => to.mediaFetched(job, keyOf(job)),
  (job, now) => to.webhookArrived(job, keyOf(job), RENDER, "over", now),
  (job, now) => to.webhookArrived(job, keyOf(job), OTHER_RENDER, "over", now),
  (job, now) => message.announcementSeen(job, TS, now),
  (job, now) => resumed(job, 3, now, WAITS),
];

const question = { kind: "many_faces", faces: [{ left: 0, top: 0, width: 9, height: 9 }] } as const;
const { id: _id, acceptedAt: _at, state: _state, message: _message, ...sample } = sampleJob("preparing");
const wanted = { ...sample, installationId: INSTALLATION };
const nothing = { type: "none" } as const;
const withRequest = (request: Partial<Job["request"]>) =>
  newJob({ ...wanted, request: { ...wanted.request, ...request } }, NOW, WAITS);
const starts: Job[] = [
  newJob(wanted, NOW, WAITS),
  withRequest({ speech: { type: "words", text: "Hello there" } }),
  withRequest({ showFirst: true }),
  {
    ...withRequest({ showFirst: true }),
    state: STATES.rendered,
    message: POSTED,
  },
  withRequest({ speech: nothing }),
  withRequest({ photo: nothing }),
  withRequest({ candidates: { photos: [wanted.request.photo, wanted.request.photo], speeches: [] } }),
  { ...newJob(wanted, NOW, WAITS), state: { status: "choosing", question, until: NOW } },
  refusedJob(wanted, failure, "openly", NOW),
  refusedJob(wanted, failure, "privately", NOW),
];

/** Awake exactly when there is something to do: otherwise the worker would spin, or sleep through it. */
function expectAwakeWhenNeeded(job: Job, now: number): void {
  const wake = wakeAt(job, WAITS);
  const moments = wake === undefined ? [now + 1e12] : [wake - 1, wake, wake + 1];
  for (const moment of [now, ...moments.filter((each) => each > now)]) {
    const next = nextStep(job, moment, WAITS);
    const mayWait = wake === undefined || wake > moment;
    expect({ moment, waits: next.step === "wait" }).toEqual({ moment, waits: mayWait });
    if (next.step === "wait")
      expect(next).toEqual(wake === undefined ? { step: "wait" } : { step: "wait", until: wake });
  }
}

describe("the next step", () => {
  it("is something to do exactly when the row says that somebody has to look", { timeout: 60_000 }, () => {
    const turn = fc.tuple(fc.nat(9), fc.nat(99), fc.constantFrom(0, 1, 100, 5000, 60_000, 3_600_000));
    fc.assert(
      fc.property(
        fc.constantFrom(...starts),
        fc.array(turn, { maxLength: 60, size: "max" }),
        (start, turns) => {
          let job = start;
          let now = NOW;
          expectAwakeWhenNeeded(job, now);
          for (const [outside, choice, pause] of turns) {
            const next = nextStep(job, now, WAITS);
            if (outside === 0) job = fromOutside[choice % fromOutside.length]?.(job, now) ?? job;
            else if (next.step === "wait") now = Math.max(now, next.until ?? now) + pause;
            else job = outcomes[next.step][choice % outcomes[next.step].length]?.(job, now) ?? job;
            expectAwakeWhenNeeded(job, now);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each(STATE_NAMES)("has work for a job that is due, unless it has ended: %s", (name) => {
    const job = sampleJob(name, { message: { status: "lost" }, cleanedUp: true });
    expect(nextStep(job, NOW, WAITS).step === "wait").toBe(hasEnded(job));
  });

  it("takes an intent in the row for a call whose answer nobody waits for any more", () => {
    const step = (job: Job) => nextStep(job, NOW, WAITS).step;
    expect(step(sampleJob("creating"))).toBe("create_lost");
    expect(step(sampleJob("uploading"))).toBe("relay_lost");
    expect(step(sampleJob("sharing calling"))).toBe("share_lost");
    expect(step(sampleJob("linking calling"))).toBe("link_lost");
    expect(step(sampleJob("preparing", { message: { status: "posting" } }))).toBe("announcement_lost");
    expect(step(sampleJob("failed", { notice: { kind: "failed", stage: "sending", tries: 0 } }))).toBe(
      "notice_lost",
    );
  });

  it("says something before it pays", () => {
    for (const name of ["preparing", "queued"] as const) {
      const job = sampleJob(name, { message: { status: "unposted" } });
      expect(nextStep(job, NOW, WAITS)).toEqual({ step: "announce" });
    }
  });

  it("keeps edits apart, but does not keep an outcome waiting", () => {
    const editedAt = NOW - 1;
    const shown = (state: Job["state"]) =>
      sampleJob(state, {
        dueAt: NOW + 1e6,
        cleanedUp: true,
        message: { ...sampleJob(state).message, editedAt } as Job["message"],
      });
    expect(nextStep(shown(STATES.rendering), NOW, WAITS)).toEqual({
      step: "wait",
      until: editedAt + WAITS.editSpacing,
    });
    expect(nextStep(shown(STATES.failed), NOW, WAITS)).toEqual({ step: "edit" });
  });

  const MINUTE = 60_000;
  /** Shown as it is, asked for and last edited so long ago. */
  const told = (state: Job["state"], ageMs: number, editedMsAgo: number, over: object = {}) => {
    const shown = shownBy(sampleJob(state)) ?? "";
    const message = { ...sampleJob(state).message, shown, editedAt: NOW - editedMsAgo, ...over };
    return sampleJob(state, {
      acceptedAt: NOW - ageMs,
      dueAt: NOW + 1e9,
      message: message as Job["message"],
    });
  };
  const editIn = (job: Job) => {
    const next = nextStep(job, NOW, WAITS);
    if (next.step === "edit") return 0;
    return next.step === "wait" && next.until !== job.dueAt && next.until !== undefined
      ? next.until - NOW
      : undefined;
  };

  it.each([
    ["each minute", 2.5, 0.4, 0.5],
    ["the tenth", 9.5, 0.2, 0.5],
    ["then each fifth", 10.5, 0.2, 4.5],
    ["and on", 44, 3.5, 1],
    ["at once when it was missed", 4.5, 2, 0],
  ])("tells the time so far: %s", (_, age, edited, inMinutes) => {
    const fresh = { ...STATES.queued, attempts: 0 };
    for (const state of [STATES.preparing, STATES["speaking called"], fresh, STATES.rendering])
      expect(editIn(told(state, age * MINUTE, edited * MINUTE))).toBe(inMinutes * MINUTE);
  });

  it.each<[string, Job]>([
    ["in line", told({ ...STATES.queued, placeInLine: 9000, lineLength: 10_000 }, 5 * MINUTE, 3 * MINUTE)],
    ["put off by AKOOL", told(STATES.queued, 5 * MINUTE, 3 * MINUTE, { shown: "checking" })],
    ["overdue", told({ ...STATES.rendering, overdue: true }, 5 * MINUTE, 3 * MINUTE)],
    ...(["choosing", "creating", "unsettled", "asking", "delivered"] as const).map((name): [string, Job] => [
      name,
      told(STATES[name], 5 * MINUTE, 3 * MINUTE, { shown: shownBy(sampleJob(name)) ?? "checking" }),
    ]),
    ["refused", told(STATES.rendering, 5 * MINUTE, 3 * MINUTE, { refused: true })],
    ["lost", { ...told(STATES.rendering, 5 * MINUTE, 0), message: { status: "lost" } }],
  ])("does not edit for the time alone: %s", (_, job) => {
    expect(editIn({ ...job, cleanedUp: true })).toBeUndefined();
  });

  it("tells an outcome at once, whatever the spacing after a start, unless Slack itself wants to wait", () => {
    const put = { shown: "rendering", retryAt: NOW + 360_000 };
    const over = (more: object) => ({
      ...told(STATES.delivered, 5 * MINUTE, 3 * MINUTE, { ...put, ...more }),
      cleanedUp: true,
    });
    expect(editIn(over({}))).toBe(0);
    expect(editIn(over({ tries: 1 }))).toBe(360_000);
  });

  it("keeps the minutes waiting for what was put off", () => {
    expect(editIn(told(STATES.rendering, 5 * MINUTE, 3 * MINUTE, { retryAt: NOW + 7000 }))).toBe(7000);
  });

  it("says that it is posting only when that takes long, and never instead of the end", () => {
    for (const name of ["rendered", "uploading", "sharing called", "linking ready"] as const) {
      const job = told(STATES[name], 5 * MINUTE, 3 * MINUTE, { shown: "rendering" });
      expect(editIn(job)).toBe(WAITS.postingQuiet - 500);
      const put = told(STATES[name], 5 * MINUTE, 3 * MINUTE, { shown: "rendering", retryAt: NOW + 20_000 });
      expect(editIn(put)).toBe(20_000);
      expect(editIn(told(STATES[name], 5 * MINUTE, 3 * MINUTE, { shown: "posting" }))).toBeUndefined();
    }
    expect(editIn(told(STATES.delivered, 5 * MINUTE, 0, { shown: "posting" }))).toBe(0);
  });
});
