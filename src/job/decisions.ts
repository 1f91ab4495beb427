import { keptOf } from "./after-all.ts";
import type { Job } from "./job.ts";
import { advance, newNotice } from "./moves.ts";
import { goesFirst, thrownAway } from "./show-first.ts";
import type { Waits } from "./waits.ts";

/** What people decide by a button or a command. Pure; a decision that comes too late returns `job` itself. */

export type CancelOutcome =
  | "nothing_spent"
  | "render_goes_on"
  | "thrown_away"
  | "being_shown"
  | "too_late"
  | "ended_already";

/** What pressing cancel does in each state. AKOOL has no cancel: a running render is paid and not posted. */
export function cancelOutcome(job: Job): CancelOutcome {
  switch (job.state.status) {
    case "preparing":
    case "choosing":
    case "speaking":
      return job.paidSpeech ? "render_goes_on" : "nothing_spent";
    case "queued":
      // After "Try again" the first attempt may have been paid all the same.
      return job.state.earlier === undefined && !job.paidSpeech ? "nothing_spent" : "render_goes_on";
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
      return goesFirst(job) ? "being_shown" : "too_late";
    case "shown":
      return "thrown_away";
    case "delivered":
    case "duplicate":
    case "failed":
    case "cancelled":
      return "ended_already";
  }
}

export function cancelled(job: Job, now: number, waits: Pick<Waits, "renderGiveUp">): Job {
  const outcome = cancelOutcome(job);
  if (outcome === "too_late" || outcome === "being_shown" || outcome === "ended_already") return job;
  if (outcome === "thrown_away") return thrownAway(job, now);
  const { notice: _unsaid, ...rest } = job;
  const kept = keptOf(job, waits);
  const state = {
    status: "cancelled",
    renderWasRunning: outcome === "render_goes_on",
    finishedAt: now,
    ...(kept && { kept }),
  } as const;
  const ended = advance(rest, state, now);
  return job.message.status === "lost" ? { ...ended, notice: newNotice("ended") } : ended;
}

/** Only the person may pay a second time: "Try again" after a create whose answer was lost. */
export function triedAgain(job: Job, now: number): Job {
  if (job.state.status !== "asking") return job;
  const { prepared: inputs, attempt } = job.state;
  const { notice: _answered, ...rest } = job;
  return advance(
    rest,
    {
      status: "queued",
      prepared: inputs,
      queuedAt: job.acceptedAt,
      attempts: attempt.number,
      refusals: 0,
      earlier: attempt,
    },
    now,
  );
}

/** "Leave it", or no answer for a week. A video that turns up after all is still posted. */
export function leftAlone(job: Job, now: number): Job {
  if (job.state.status !== "asking") return job;
  const { prepared: inputs, attempt } = job.state;
  const { notice: _answered, ...rest } = job;
  const late = { prepared: inputs, attempt };
  const ended = advance(
    rest,
    { status: "failed", failure: { reason: "left_alone" }, finishedAt: now, late },
    now,
  );
  return job.message.status === "posted" ? ended : { ...ended, notice: newNotice("failed") };
}

/** "Make another": the duplicate becomes a job of its own. */
export function madeAnother(job: Job, now: number): Job {
  if (job.state.status !== "duplicate") return job;
  return { ...advance(job, { status: "preparing" }, now), evenIfRunning: true, cleanedUp: false };
}
