import { canPostAfterAll } from "./after-all.ts";
import { hasEnded, type Job } from "./job.ts";

/**
 * Names what the job message should say now, so that it is edited when, and only when, that changes.
 * Undefined: whatever it says may stay (the seconds of posting are not worth a call).
 */
export function shownBy(job: Job): string | undefined {
  const phase = phaseOf(job);
  return job.resumed && phase !== undefined && !hasEnded(job) ? `${phase} resumed` : phase;
}

function phaseOf(job: Job): string | undefined {
  const { state } = job;
  switch (state.status) {
    case "preparing":
      return "checking";
    case "choosing":
      return `choosing:${state.question.kind}`;
    case "speaking":
      return "speaking";
    case "queued":
      return state.placeInLine === undefined ? "checking" : `line:${state.placeInLine}`;
    case "creating":
      return undefined;
    case "unsettled":
      return "unsettled";
    case "asking":
      return "asking";
    case "rendering":
      return state.overdue ? "overdue" : "rendering";
    case "rendered":
    case "uploading":
    case "sharing":
    case "linking":
      return undefined;
    case "undeliverable":
      return `undeliverable:${state.failure.reason}`;
    case "delivered":
      return deliveredAs(job);
    case "duplicate":
      return "duplicate";
    case "failed":
      return "failed";
    case "cancelled":
      return canPostAfterAll(job) ? "cancelled kept" : "cancelled";
  }
}

/** The buttons are under the video, or here. */
function deliveredAs({ finish }: Job): string | undefined {
  switch (finish?.stage) {
    case undefined:
    case "bare":
    case "dressed":
      return "delivered";
    case "plain":
      return "delivered plain";
    case "removing":
      return undefined;
    case "removed":
      return "deleted";
  }
}
