import type { Failure } from "./failure.ts";
import type { ChannelId, MessageTs, SlackFileId } from "./ids.ts";
import { type FinishedRender, type Job, type Place, threadOf } from "./job.ts";
import { advance, madeOf, newNotice, retryLater } from "./moves.ts";
import type { Preview } from "./posts.ts";
import { backoff, type Waits } from "./waits.ts";

/**
 * "Show me first": the video goes to its person alone, and nothing is posted in the place asked for unless they say so.
 * All pure; a decision that comes too late returns `job` itself.
 */

const OPEN_TRIES = 8;
const NOTHING_YET: Preview = { tries: 0 };

/** The video, once it is made, is shown to its person and to nobody else. */
export function goesFirst({ place, request, preview }: Job): boolean {
  // In their direct message with the app nobody else would see it anyway.
  if (place.channelId.startsWith("D")) return false;
  return request.showFirst === true && preview?.approved !== true;
}

/** Where the video is to be seen next. */
export function shownWhere(job: Job): Place {
  const direct = job.preview?.channelId;
  if (goesFirst(job) && direct !== undefined) return { channelId: direct };
  const thread = threadOf(job);
  return { channelId: job.place.channelId, ...(thread === undefined ? {} : { threadTs: thread }) };
}

/** The post in the direct message has no buttons, or is not there at all: the job message has them. */
export function decidesHere({ state, preview }: Job): boolean {
  if (state.status !== "shown") return false;
  return state.failure !== undefined || preview?.ts === undefined || preview.closed === true;
}

export function directOpened(job: Job, channelId: ChannelId): Job {
  if (job.state.status !== "rendered" || !goesFirst(job)) return job;
  return { ...job, preview: { ...(job.preview ?? NOTHING_YET), channelId }, tries: 0 };
}

export function openDirectLater(job: Job, now: number, delayMs: number | undefined, waits: Waits): Job {
  if (job.state.status !== "rendered" || !goesFirst(job)) return job;
  if (job.tries + 1 >= OPEN_TRIES)
    return notShown(job, { reason: "cannot_post", code: "no_answer" }, now, waits);
  return retryLater(job, now, delayMs ?? backoff(waits, job.tries));
}

/** It is in the direct message: from here on its person decides. */
export function shown(
  job: Job,
  fileId: SlackFileId,
  ts: MessageTs | undefined,
  now: number,
  waits: Waits,
): Job {
  const seen = deciding(job, { fileId, ...(ts === undefined ? {} : { ts }) }, now, waits);
  // Without the post's id there are no buttons under it.
  return ts === undefined && seen !== job ? { ...seen, notice: newNotice("deciding") } : seen;
}

/** It cannot be shown to its person, so nothing is posted anywhere; they are told, and may have it posted all the same. */
export function notShown(job: Job, failure: Failure, now: number, waits: Waits): Job {
  const fileId = "fileId" in job.state ? job.state.fileId : undefined;
  const unseen = deciding(job, fileId === undefined ? {} : { fileId }, now, waits);
  if (unseen === job || unseen.state.status !== "shown") return job;
  const { render, until } = unseen.state;
  const told = `not_shown ${failure.reason} ${failure.code ?? ""}`;
  const state = { ...unseen.state, render: { ...render, told }, failure };
  const kept = { ...unseen, state, dueAt: Math.min(until, now + waits.undeliverableRetry) };
  return render.told === told ? kept : { ...kept, notice: newNotice("deciding") };
}

/** Its time is over; or it could not be shown so far, and that is tried once more by itself. */
export function decisionDue(job: Job, now: number): Job {
  const { state } = job;
  if (state.status !== "shown") return job;
  if (now >= state.until) return leftUndecided(job, now);
  if (state.failure === undefined) return { ...job, dueAt: state.until };
  const { uploads: _uploads, told, ...render } = state.render;
  // What nobody has been told yet is news the next time, too.
  const once = told === undefined || job.notice ? render : { ...render, told };
  return advance(decided(job), { status: "rendered", render: once }, now);
}

function deciding(job: Job, post: Pick<Preview, "fileId" | "ts">, now: number, waits: Waits): Job {
  if (!("render" in job.state) || job.state.status === "shown") return job;
  const { render } = job.state;
  const until = (render.startedAt ?? render.renderedAt) + waits.renderGiveUp;
  const { channelId, fileId } = job.preview ?? NOTHING_YET;
  const preview: Preview = {
    ...NOTHING_YET,
    ...(channelId === undefined ? {} : { channelId }),
    ...(fileId === undefined ? {} : { fileId }),
    ...post,
  };
  return { ...advance(job, { status: "shown", render, until }, now, Math.max(0, until - now)), preview };
}

/** "Post it": a fresh upload, in the ordinary way, to the place asked for. */
export function approved(job: Job, now: number): Job {
  const { state } = job;
  if (state.status !== "shown") return job;
  if (now > state.until) return leftUndecided(job, now);
  const preview: Preview = { ...fresh(job.preview), approved: true };
  return { ...advance(decided(job), { status: "rendered", render: anew(state.render) }, now), preview };
}

/** "Show me again", where that could not be done before. */
export function shownAgain(job: Job, now: number): Job {
  const { state } = job;
  if (state.status !== "shown" || state.failure === undefined || now > state.until) return job;
  return advance(decided(job), { status: "rendered", render: anew(state.render) }, now);
}

export function thrownAway(job: Job, now: number): Job {
  return job.state.status === "shown" ? unposted(job, "thrown_away", now) : job;
}

/** Nobody has decided for as long as AKOOL keeps it. */
export function leftUndecided(job: Job, now: number): Job {
  return job.state.status === "shown" ? unposted(job, "undecided", now) : job;
}

function unposted(job: Job, instead: "thrown_away" | "undecided", now: number): Job {
  if (job.state.status !== "shown") return job;
  const made = madeOf(job.state.render);
  const ended: Job = {
    ...advance(
      decided(job),
      { status: "cancelled", renderWasRunning: true, finishedAt: now, instead, made },
      now,
    ),
    ...(job.preview ? { preview: fresh(job.preview) } : {}),
  };
  const isSaidSomewhere = job.message.status === "posted" || !decidesHere(job);
  return isSaidSomewhere ? ended : { ...ended, notice: newNotice("ended") };
}

/** What comes next is said with all its tries. */
function fresh(preview: Preview = NOTHING_YET): Preview {
  const { retryAt: _, ...rest } = preview;
  return { ...rest, tries: 0 };
}

/** Whatever was still to be said about the decision is not said any more. */
function decided({ notice: _unsaid, ...job }: Job): Job {
  return job;
}

/** What was counted on the way to the direct message says nothing about the next way. */
function anew({ uploads: _uploads, told: _told, ...render }: FinishedRender): FinishedRender {
  return render;
}
