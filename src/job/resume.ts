import { hasEnded, type Job } from "./job.ts";
import { tellsTime } from "./shown-by.ts";
import type { Waits } from "./waits.ts";

/**
 * What a fresh process makes of a job it finds in flight. It is looked at `index` in the queue: soon, but not
 * all at once; its message says once that the work goes on. Points in time were written by another process's
 * clock, so none may lie further ahead than the wait it stands for. Who stands in line is woken when it is their
 * turn, and looked at by and by only for the number they see.
 */
export function resumed(job: Job, index: number, now: number, waits: Waits): Job {
  if (hasEnded(job)) return job;
  // It waits for the person, and its post says so: that a process was started is no news to them.
  if (job.state.status === "shown") {
    const longest = job.state.failure ? waits.undeliverableRetry : waits.renderGiveUp;
    return { ...job, dueAt: Math.min(job.dueAt ?? now, now + longest) };
  }
  const { message } = job;
  // Of those that tell the time, minutes may have passed: their edits, too, come one after another.
  const told: Job =
    message.status === "posted" && (!job.resumed || tellsTime(job))
      ? { ...job, resumed: true, message: { ...message, retryAt: now + index * waits.resumeEditSpacing } }
      : { ...job, resumed: true };
  if (job.state.status === "queued" && job.state.placeInLine !== undefined)
    return { ...told, dueAt: now + Math.min(waits.lineCheckMax, index * waits.resumeLineSpacing) };
  return { ...told, dueAt: Math.min(job.dueAt ?? now, now + longestWait(job, index, waits)) };
}

function longestWait(job: Job, index: number, waits: Waits): number {
  switch (job.state.status) {
    case "unsettled":
      return waits.settle;
    case "asking":
      return waits.askFor;
    case "choosing":
      return waits.chooseFor;
    case "undeliverable":
      return waits.undeliverableRetry;
    case "preparing":
    case "speaking":
    case "queued":
    case "creating":
    case "rendering":
    case "rendered":
    case "uploading":
    case "sharing":
    case "linking":
    case "shown":
    case "delivered":
    case "duplicate":
    case "failed":
    case "cancelled":
      return Math.min(waits.resumeWithin, index * waits.resumeSpacing);
  }
}
