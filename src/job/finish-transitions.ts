import type { UserId } from "./ids.ts";
import type { Job } from "./job.ts";
import { newNotice } from "./moves.ts";
import type { Finish } from "./posts.ts";
import { backoff, type Waits } from "./waits.ts";

/**
 * What becomes of the post with the video once the job is delivered, which nothing here changes. All pure; a fact
 * that no longer matters returns `job` itself.
 */

const FINISH_TRIES = 30;

export function dressed(job: Job): Job {
  return job.finish?.stage === "bare" ? withFinish(job, "dressed") : job;
}

/** It stays without buttons; the job message has them. */
export function undressed(job: Job): Job {
  return job.finish?.stage === "bare" ? withFinish(job, "plain") : job;
}

/** Nothing is known to have happened: the same once more, later, and in the end not at all. */
export function finishLater(job: Job, now: number, delayMs: number | undefined, waits: Waits): Job {
  const { finish } = job;
  if (finish?.stage !== "bare" && finish?.stage !== "removing") return job;
  const tries = finish.tries + 1;
  if (tries > FINISH_TRIES) return finish.stage === "bare" ? undressed(job) : notRemoved(job, "no_answer");
  return { ...job, finish: { ...finish, tries, retryAt: now + (delayMs ?? backoff(waits, tries - 1)) } };
}

/** "Delete". */
export function removalWanted(job: Job, by: UserId): Job {
  if (job.state.status !== "delivered") return job;
  const { permalinkTs } = job.state;
  // Rows from before there was a finish.
  const finish: Finish = job.finish ?? {
    stage: "plain",
    tries: 0,
    ...(permalinkTs === undefined ? {} : { ts: permalinkTs }),
  };
  if (finish.stage === "removing" || finish.stage === "removed") return job;
  const { notice, ...rest } = job;
  const unsaid = notice && notice.kind !== "not_removed" ? { notice } : {};
  return withFinish({ ...rest, ...unsaid, finish: { ...finish, removedBy: by } }, "removing");
}

export function removed(job: Job): Job {
  return job.finish?.stage === "removing" ? withFinish(job, "removed") : job;
}

/** Slack keeps it: it has its buttons again, and who wanted it gone is told. */
export function notRemoved(job: Job, refusal: string): Job {
  if (job.finish?.stage !== "removing") return job;
  const { retryAt: _, ...finish } = job.finish;
  const isVideo = job.state.status === "delivered" && job.state.as === "video";
  return {
    ...job,
    finish: { ...finish, stage: isVideo && finish.ts !== undefined ? "bare" : "plain", tries: 0, refusal },
    notice: { ...newNotice("not_removed"), stage: "private" },
  };
}

function withFinish(job: Job, stage: Finish["stage"]): Job {
  const { retryAt: _, refusal: _said, ...finish } = job.finish ?? { tries: 0 };
  return { ...job, finish: { ...finish, stage, tries: 0 } };
}
