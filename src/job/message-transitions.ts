import type { Failure } from "./failure.ts";
import type { MessageTs } from "./ids.ts";
import { hasEnded, type Job } from "./job.ts";
import { failed, newNotice, retryLater } from "./moves.ts";
import type { Notice } from "./posts.ts";
import { backoff, type Waits } from "./waits.ts";

/** What becomes of the job message and of the notices. All pure; a fact that no longer matters returns `job` itself. */

const ANNOUNCE_TRIES = 10;
const EDIT_TRIES = 30;
const NOTICE_TRIES = 30;

// --- the job message ---

export function announceIntended(job: Job): Job {
  return job.message.status === "unposted" && !hasEnded(job)
    ? { ...job, message: { status: "posting" } }
    : job;
}

/** `shown` is what the post said: the job may have moved on meanwhile, and then the message is edited. */
export function announced(job: Job, ts: MessageTs, shown: string, now: number): Job {
  if (job.message.status !== "posting") return job;
  return {
    ...job,
    message: { status: "posted", ts, shown, editedAt: now, tries: 0 },
    dueAt: dueOnceSaid(job, now),
    tries: 0,
  };
}

/** What has to be decided first was asked in the message itself. */
function dueOnceSaid({ state }: Job, now: number): number {
  return state.status === "choosing" ? state.until : now;
}

/**
 * Slack showed us our own post: the answer that named it was lost, or is still on its way. While somebody may wait
 * for that answer it is only noted: the intent ends with the audit line of whoever holds the job.
 */
export function announcementSeen(job: Job, ts: MessageTs, now: number): Job {
  if (job.message.status === "lost") return found(job, ts, now);
  if (job.message.status !== "posting" || job.message.seenTs !== undefined) return job;
  return { ...job, message: { status: "posting", seenTs: ts } };
}

/** It can be edited again, and whatever it says by now is mended. */
function found(job: Job, ts: MessageTs, now: number): Job {
  return { ...job, message: { status: "posted", ts, shown: "checking", editedAt: now, tries: 0 } };
}

/** Nobody knows whether it was posted, unless Slack has shown it: go on as it is. It is not posted a second time. */
export function announcementLost(job: Job, now: number): Job {
  if (job.message.status !== "posting") return job;
  const { seenTs } = job.message;
  if (seenTs !== undefined) return { ...found(job, seenTs, now), dueAt: dueOnceSaid(job, now), tries: 0 };
  const lost: Job = { ...job, message: { status: "lost" }, dueAt: dueOnceSaid(job, now), tries: 0 };
  if (job.state.status === "choosing" && !job.notice) return { ...lost, notice: newNotice("choosing") };
  // Cancelled meanwhile, by a button on the very message: with nothing to edit, it is said in a post.
  return job.state.status === "cancelled" && !job.notice ? { ...lost, notice: newNotice("ended") } : lost;
}

/** Certainly not posted: again later, and in the end give up before anything is paid. */
export function announceLater(job: Job, now: number, delayMs: number | undefined, waits: Waits): Job {
  if (job.message.status !== "posting") return job;
  if (job.message.seenTs !== undefined) return announcementLost(job, now);
  const again: Job = { ...job, message: { status: "unposted" } };
  if (job.tries + 1 >= ANNOUNCE_TRIES) return announceRefused(job, { reason: "cannot_post" }, now);
  return retryLater(again, now, delayMs ?? backoff(waits, job.tries));
}

/** The app may not speak here: the person is told privately and nothing is paid. */
export function announceRefused(job: Job, failure: Failure, now: number): Job {
  if (job.message.status !== "posting") return job;
  if (job.message.seenTs !== undefined) return announcementLost(job, now);
  const silent: Job = { ...job, message: { status: "none" } };
  if (hasEnded(job)) return silent;
  return { ...failed(silent, failure, now), notice: { kind: "failed", stage: "private", tries: 0 } };
}

/** `learned` is what came of the edit beside the text: without its thumbnail, or not at all. */
export function edited(
  job: Job,
  shown: string,
  now: number,
  learned: { readonly noThumbnail?: true; readonly refused?: true } = {},
): Job {
  if (job.message.status !== "posted") return job;
  const { ts, noThumbnail } = job.message;
  const known = { ...(noThumbnail && { noThumbnail }), ...learned };
  return { ...job, message: { status: "posted", ts, shown, editedAt: now, tries: 0, ...known } };
}

export function editLater(
  job: Job,
  shown: string,
  now: number,
  delayMs: number | undefined,
  waits: Waits,
): Job {
  if (job.message.status !== "posted") return job;
  const tries = job.message.tries + 1;
  if (tries > EDIT_TRIES) return edited(job, shown, now);
  return {
    ...job,
    message: { ...job.message, tries, retryAt: now + (delayMs ?? backoff(waits, tries - 1)) },
  };
}

// --- notices ---

export function noticeIntended(job: Job): Job {
  if (job.notice?.stage !== "todo") return job;
  // Put off until it was no longer true.
  if (job.notice.kind === "slow" && job.state.status !== "rendering") return noticeDone(job, "slow");
  return { ...job, notice: { ...job.notice, stage: "sending" } };
}

/** `kind` is what was said: a notice that came up meanwhile is still to be said. */
export function noticeDone(job: Job, kind: Notice["kind"]): Job {
  if (job.notice?.kind !== kind) return job;
  const { notice: _done, ...rest } = job;
  return rest;
}

/**
 * The post may or may not be there. The job message says the same, where there is one; without it the
 * person is told privately too, since silence would be worse than hearing it twice.
 */
export function noticeLost(job: Job): Job {
  if (job.notice?.stage !== "sending") return job;
  return job.message.status === "posted" ? noticeDone(job, job.notice.kind) : noticeClosed(job);
}

/** The thread is closed to us: say it privately, unless it was only a word on the way. */
export function noticeClosed(job: Job): Job {
  if (job.notice?.kind === "slow") return noticeDone(job, "slow");
  return job.notice ? { ...job, notice: { kind: job.notice.kind, stage: "private", tries: 0 } } : job;
}

export function noticeLater(job: Job, now: number, delayMs: number | undefined, waits: Waits): Job {
  if (!job.notice) return job;
  const { kind, stage } = job.notice;
  const tries = job.notice.tries + 1;
  if (tries > NOTICE_TRIES) return noticeDone(job, kind);
  const retryAt = now + (delayMs ?? backoff(waits, tries - 1));
  return { ...job, notice: { kind, stage: stage === "private" ? "private" : "todo", tries, retryAt } };
}
