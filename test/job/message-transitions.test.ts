import { describe, expect, it } from "vitest";
import { cancelled } from "../../src/job/decisions.ts";
import type { MessageTs } from "../../src/job/ids.ts";
import type { Job } from "../../src/job/job.ts";
import * as to from "../../src/job/message-transitions.ts";
import type { JobMessage, Notice } from "../../src/job/posts.ts";
import { MESSAGES, NOTICES, NOW, POSTED, type StateName, sampleJob, WAITS } from "./sample-jobs.ts";

const TS = "1700000000.000900" as MessageTs;
const failure = { reason: "not_in_channel", code: "not_in_channel" } as const;

// Object.keys gives string[], whatever the object.
const MESSAGE_NAMES = Object.keys(MESSAGES) as JobMessage["status"][];
const STAGES = ["no notice", "todo", "sending", "private"] as const;

/** One event against every status of the job message: those not named stay `job` itself. */
function describeMessageEvent(
  event: string,
  apply: (job: Job) => Job,
  changes: Partial<Record<JobMessage["status"], object>>,
  start: StateName = "preparing",
  over: Partial<Job> = {},
): void {
  describe(event, () => {
    it.each(MESSAGE_NAMES)("%s", (status) => {
      const job = sampleJob(start, { ...over, message: MESSAGES[status] });
      const expected = changes[status];
      if (expected === undefined) return expect(apply(job)).toBe(job);
      expect(apply(job)).toMatchObject(expected);
    });
  });
}

describe("the job message", () => {
  describeMessageEvent("about to be posted", to.announceIntended, {
    unposted: { message: { status: "posting" } },
  });
  describeMessageEvent("about to be posted for a job that has ended", to.announceIntended, {}, "cancelled");
  describeMessageEvent("posted", (job) => to.announced(job, TS, "checking", NOW), {
    posting: {
      message: { status: "posted", ts: TS, shown: "checking", editedAt: NOW },
      dueAt: NOW,
      tries: 0,
    },
  });
  const seen = { message: { status: "posted", ts: TS } };
  describeMessageEvent("seen in the channel", (job) => to.announcementSeen(job, TS, NOW), {
    posting: { message: { status: "posting", seenTs: TS } },
    lost: seen,
  });

  it("is known to be there once it was seen, whatever becomes of the answer, and not posted again", () => {
    const job = to.announcementSeen(sampleJob("preparing", { message: MESSAGES.posting }), TS, NOW);
    expect(to.announcementSeen(job, TS, NOW)).toBe(job);
    for (const next of [
      to.announced(job, TS, "checking", NOW),
      to.announcementLost(job, NOW),
      to.announceLater(job, NOW, 5000, WAITS),
      to.announceRefused(job, failure, NOW),
    ])
      expect(next).toMatchObject({ ...seen, state: { status: "preparing" }, dueAt: NOW });
  });
  it("that was lost while the person cancelled leaves the end to a post", () => {
    const posting = sampleJob("preparing", { message: { status: "posting" } });
    const lost = to.announcementLost(cancelled(posting, NOW, WAITS), NOW);
    expect(lost).toMatchObject({
      state: { status: "cancelled" },
      message: { status: "lost" },
      notice: { kind: "ended", stage: "todo" },
    });
    const seen = to.announcementSeen(posting, TS, NOW);
    expect(to.announcementLost(cancelled(seen, NOW, WAITS), NOW)).not.toHaveProperty("notice");
  });

  describeMessageEvent("posted or not, nobody knows", (job) => to.announcementLost(job, NOW), {
    posting: { message: { status: "lost" }, state: { status: "preparing" }, dueAt: NOW },
  });
  describeMessageEvent("certainly not posted", (job) => to.announceLater(job, NOW, 5000, WAITS), {
    posting: { message: { status: "unposted" }, dueAt: NOW + 5000, tries: 1 },
  });
  const silent = { message: { status: "none" }, notice: { kind: "failed", stage: "private" } };
  describeMessageEvent(
    "not posted once too often",
    (job) => to.announceLater(job, NOW, undefined, WAITS),
    { posting: { ...silent, state: { status: "failed", failure: { reason: "cannot_post" } } } },
    "preparing",
    { tries: 9 },
  );
  describeMessageEvent("refused", (job) => to.announceRefused(job, failure, NOW), {
    posting: { ...silent, state: { status: "failed", failure } },
  });
  describeMessageEvent(
    "refused for a job that was cancelled meanwhile",
    (job) => to.announceRefused(job, failure, NOW),
    { posting: { message: { status: "none" }, state: { status: "cancelled" } } },
    "cancelled",
  );
  describeMessageEvent("edited", (job) => to.edited(job, "rendering", NOW), {
    posted: {
      message: {
        status: "posted",
        ts: POSTED.status === "posted" && POSTED.ts,
        shown: "rendering",
        editedAt: NOW,
        tries: 0,
      },
    },
  });
  describeMessageEvent("not edited", (job) => to.editLater(job, "rendering", NOW, 4000, WAITS), {
    posted: { message: { shown: "checking", tries: 1, retryAt: NOW + 4000 } },
  });

  it("remembers that Slack would not show the photo, and only the last refusal", () => {
    const plain = to.edited(sampleJob("rendering"), "rendering", NOW, { noThumbnail: true });
    const refused = to.edited(plain, "rendering", NOW, { refused: true });
    expect(refused.message).toMatchObject({ noThumbnail: true, refused: true });
    const again = to.edited(refused, "delivered", NOW);
    expect(again.message).toMatchObject({ noThumbnail: true });
    expect(again.message).not.toHaveProperty("refused");
  });

  it("gives an edit up in the end, and no longer wants it", () => {
    let job = sampleJob("rendering");
    for (let tries = 0; tries < 31; tries++) job = to.editLater(job, "rendering", NOW, undefined, WAITS);
    expect(job.message).toMatchObject({ shown: "rendering", tries: 0 });
    expect(job.message).not.toHaveProperty("retryAt");
  });
});

/** The same for every stage of the notice. */
function describeNoticeEvent(
  event: string,
  apply: (job: Job) => Job,
  changes: Partial<Record<Notice["stage"], Notice["stage"] | "gone">>,
  message: JobMessage = POSTED,
): void {
  describe(event, () => {
    it.each(STAGES)("%s", (stage) => {
      const job = sampleJob("failed", {
        message,
        ...(stage === "no notice" ? {} : { notice: NOTICES[stage] }),
      });
      const expected = stage === "no notice" ? undefined : changes[stage];
      const result = apply(job);
      if (expected === undefined) expect(result).toBe(job);
      else if (expected === "gone") expect(result).not.toHaveProperty("notice");
      else expect(result.notice).toMatchObject({ kind: "failed", stage: expected });
    });
  });
}

describe("a notice", () => {
  describeNoticeEvent("about to be posted", to.noticeIntended, { todo: "sending" });
  describeNoticeEvent("said", (job) => to.noticeDone(job, "failed"), {
    todo: "gone",
    sending: "gone",
    private: "gone",
  });
  describeNoticeEvent("of another kind was said", (job) => to.noticeDone(job, "overdue"), {});
  describeNoticeEvent("lost, while the job message says the same", to.noticeLost, { sending: "gone" });
  describeNoticeEvent(
    "lost, with nothing else that says it",
    to.noticeLost,
    { sending: "private" },
    MESSAGES.lost,
  );
  describeNoticeEvent("to a closed thread", to.noticeClosed, {
    todo: "private",
    sending: "private",
    private: "private",
  });
  describeNoticeEvent("certainly not posted", (job) => to.noticeLater(job, NOW, undefined, WAITS), {
    todo: "todo",
    sending: "todo",
    private: "private",
  });

  it("that a render is slow is not said once it is over, and never in private", () => {
    const slow = { kind: "slow", stage: "todo", tries: 0 } as const;
    const rendering = to.noticeIntended(sampleJob("rendering", { notice: slow }));
    expect(rendering.notice).toMatchObject({ kind: "slow", stage: "sending" });
    for (const name of ["rendered", "delivered", "failed", "cancelled"] as const)
      expect(to.noticeIntended(sampleJob(name, { notice: slow }))).not.toHaveProperty("notice");
    for (const message of [POSTED, MESSAGES.lost])
      for (const end of [to.noticeClosed, to.noticeLost])
        expect(end({ ...rendering, message })).not.toHaveProperty("notice");
  });

  it("waits longer each time, and ends", () => {
    let job = sampleJob("failed", { notice: NOTICES.todo });
    const gaps: number[] = [];
    for (let tries = 0; job.notice && tries < 100; tries++) {
      job = to.noticeLater(job, NOW, undefined, WAITS);
      if (job.notice) gaps.push((job.notice.retryAt ?? 0) - NOW);
    }
    expect(job.notice).toBeUndefined();
    expect(gaps.slice(0, 3)).toEqual([2000, 4000, 8000]);
    expect(Math.max(...gaps)).toBe(WAITS.retryMax);
  });
});
