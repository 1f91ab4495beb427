import type { Failure } from "./failure.ts";
import type { ChannelId, MessageTs, SlackFileId } from "./ids.ts";
import { type FinishedRender, type Job, type Place, type Preview, threadOf } from "./job.ts";
import { advance, newNotice, retryLater } from "./moves.ts";
import { backoff, type Waits } from "./waits.ts";

/**
 * "Show me first": the video goes to its person alone, and nothing is posted in the place asked for unless they say so.
 * All pure; a decision that comes too late returns `job` itself.
 */

const OPEN_TRIES = 8;
const NOTHING_YET: Preview = { tries: 0 };

/** The video, once it is made, is shown to its person and to nobody else. */
export function goesFirst({ request, preview }: Job): boolean {
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
  return { ...unseen, state: { ...unseen.state, failure }, notice: newNotice("deciding") };
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
  const preview: Preview = { ...(job.preview ?? NOTHING_YET), approved: true };
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
  const ended = advance(
    decided(job),
    { status: "cancelled", renderWasRunning: true, finishedAt: now, instead },
    now,
  );
  const isSaidSomewhere = job.message.status === "posted" || !decidesHere(job);
  return isSaidSomewhere ? ended : { ...ended, notice: newNotice("ended") };
}

/** Whatever was still to be said about the decision is not said any more. */
function decided({ notice: _unsaid, ...job }: Job): Job {
  return job;
}

/** What was counted on the way to the direct message says nothing about the next way. */
function anew({ uploads: _uploads, told: _told, ...render }: FinishedRender): FinishedRender {
  return render;
}
