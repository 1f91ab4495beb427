import type { Job } from "./job.ts";
import { newNotice } from "./moves.ts";
import type { Preview } from "./posts.ts";
import { backoff, type Waits } from "./waits.ts";

/** What becomes of the post in the direct message. All pure; a fact that no longer matters returns `job` itself. */

const EDIT_TRIES = 30;

/** Names what that post should say, so that it is edited when, and only when, that changes. Undefined: as it is. */
export function previewSays(job: Job): string | undefined {
  const { state, preview } = job;
  // Its file goes, whether or not there is a post to say so.
  if (state.status === "cancelled" && state.instead === "thrown_away")
    return preview?.fileId === undefined ? undefined : state.instead;
  if (preview?.ts === undefined || preview.closed) return undefined;
  switch (state.status) {
    case "shown":
      return "shown";
    case "rendered":
    case "uploading":
    case "sharing":
    case "linking":
      return preview.approved ? "posting" : undefined;
    case "undeliverable":
      return `undeliverable:${state.failure.reason}`;
    case "delivered":
      return "posted";
    case "failed":
      return "failed";
    case "cancelled":
      return state.instead ?? "cancelled";
    case "preparing":
    case "choosing":
    case "speaking":
    case "queued":
    case "creating":
    case "unsettled":
    case "asking":
    case "rendering":
    case "duplicate":
      return undefined;
  }
}

export function previewDueAt(job: Job): number | undefined {
  const wanted = previewSays(job);
  if (wanted === undefined || wanted === job.preview?.says) return undefined;
  return job.preview?.retryAt ?? 0;
}

export function previewEdited(job: Job, says: string): Job {
  if (!job.preview) return job;
  const { retryAt: _, ...preview } = job.preview;
  return { ...job, preview: { ...preview, says, tries: 0 } };
}

/** Slack keeps it as it is. Where it was to get its buttons, the person is told where they are instead. */
export function previewClosed(job: Job, says: string): Job {
  if (!job.preview) return job;
  const { retryAt: _, ...rest } = job.preview;
  const preview: Preview = { ...rest, closed: true, tries: 0, says };
  const closed = { ...job, preview };
  return job.state.status === "shown" ? { ...closed, notice: newNotice("deciding") } : closed;
}

/** Nothing is known to have happened: the same once more, later, and in the end not at all. */
export function previewLater(
  job: Job,
  says: string,
  now: number,
  delayMs: number | undefined,
  waits: Waits,
): Job {
  // Meanwhile there is something else to be said, with tries of its own.
  if (!job.preview || previewSays(job) !== says) return job;
  const tries = job.preview.tries + 1;
  if (tries > EDIT_TRIES) return previewClosed(job, says);
  return {
    ...job,
    preview: { ...job.preview, tries, retryAt: now + (delayMs ?? backoff(waits, tries - 1)) },
  };
}
