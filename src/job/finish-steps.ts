import * as to from "./finish-transitions.ts";
import type { Job } from "./job.ts";
import { logFields } from "./log-fields.ts";
import { audit, retryAfter, type Save, type StepDeps } from "./step-deps.ts";

/** Steps about the post with the video: its buttons, and its removal. Both may be repeated, so neither has an intent. */

export async function dress(job: Job, { delivery, waits, now, log }: StepDeps, save: Save): Promise<Job> {
  const ts = job.finish?.ts;
  if (job.finish?.stage !== "bare" || ts === undefined) return save(to.undressed);
  const answer = await delivery.dressFinish(job, ts);
  if (answer.type === "refused")
    log.warn({ ...logFields(job), code: answer.code }, "the video's post could not be given its buttons");
  return save((current) => {
    if (answer.type === "ok") return to.dressed(current);
    if (answer.type === "refused") return to.undressed(current);
    return to.finishLater(current, now(), retryAfter(answer), waits);
  });
}

export async function remove(job: Job, { delivery, waits, now }: StepDeps, save: Save): Promise<Job> {
  if (job.finish?.stage !== "removing" || job.state.status !== "delivered")
    return save((current) => to.notRemoved(current, "not_delivered"));
  const answer = await delivery.removeFinish(job, job.state.fileId, job.finish.ts);
  return save(
    (current) => {
      if (answer.type === "ok") return to.removed(current);
      if (answer.type === "refused") return to.notRemoved(current, answer.code);
      return to.finishLater(current, now(), retryAfter(answer), waits);
    },
    audit("remove", job.finish.tries + 1, answer),
  );
}
