import type { Job } from "./job.ts";
import { logFields } from "./log-fields.ts";
import * as to from "./message-transitions.ts";
import { shownBy } from "./shown-by.ts";
import { audit, cannotPost, retryAfter, type Save, type StepDeps } from "./step-deps.ts";

/** Steps that say something: the job message and its edits, notices, private answers. */

export async function announce({ delivery, waits, now }: StepDeps, save: Save): Promise<Job> {
  const intended = await save.intent(to.announceIntended);
  if (intended.message.status !== "posting") return intended;
  const answer = await delivery.postJobMessage(intended, now());
  const shown = shownBy(intended) ?? "checking";
  return save(
    (current) => {
      if (answer.type === "ok") return to.announced(current, answer.ts, shown, now());
      if (answer.type === "refused") return to.announceRefused(current, cannotPost(answer.code), now());
      if (answer.type === "unclear") return to.announcementLost(current, now());
      return to.announceLater(current, now(), retryAfter(answer), waits);
    },
    audit("post", 0, answer),
  );
}

export async function notify({ delivery, waits, now }: StepDeps, save: Save): Promise<Job> {
  const intended = await save.intent(to.noticeIntended);
  if (intended.notice?.stage !== "sending") return intended;
  const { kind } = intended.notice;
  const answer = await delivery.postNotice(intended);
  return save(
    (current) => {
      if (answer.type === "ok") return to.noticeDone(current, kind);
      if (answer.type === "refused") return to.noticeClosed(current);
      if (answer.type === "unclear") return to.noticeLost(current);
      return to.noticeLater(current, now(), retryAfter(answer), waits);
    },
    audit("notice", 0, answer),
  );
}

export async function tellPrivately(
  job: Job,
  { delivery, waits, now, log }: StepDeps,
  save: Save,
): Promise<Job> {
  if (!job.notice) return job;
  const { kind } = job.notice;
  const answer = await delivery.tellPrivately(job);
  if (answer.type === "refused") {
    log.warn({ ...logFields(job), code: answer.code }, "the requester could not be told, not even privately");
  }
  return save(
    (current) => {
      if (answer.type === "busy" || answer.type === "not_sent")
        return to.noticeLater(current, now(), retryAfter(answer), waits);
      return to.noticeDone(current, kind);
    },
    audit("private", 0, answer),
  );
}

export async function edit(job: Job, { delivery, waits, now }: StepDeps, save: Save): Promise<Job> {
  const shown = shownBy(job);
  if (job.message.status !== "posted" || shown === undefined) return job;
  const at = now();
  const answer = await delivery.editJobMessage(job, job.message.ts, at);
  return save((current) => {
    if (answer.type === "ok")
      return to.edited(current, shown, at, answer.withoutThumbnail ? { noThumbnail: true } : {});
    // A message that is gone or closed cannot be mended: leave it.
    if (answer.type === "refused") return to.edited(current, shown, at, { refused: true });
    return to.editLater(current, shown, now(), retryAfter(answer), waits);
  });
}
