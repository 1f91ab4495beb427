import { hasEnded, type Job } from "./job.ts";
import { nextStep } from "./next-step.ts";
import type { JobMessage, Preview } from "./posts.ts";
import type { Waits } from "./waits.ts";

/**
 * What becomes of a job that is found in a copy of the store. Its original may have paid, posted or ended it
 * after the copy was made, so nothing of it is done again: whatever is unfinished ends here, without a post. Only
 * the job message is edited, which repeats nothing. `index` spaces those edits. A job that has nothing left to
 * do is returned as it is.
 */
export function afterRestore(job: Job, index: number, now: number, waits: Waits): Job {
  const editAt = now + index * waits.resumeEditSpacing;
  const { notice: _unsaid, ...before } = job;
  const others: Job = before.preview
    ? { ...before, preview: previewAfter(job, before.preview, editAt) }
    : before;
  // Deleted on the original, or wanted no more: whoever presses "Delete" here has it deleted.
  const rest: Job =
    job.finish?.stage === "removing"
      ? { ...others, finish: { ...job.finish, stage: job.finish.ts === undefined ? "plain" : "dressed" } }
      : others;
  const message = messageAfter(job.message, editAt);
  if (!hasEnded(job)) {
    const { dueAt: _due, ...ended } = rest;
    return {
      ...ended,
      state: { status: "failed", failure: { reason: "restored" }, finishedAt: now },
      message,
      tries: 0,
      resumed: true,
    };
  }
  const { state } = job;
  if (state.status === "cancelled" && state.kept) {
    // Whoever presses "Post it after all" may have pressed it on the original.
    const { kept: _elsewhere, ...settled } = state;
    return { ...rest, state: settled, message };
  }
  const late = state.status === "failed" && state.late !== undefined;
  if (!late && nextStep(job, Number.MAX_SAFE_INTEGER, waits).step === "wait") return job;
  if (!late) return { ...rest, message };
  // Left alone, with a promise to post a video that comes after all: it may have come, and been posted.
  const { late: _forgotten, ...settled } = state;
  return { ...rest, state: settled, message };
}

/** Only its words are mended: what was thrown away here may have been posted on the original. */
function previewAfter({ state }: Job, preview: Preview, editAt: number): Preview {
  const { fileId: _kept, ...others } = preview;
  return state.status === "cancelled" && state.instead === "thrown_away"
    ? others
    : { ...preview, retryAt: editAt };
}

/** Posted or not, the copy cannot know: an intent counts as lost, and what was still to be posted is not. */
function messageAfter(message: JobMessage, editAt: number): JobMessage {
  switch (message.status) {
    case "none":
    case "unposted":
      return { status: "none" };
    case "posting":
    case "lost":
      return { status: "lost" };
    case "posted":
      return { ...message, retryAt: editAt };
  }
}
