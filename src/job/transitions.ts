import type { Failure } from "./failure.ts";
import type { AttemptKey, JobId, MessageTs, RenderId } from "./ids.ts";
import { type Attempt, hasEnded, type Job, type JobState, type Notice, type Prepared } from "./job.ts";
import type { CreateAnswer } from "./render-api.ts";
import { shownBy } from "./shown-by.ts";
import { backoff, type Waits } from "./waits.ts";

/**
 * What becomes of a job when something is learned, from its acceptance to a finished render; the way of the
 * video into Slack is in deliver-transitions.ts. All pure. A fact that no longer matters returns `job`
 * itself, so `===` tells whether to save: webhooks, polls, buttons and lost answers arrive in any order.
 */

const PREPARE_TRIES = 6;
const ANNOUNCE_TRIES = 10;
const UNREACHABLE_TRIES = 10;
/** With the backoff's cap of a minute: about an hour in which AKOOL takes no orders. */
const BUSY_TRIES = 60;

/** Moves to `state`, due after `delay`; tries start at 0. */
export function advance(job: Job, state: JobState, now: number, delay = 0): Job {
  return { ...job, state, dueAt: now + delay, tries: 0 };
}

/** The same step again, later. */
export function retryLater(job: Job, now: number, delayMs: number): Job {
  return { ...job, dueAt: now + delayMs, tries: job.tries + 1 };
}

/** Waiting is no failure: due later, tries unchanged. */
export function snooze(job: Job, now: number, delayMs: number): Job {
  return { ...job, dueAt: now + delayMs };
}

// --- the job message ---

export function announceIntended(job: Job): Job {
  return job.message.status === "unposted" ? { ...job, message: { status: "posting" } } : job;
}

export function announced(job: Job, ts: MessageTs, now: number): Job {
  if (job.message.status !== "posting") return job;
  return {
    ...job,
    message: { status: "posted", ts, shown: shownBy(job) ?? "checking", editedAt: now, tries: 0 },
    dueAt: now,
    tries: 0,
  };
}

/** Posted or not, nobody knows: go on without it. It is not posted a second time. */
export function announcementLost(job: Job, now: number): Job {
  if (job.message.status !== "posting") return job;
  return { ...job, message: { status: "lost" }, dueAt: now, tries: 0 };
}

/** Certainly not posted: again later, and in the end give up before anything is paid. */
export function announceLater(job: Job, now: number, delayMs: number | undefined, waits: Waits): Job {
  if (job.message.status !== "posting") return job;
  const again: Job = { ...job, message: { status: "unposted" } };
  if (job.tries + 1 >= ANNOUNCE_TRIES) return announceRefused(job, { reason: "cannot_post" }, now);
  return retryLater(again, now, delayMs ?? backoff(waits, job.tries));
}

/** The app may not speak here: the person is told privately and nothing is paid. */
export function announceRefused(job: Job, failure: Failure, now: number): Job {
  if (job.message.status !== "posting") return job;
  const silent: Job = { ...job, message: { status: "none" } };
  if (hasEnded(job)) return silent;
  return { ...failed(silent, failure, now), notice: { kind: "failed", stage: "private", tries: 0 } };
}

export function edited(job: Job, shown: string, now: number): Job {
  if (job.message.status !== "posted") return job;
  return { ...job, message: { status: "posted", ts: job.message.ts, shown, editedAt: now, tries: 0 } };
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
  if (tries > 30) return edited(job, shown, now);
  return {
    ...job,
    message: { ...job.message, tries, retryAt: now + (delayMs ?? backoff(waits, tries - 1)) },
  };
}

// --- getting ready ---

export function prepared(job: Job, result: Prepared, sameContent: JobId | undefined, now: number): Job {
  if (job.state.status !== "preparing") return job;
  if (sameContent !== undefined && !job.evenIfRunning) {
    const duplicate = advance(job, { status: "duplicate", of: sameContent }, now);
    return job.message.status === "posted" ? duplicate : { ...duplicate, notice: newNotice("ended") };
  }
  return advance(job, { status: "queued", prepared: result, queuedAt: now, attempts: 0, refusals: 0 }, now);
}

export function prepareLater(
  job: Job,
  failure: Failure,
  now: number,
  delayMs: number | undefined,
  waits: Waits,
): Job {
  if (job.state.status !== "preparing") return job;
  if (job.tries + 1 >= PREPARE_TRIES) return failed(job, failure, now);
  return retryLater(job, now, delayMs ?? backoff(waits, job.tries));
}

// --- paying once ---

/** The intent to pay, or the place in line when every slot is taken. */
export function createIntended(
  job: Job,
  key: AttemptKey,
  line: { slotsInUse: number; ahead: number; slots: number },
  now: number,
  waits: Waits,
): Job {
  if (job.state.status !== "queued") return job;
  const { prepared: inputs, attempts, refusals } = job.state;
  if (line.slotsInUse + line.ahead >= line.slots) {
    const place = line.ahead + 1;
    const state: JobState =
      job.state.placeInLine === place ? job.state : { ...job.state, placeInLine: place };
    return { ...job, state, dueAt: now + waits.lineCheck };
  }
  const attempt: Attempt = { number: attempts + 1, key, startedAt: now, fetched: false };
  return { ...job, state: { status: "creating", prepared: inputs, attempt, refusals }, dueAt: now };
}

export function createAnswered(
  job: Job,
  key: AttemptKey,
  answer: CreateAnswer,
  now: number,
  waits: Waits,
  firstLook: number,
): Job {
  const state = job.state;
  // A webhook may have overtaken the answer and moved the job on already.
  if (state.status !== "creating" || state.attempt.key !== key) return job;
  const backInLine = (refusals: number): JobState => ({
    status: "queued",
    prepared: state.prepared,
    queuedAt: state.attempt.startedAt,
    attempts: state.attempt.number,
    refusals,
  });
  switch (answer.type) {
    case "created":
      return rendering(job, state, answer.renderId, true, now, firstLook);
    case "refused":
      if (state.refusals < answer.retries) {
        return advance(job, backInLine(state.refusals + 1), now, backoff(waits, state.refusals));
      }
      return failed(job, { reason: answer.reason, code: String(answer.code) }, now);
    case "busy": {
      if (job.tries + 1 >= BUSY_TRIES) return failed(job, { reason: "akool_busy" }, now);
      const waiting = { ...job, state: backInLine(state.refusals) };
      return retryLater(waiting, now, answer.retryAfterMs ?? backoff(waits, job.tries));
    }
    case "not_sent":
      if (job.tries + 1 >= UNREACHABLE_TRIES)
        return failed(job, { reason: "akool_busy", code: "unreachable" }, now);
      return retryLater({ ...job, state: backInLine(state.refusals) }, now, backoff(waits, job.tries));
    case "unclear":
      return createLost(job, now, waits);
  }
}

/** A create was sent, or was about to be, and its answer is gone: wait for evidence, never repeat it. */
export function createLost(job: Job, now: number, waits: Waits): Job {
  const state = job.state;
  if (state.status !== "creating") return job;
  if (state.attempt.hintedRenderId) return rendering(job, state, state.attempt.hintedRenderId, false, now, 0);
  return advance(
    job,
    { status: "unsettled", prepared: state.prepared, attempt: state.attempt, unclearSince: now },
    now,
    waits.settle,
  );
}

/**
 * The wait for evidence is over. AKOOL fetched this attempt's media and its webhook can still name the
 * render: keep waiting, up to the render's deadline. Otherwise only the person may decide to pay again.
 */
export function settled(job: Job, now: number, waits: Waits, webhooks: boolean): Job {
  const state = job.state;
  if (state.status !== "unsettled") return job;
  const deadline = state.attempt.startedAt + waits.renderDeadline;
  if (state.attempt.fetched && webhooks && now < deadline) return snooze(job, now, deadline - now);
  const asking = advance(
    job,
    { status: "asking", prepared: state.prepared, attempt: state.attempt },
    now,
    waits.askFor,
  );
  return { ...asking, notice: newNotice("asking") };
}

export function mediaFetched(job: Job, key: AttemptKey): Job {
  const state = job.state;
  if (state.status !== "creating" && state.status !== "unsettled") return job;
  if (state.attempt.key !== key || state.attempt.fetched) return job;
  return { ...job, state: { ...state, attempt: { ...state.attempt, fetched: true } } };
}

/**
 * A webhook came in on the URL of attempt `key` and names `renderId`. A hint: it makes the job look, or look
 * for a render whose create answer was lost; what AKOOL's API then says is what counts.
 */
export function webhookArrived(job: Job, key: AttemptKey, renderId: RenderId, now: number): Job {
  const state = job.state;
  switch (state.status) {
    case "creating":
      if (state.attempt.key !== key || state.attempt.hintedRenderId) return job;
      return {
        ...job,
        state: { ...state, attempt: { ...state.attempt, fetched: true, hintedRenderId: renderId } },
      };
    case "unsettled":
    case "asking": {
      if (state.attempt.key !== key) return job;
      const { notice: _answered, ...rest } = rendering(job, state, renderId, false, now, 0);
      return rest;
    }
    case "rendering":
      if (state.attempt.key !== key || state.renderId !== renderId) return job;
      return { ...job, state: { ...state, webhookSeen: true }, dueAt: now };
    case "queued":
    case "preparing":
    case "rendered":
    case "uploading":
    case "sharing":
    case "linking":
    case "undeliverable":
    case "delivered":
    case "duplicate":
    case "failed":
    case "cancelled":
      return job;
  }
}

function rendering(
  job: Job,
  from: { prepared: Prepared; attempt: Attempt },
  renderId: RenderId,
  confirmed: boolean,
  now: number,
  firstLook: number,
): Job {
  const webhookSeen = from.attempt.hintedRenderId === renderId || !confirmed;
  const state: JobState = {
    status: "rendering",
    prepared: from.prepared,
    attempt: from.attempt,
    renderId,
    confirmed,
    looks: 0,
    overdue: false,
    webhookSeen,
  };
  return advance(job, state, now, webhookSeen ? 0 : firstLook);
}

// --- how it ends ---

/** Ends the job with a sentence for the person, in its thread and on its job message. */
export function failed(job: Job, failure: Failure, now: number): Job {
  if (hasEnded(job)) return job;
  return {
    ...advance(job, { status: "failed", failure, finishedAt: now }, now),
    notice: newNotice("failed"),
  };
}

export type CancelOutcome = "nothing_spent" | "render_goes_on" | "too_late" | "ended_already";

/** What pressing cancel does in each state. AKOOL has no cancel: a running render is paid and not posted. */
export function cancelOutcome(job: Job): CancelOutcome {
  switch (job.state.status) {
    case "preparing":
    case "queued":
      return "nothing_spent";
    case "creating":
    case "unsettled":
    case "asking":
    case "rendering":
    case "rendered":
    case "uploading":
    case "undeliverable":
      return "render_goes_on";
    case "sharing":
    case "linking":
      return "too_late";
    case "delivered":
    case "duplicate":
    case "failed":
    case "cancelled":
      return "ended_already";
  }
}

export function cancelled(job: Job, now: number): Job {
  const outcome = cancelOutcome(job);
  if (outcome === "too_late" || outcome === "ended_already") return job;
  const { notice: _unsaid, ...rest } = job;
  const ended = advance(
    rest,
    { status: "cancelled", renderWasRunning: outcome === "render_goes_on", finishedAt: now },
    now,
  );
  return job.message.status === "lost" ? { ...ended, notice: newNotice("ended") } : ended;
}

/** Only the person may pay a second time: "Try again" after a create whose answer was lost. */
export function triedAgain(job: Job, now: number): Job {
  if (job.state.status !== "asking") return job;
  const { prepared: inputs, attempt } = job.state;
  const { notice: _answered, ...rest } = job;
  return advance(
    rest,
    { status: "queued", prepared: inputs, queuedAt: now, attempts: attempt.number, refusals: 0 },
    now,
  );
}

export function leftAlone(job: Job, now: number): Job {
  if (job.state.status !== "asking") return job;
  const { notice: _answered, ...rest } = job;
  const ended = advance(rest, { status: "failed", failure: { reason: "left_alone" }, finishedAt: now }, now);
  return job.message.status === "posted" ? ended : { ...ended, notice: newNotice("failed") };
}

/** "Make another": the duplicate becomes a job of its own. */
export function madeAnother(job: Job, now: number): Job {
  if (job.state.status !== "duplicate") return job;
  return { ...advance(job, { status: "preparing" }, now), evenIfRunning: true, cleanedUp: false };
}

// --- notices ---

export function newNotice(kind: Notice["kind"]): Notice {
  return { kind, stage: "todo", tries: 0 };
}

export function noticeIntended(job: Job): Job {
  return job.notice?.stage === "todo" ? { ...job, notice: { ...job.notice, stage: "sending" } } : job;
}

export function noticeDone(job: Job): Job {
  if (!job.notice) return job;
  const { notice: _done, ...rest } = job;
  return rest;
}

/**
 * The post may or may not be there. The job message says the same, where there is one; without it the
 * person is told privately too, since silence would be worse than hearing it twice.
 */
export function noticeLost(job: Job): Job {
  if (job.notice?.stage !== "sending") return job;
  return job.message.status === "posted" ? noticeDone(job) : noticeClosed(job);
}

/** The thread is closed to us: say it privately. */
export function noticeClosed(job: Job): Job {
  return job.notice ? { ...job, notice: { kind: job.notice.kind, stage: "private", tries: 0 } } : job;
}

export function noticeLater(job: Job, now: number, delayMs: number | undefined, waits: Waits): Job {
  if (!job.notice) return job;
  const { kind, stage } = job.notice;
  const tries = job.notice.tries + 1;
  if (tries > 30) return noticeDone(job);
  const retryAt = now + (delayMs ?? backoff(waits, tries - 1));
  return { ...job, notice: { kind, stage: stage === "private" ? "private" : "todo", tries, retryAt } };
}
