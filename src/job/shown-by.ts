import { hasEnded, type Job } from "./job.ts";

/**
 * Names what the job message should say now, so that it is edited when, and only when, that changes.
 * Undefined: whatever it says may stay (the seconds of posting are not worth a call).
 */
export function shownBy(job: Job): string | undefined {
  const phase = phaseOf(job);
  return job.resumed && phase !== undefined && !hasEnded(job) ? `${phase} resumed` : phase;
}

function phaseOf({ state }: Job): string | undefined {
  switch (state.status) {
    case "sorting":
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
      return "delivered";
    case "duplicate":
      return "duplicate";
    case "failed":
      return "failed";
    case "cancelled":
      return "cancelled";
  }
}
