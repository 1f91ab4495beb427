import type { FailureReason } from "./failure.ts";
import type { JobId } from "./ids.ts";
import { type FollowUp, hasEnded, type Job } from "./job.ts";
import type { RenderRequest } from "./request.ts";

/** What may be asked for once more under a job that is over. Pure. */

/**
 * The request of a job that is over, or shown to its person, to be made anew: its files are fetched again, and words are spoken again
 * unless AKOOL still has them. Undefined where there is nothing to make it from.
 */
export function requestAgain(job: Job, which: FollowUp): RenderRequest | undefined {
  const { photo, speech, resolution, candidates: _, ...options } = job.request;
  if ((!hasEnded(job) && job.state.status !== "shown") || photo.type === "none" || speech.type === "none")
    return undefined;
  if (which === "in_1080" && resolution !== "720") return undefined;
  const { spokenUrl: _old, ...said } = { spokenUrl: undefined, ...speech };
  return { photo, speech: said, ...options, resolution: which === "in_1080" ? "1080" : resolution };
}

/** Made once, however often the button is pressed. */
export function followedUp(job: Job, which: FollowUp, by: JobId): Job {
  if (job.followUps?.[which] !== undefined) return job;
  return { ...job, followUps: { ...job.followUps, [which]: by } };
}

/** The same photo and recording, or words, may well do at another time. */
const PASSING: ReadonlySet<FailureReason> = new Set([
  "url_unreachable",
  "akool_out_of_credit",
  "akool_key_refused",
  "akool_account",
  "akool_busy",
  "akool_error",
  "akool_speech_lost",
  "no_voice",
  "render_failed",
  "render_lost",
  "render_gone",
  "video_unreachable",
  "video_unusable",
  "cannot_post",
  "not_in_channel",
  "restored",
  "internal_error",
]);

export function isPassing(reason: FailureReason): boolean {
  return PASSING.has(reason);
}
