import type { Job } from "./job.ts";
import { logFields } from "./log-fields.ts";
import * as preview from "./preview.ts";
import { directOpened, notShown, openDirectLater } from "./show-first.ts";
import { audit, cannotPost, retryAfter, type Save, type StepDeps } from "./step-deps.ts";

/** Steps about the direct message in which the video is shown first. Each may be repeated, so none has an intent. */

export async function openDirect(job: Job, { delivery, waits, now }: StepDeps, save: Save): Promise<Job> {
  const answer = await delivery.openDirect(job);
  return save((current) => {
    if (answer.type === "ok") return directOpened(current, answer.channelId);
    if (answer.type === "refused") {
      const waiting = current.state.status === "rendered" && current.preview?.channelId === undefined;
      return waiting ? notShown(current, cannotPost(answer.code), now(), waits) : current;
    }
    return openDirectLater(current, now(), retryAfter(answer), waits);
  });
}

export async function edit(job: Job, { delivery, waits, now, log }: StepDeps, save: Save): Promise<Job> {
  const says = preview.previewSays(job);
  if (says === undefined) return job;
  const answer = await delivery.editPreview(job);
  if (answer.type === "refused")
    log.warn({ ...logFields(job), code: answer.code }, "the post in the direct message could not be edited");
  const lines = says === "thrown_away" ? [audit("remove", (job.preview?.tries ?? 0) + 1, answer)] : [];
  return save(
    (current) => {
      if (answer.type === "ok") return preview.previewEdited(current, says);
      if (answer.type === "refused") return preview.previewClosed(current, says);
      return preview.previewLater(current, says, now(), retryAfter(answer), waits);
    },
    ...lines,
  );
}
