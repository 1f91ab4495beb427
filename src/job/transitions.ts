import type { Failure } from "./failure.ts";
import type { AttemptKey, JobId, RenderId } from "./ids.ts";
import type { Attempt, Job, JobState, Prepared } from "./job.ts";
import { advance, failed, newNotice, retryLater, snooze } from "./moves.ts";
import type { CreateAnswer } from "./render-api.ts";
import { backoff, type Waits } from "./waits.ts";

/**
 * What becomes of a job when something is learned, from its acceptance to a running render; the way of the
 * video into Slack is in deliver-transitions.ts. All pure. A fact that no longer matters returns `job`
 * itself, so `===` tells whether to save: webhooks, polls, buttons and lost answers arrive in any order.
 */

const PREPARE_TRIES = 6;
const UNREACHABLE_TRIES = 10;
/** With the backoff's cap of a minute: about an hour in which AKOOL takes no orders. */
const BUSY_TRIES = 60;

// --- getting ready ---

export function prepared(job: Job, result: Prepared, sameContent: JobId | undefined, now: number): Job {
  if (job.state.status !== "preparing") return job;
  if (sameContent !== undefined && !job.evenIfRunning) {
    const duplicate = advance(job, { status: "duplicate", of: sameContent }, now);
    return job.message.status === "posted" ? duplicate : { ...duplicate, notice: newNotice("ended") };
  }
  return advance(
    job,
    { status: "queued", prepared: result, queuedAt: job.acceptedAt, attempts: 0, refusals: 0 },
    now,
  );
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
    // A freed slot wakes the first in line at once; this look only keeps the number that people see fresh.
    return {
      ...job,
      state,
      dueAt: now + Math.min(waits.lineCheckMax, waits.lineCheck * Math.max(1, line.ahead)),
    };
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
  const waited = now - state.unclearSince;
  if (waited >= 0 && waited < waits.settle) return snooze(job, now, waits.settle - waited);
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
    case "queued": {
      // "Try again" was pressed, but the first attempt had taken effect after all: nothing is paid again.
      const { earlier } = state;
      if (earlier?.key !== key) return job;
      return rendering(job, { prepared: state.prepared, attempt: earlier }, renderId, false, now, 0);
    }
    case "failed": {
      // Left alone by the person, with the promise that a video that comes after all is posted.
      if (state.late?.attempt.key !== key) return job;
      return rendering(job, state.late, renderId, false, now, 0);
    }
    case "preparing":
    case "rendered":
    case "uploading":
    case "sharing":
    case "linking":
    case "undeliverable":
    case "delivered":
    case "duplicate":
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
