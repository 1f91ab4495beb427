import { canPostAfterAll } from "./after-all.ts";
import { hasEnded, type Job } from "./job.ts";
import { decidesHere } from "./show-first.ts";

/**
 * Names what the job message should say, so that it is edited when, and only when, that changes (or, where time is
 * told, with the minutes: see `tellsTime`). Undefined: whatever it says may stay.
 */
export function shownBy(job: Job): string | undefined {
  const phase = phaseOf(job);
  const goesOn = phase !== undefined && phase !== POSTING && job.state.status !== "shown" && !hasEnded(job);
  const saysSo = job.resumed && goesOn;
  return saysSo ? `${phase} resumed` : phase;
}

/** Shown only when posting takes long: the seconds that it usually takes are not worth a call. */
export const POSTING = "posting";

/**
 * Whether the message tells the time so far, and is edited with it. Not in line, where thousands may wait and the
 * place says more; not while the person is asked, or has been told that it takes much longer.
 */
export function tellsTime({ state }: Job): boolean {
  switch (state.status) {
    case "preparing":
    case "speaking":
      return true;
    case "queued":
      // Put off by AKOOL, many may wait together.
      return state.placeInLine === undefined && state.attempts === 0;
    case "rendering":
      return !state.overdue;
    case "choosing":
    case "creating":
    case "unsettled":
    case "asking":
    case "rendered":
    case "uploading":
    case "sharing":
    case "linking":
    case "undeliverable":
    case "shown":
    case "delivered":
    case "duplicate":
    case "failed":
    case "cancelled":
      return false;
  }
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
      return POSTING;
    case "undeliverable":
      return `undeliverable:${state.failure.reason}`;
    case "shown":
      return decidesHere(job) ? (state.failure ? "not shown" : "shown plain") : "shown";
    case "delivered":
      return deliveredAs(job);
    case "duplicate":
      return "duplicate";
    case "failed":
      return "failed";
    case "cancelled":
      return state.instead ?? (canPostAfterAll(job) ? "cancelled kept" : "cancelled");
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
