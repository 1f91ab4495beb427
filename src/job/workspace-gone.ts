import { hasEnded, type Job } from "./job.ts";
import { advance } from "./moves.ts";

/**
 * The app was removed from the job's workspace: there is nobody to tell and nothing to post with. The job ends
 * in silence and its media go; a render that AKOOL is at is left alone. What a step in flight learns afterwards
 * finds an ended job and changes nothing.
 */
export function workspaceGone(job: Job, now: number): Job {
  const { notice: _nobodyToTell, preview, ...rest } = job;
  const silent: Job = {
    ...rest,
    message: { status: "none" },
    // What is still to be known of it: that it need not be shown first any more.
    ...(preview?.approved ? { preview: { approved: true, tries: 0 } } : {}),
  };
  if (hasEnded(job))
    return job.notice || (preview && !preview.approved) || preview?.ts || job.message.status !== "none"
      ? silent
      : job;
  const failure = { reason: "slack_connection_revoked", code: "uninstalled" } as const;
  return advance(silent, { status: "failed", failure, finishedAt: now }, now);
}
