import type { Failure } from "./failure.ts";
import {
  type FinishedRender,
  hasEnded,
  type Job,
  type JobState,
  type Late,
  type Made,
  type Order,
} from "./job.ts";
import type { Notice } from "./posts.ts";

/** The few ways in which any transition moves a job. */

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

/** Ends the job with a sentence for the person, in its thread and on its job message. */
export function failed(job: Job, failure: Failure, now: number, late?: Late): Job {
  if (hasEnded(job)) return job;
  const order = orderOf(job);
  const state: JobState = {
    status: "failed",
    failure,
    finishedAt: now,
    ...(late && { late }),
    ...(order && { order }),
  };
  return {
    ...advance(job, state, now),
    notice: newNotice("failed"),
  };
}

/** What was ordered of AKOOL, as far as it is known; undefined while nothing was. */
export function orderOf({ state }: Job): Order | undefined {
  if ("render" in state) {
    const { renderId, attempt, startedAt } = state.render;
    return {
      renderId,
      ...(attempt !== undefined && { attempt }),
      ...(startedAt !== undefined && { startedAt }),
    };
  }
  if (!("prepared" in state) || !("attempt" in state)) return undefined;
  const { number: attempt, startedAt } = state.attempt;
  return { attempt, startedAt, ...("renderId" in state ? { renderId: state.renderId } : {}) };
}

export function newNotice(kind: Notice["kind"]): Notice {
  return { kind, stage: "todo", tries: 0 };
}

/** What is still to be known of a video when nothing is done with it any more. */
export function madeOf({ videoUrl: _, uploads: _uploads, told: _told, ...made }: FinishedRender): Made {
  return made;
}
