import { cancelledOrderAnswered, orderNamed } from "./after-all.ts";
import type { Failure } from "./failure.ts";
import type { AttemptKey, JobId, RenderId, SpeechId } from "./ids.ts";
import type { Attempt, Job, JobState, Late, Prepared } from "./job.ts";
import { advance, failed, newNotice, retryLater, snooze } from "./moves.ts";
import type { CreateAnswer } from "./render-api.ts";
import { speechAnnounced } from "./speech-transitions.ts";
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
  line: { slotsInUse: number; ahead: number; behind: number; slots: number },
  now: number,
  waits: Waits,
): Job {
  if (job.state.status !== "queued") return job;
  const { prepared: inputs, attempts, refusals } = job.state;
  if (line.slotsInUse + line.ahead >= line.slots) {
    const place = line.ahead + 1;
    const lineLength = place + line.behind;
    const state: JobState = { ...job.state, placeInLine: place, lineLength };
    // A freed slot wakes the first in line at once; this look only keeps the number that people see fresh.
    return {
      ...job,
      state,
      dueAt: now + Math.min(waits.lineCheckMax, waits.lineCheck * Math.max(1, line.ahead)),
    };
  }
  const attempt: Attempt = { number: attempts + 1, key, startedAt: now, fetched: false };
  const { earlier } = job.state;
  const state: JobState = {
    status: "creating",
    prepared: inputs,
    attempt,
    refusals,
    ...(earlier && { earlier }),
  };
  return { ...job, state, dueAt: now };
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
  if (state.status === "cancelled") return cancelledOrderAnswered(job, key, answer);
  // A webhook may have overtaken the answer and moved the job on already.
  if (state.status !== "creating" || state.attempt.key !== key) return job;
  const backInLine = (refusals: number): JobState => ({
    status: "queued",
    prepared: state.prepared,
    queuedAt: job.acceptedAt,
    attempts: state.attempt.number,
    refusals,
    ...(state.earlier && { earlier: state.earlier }),
  });
  const giveUp = (failure: Failure): Job => failed(job, failure, now, lateOf(state));
  // Whatever this answer says: a render that a webhook has named is there, and asking AKOOL will tell.
  const hinted = [state.attempt, state.earlier].find((attempt) => attempt?.hintedRenderId !== undefined);
  if (answer.type !== "created" && hinted?.hintedRenderId !== undefined) {
    return rendering(
      job,
      { prepared: state.prepared, attempt: hinted },
      hinted.hintedRenderId,
      "announced",
      now,
      0,
    );
  }
  switch (answer.type) {
    case "created":
      return rendering(job, state, answer.renderId, "created", now, firstLook);
    case "refused":
      if (state.refusals < answer.retries) {
        return advance(job, backInLine(state.refusals + 1), now, backoff(waits, state.refusals));
      }
      return giveUp({ reason: answer.reason, code: String(answer.code) });
    case "busy": {
      if (job.tries + 1 >= BUSY_TRIES) return giveUp({ reason: "akool_busy" });
      const waiting = { ...job, state: backInLine(state.refusals) };
      return retryLater(waiting, now, answer.retryAfterMs ?? backoff(waits, job.tries));
    }
    case "not_sent":
      if (job.tries + 1 >= UNREACHABLE_TRIES) return giveUp({ reason: "akool_busy", code: "unreachable" });
      return retryLater({ ...job, state: backInLine(state.refusals) }, now, backoff(waits, job.tries));
    case "unclear":
      return createLost(job, now, waits);
  }
}

/** A create was sent, or was about to be, and its answer is gone: wait for evidence, never repeat it. */
export function createLost(job: Job, now: number, waits: Waits): Job {
  const state = job.state;
  if (state.status !== "creating") return job;
  const hinted = state.attempt.hintedRenderId;
  if (hinted !== undefined) return rendering(job, state, hinted, "announced", now, 0);
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

/** The unclear attempt that a later one was meant to replace: should it turn up after the end, its video is posted. */
function lateOf({ prepared, earlier }: { prepared: Prepared; earlier?: Attempt }): Late | undefined {
  return earlier && { prepared, attempt: earlier };
}

/** What a webhook says of its render: that it is under way, or over, however it ended. */
export type WebhookNews = "under_way" | "over";

/**
 * A webhook came in on the URL of attempt `key` and names `renderId`. A hint: it makes the job look, or look
 * for a render whose create answer was lost; what AKOOL's API then says is what counts.
 */
export function webhookArrived(
  job: Job,
  key: AttemptKey,
  renderId: RenderId,
  news: WebhookNews,
  now: number,
): Job {
  const state = job.state;
  const found = (from: Late): Job => {
    const { notice: _answered, ...rest } = rendering(
      job,
      from,
      renderId,
      news === "over" ? "announced" : "named",
      now,
      0,
    );
    return rest;
  };
  switch (state.status) {
    case "creating": {
      const hint = (attempt: Attempt): Attempt => ({ ...attempt, fetched: true, hintedRenderId: renderId });
      if (state.attempt.key === key && state.attempt.hintedRenderId === undefined)
        return { ...job, state: { ...state, attempt: hint(state.attempt) } };
      if (state.earlier?.key === key && state.earlier.hintedRenderId === undefined)
        return { ...job, state: { ...state, earlier: hint(state.earlier) } };
      return job;
    }
    case "unsettled":
    case "asking":
      return state.attempt.key === key ? found(state) : job;
    case "rendering":
      if (state.attempt.key !== key || state.renderId !== renderId || news === "under_way") return job;
      return { ...job, state: { ...state, webhookSeen: true }, dueAt: now };
    case "queued":
      // "Try again" was pressed, but the first attempt had taken effect after all: nothing is paid again.
      return state.earlier?.key === key ? found({ prepared: state.prepared, attempt: state.earlier }) : job;
    case "choosing":
    case "speaking":
      // AKOOL names a speech as it names a render.
      return speechAnnounced(job, key, renderId as string as SpeechId, now);
    case "failed":
      // Left alone by the person, with the promise that a video that comes after all is posted.
      return state.late?.attempt.key === key ? found(state.late) : job;
    case "cancelled":
      return orderNamed(job, key, renderId);
    case "preparing":
    case "rendered":
    case "uploading":
    case "sharing":
    case "linking":
    case "undeliverable":
    case "shown":
    case "delivered":
    case "duplicate":
      return job;
  }
}

/** `created`: AKOOL's own answer. Else a webhook named the render, and it may be `announced` as over. */
function rendering(
  job: Job,
  { prepared, attempt }: Late,
  renderId: RenderId,
  known: "created" | "named" | "announced",
  now: number,
  firstLook: number,
): Job {
  const webhookSeen = known === "announced" || attempt.hintedRenderId === renderId;
  const state: JobState = {
    status: "rendering",
    prepared,
    attempt,
    renderId,
    confirmed: known === "created",
    looks: 0,
    overdue: false,
    webhookSeen,
  };
  return advance(job, state, now, known === "created" && !webhookSeen ? firstLook : 0);
}
