import * as deliver from "./deliver-transitions.ts";
import type { SlackAnswer } from "./delivery.ts";
import type { Failure } from "./failure.ts";
import type { SlackFileId } from "./ids.ts";
import type { Job } from "./job.ts";
import { logFields } from "./log-fields.ts";
import { snooze } from "./moves.ts";
import { audit, cannotPost, retryAfter, type Save, type StepDeps } from "./step-deps.ts";

/** Steps that bring the finished video into the thread. */

export async function relay(job: Job, deps: StepDeps, save: Save, signal: AbortSignal): Promise<Job> {
  if (job.state.status !== "rendered") return job;
  const { waits, now, delivery } = deps;
  let ticket: SlackAnswer<{ fileId: SlackFileId }> | undefined;
  /** What came of this upload says nothing about another one, begun by a process that took this one for dead. */
  const unlessOther = (change: (current: Job) => Job) => (current: Job) =>
    current.state.status === "uploading" && ticket?.type === "ok" && current.state.fileId !== ticket.fileId
      ? current
      : change(current);
  const answer = await deps.media.relay(
    job.state.render.videoUrl,
    async (sizeBytes) => {
      const opened = await delivery.openUpload(job, sizeBytes);
      ticket = opened;
      if (opened.type !== "ok") return undefined;
      const stored = await save.intent((current) => deliver.uploadOpened(current, opened.fileId, now()));
      const ours = stored.state.status === "uploading" && stored.state.fileId === opened.fileId;
      return ours ? opened.uploadUrl : undefined;
    },
    signal,
  );
  switch (answer.type) {
    case "uploaded":
      return save(
        unlessOther((current) => deliver.uploaded(current, now())),
        {
          effect: "upload",
          attempt: job.tries + 1,
          outcome: "ok",
        },
      );
    case "refused":
      return save(unlessOther((current) => deliver.resultRefused(current, answer.failure, now(), waits)));
    case "stopped": {
      const refusal = ticket;
      if (refusal === undefined || refusal.type === "ok") return save((current) => current);
      if (refusal.type === "refused") {
        return save(
          (current) => deliver.undeliverable(current, cannotPost(refusal.code), now(), waits),
          audit("upload", job.tries + 1, refusal),
        );
      }
      return save((current) =>
        deliver.relayFailed(current, UPLOAD_FAILED, now(), retryAfter(refusal), waits),
      );
    }
    case "try_later":
      // Told to stop: the next process begins anew, and this was no failed try.
      if (signal.aborted) return job;
      deps.log.warn(
        { ...logFields(job), err: answer.error, tries: job.tries + 1 },
        "moving the video to Slack failed; trying again",
      );
      return save(
        unlessOther((current) =>
          deliver.relayFailed(current, answer.failure, now(), answer.retryAfterMs, waits),
        ),
        {
          effect: "upload",
          attempt: job.tries + 1,
          outcome: "failed",
        },
      );
  }
}

const UPLOAD_FAILED: Failure = { reason: "cannot_post", code: "upload" };

/** Slack's support says of these: call again. They are no definite no. */
const UNCLEAR_SHARE_CODES: ReadonlySet<string> = new Set(["file_update_failed"]);

export async function share(job: Job, deps: StepDeps, save: Save): Promise<Job> {
  if (job.state.status !== "sharing") return job;
  const { waits, now } = deps;
  const { fileId, calls } = job.state;
  const intended = await save.intent((current) => deliver.shareIntended(current, now()));
  if (intended.state.status !== "sharing" || intended.state.stage !== "calling") return intended;
  const answer = await deps.delivery.shareFile(intended, fileId);
  return save(
    (current) => {
      if (answer.type === "busy" || answer.type === "not_sent")
        return deliver.shareLater(current, now(), retryAfter(answer), waits);
      const unclear =
        answer.type !== "refused" ||
        UNCLEAR_SHARE_CODES.has(answer.code) ||
        (answer.code === "file_not_found" && calls > 0);
      if (unclear) return deliver.shareCalled(current, answer.type === "ok", now(), waits);
      if (answer.code === "file_not_found") return deliver.fileLost(current, now(), waits);
      return deliver.undeliverable(current, cannotPost(answer.code), now(), waits);
    },
    audit("share", calls + 1, answer),
  );
}

export async function findShare(job: Job, deps: StepDeps, save: Save): Promise<Job> {
  if (job.state.status !== "sharing") return job;
  const { waits, now, delivery } = deps;
  const answer = await delivery.findShare(job, job.state.fileId);
  return save((current) => {
    switch (answer.type) {
      case "ok":
        return deliver.shareFound(current, answer.sharedAs, now(), waits);
      case "refused":
        // Somebody has seen it, and removed it.
        if (answer.code === "file_deleted") return deliver.shareRemoved(current, now(), waits);
        // Slack may not know a file yet whose scan is still going on.
        if (answer.code === "file_not_found") return deliver.fileUnknown(current, now(), waits);
        return deliver.shareNotForUs(current, now(), waits);
      case "busy":
        return snooze(current, now(), answer.retryAfterMs);
      case "not_sent":
      case "unclear":
        return deliver.shareUnseen(current, now(), waits);
    }
  });
}

export async function link({ delivery, waits, now }: StepDeps, save: Save): Promise<Job> {
  const intended = await save.intent(deliver.linkIntended);
  if (intended.state.status !== "linking" || intended.state.stage !== "calling") return intended;
  const answer = await delivery.postLink(intended, intended.state.fileId);
  // Without a link to post, nothing was said and there is nothing to audit.
  const lines = answer.type === "not_sent" ? [] : [audit("post", 0, answer)];
  return save(
    (current) => {
      if (answer.type === "ok") return deliver.linked(current, answer.ts, now());
      if (answer.type === "unclear") return deliver.linked(current, undefined, now());
      if (answer.type === "refused")
        return deliver.undeliverable(current, cannotPost(answer.code), now(), waits);
      return deliver.linkLater(current, now(), retryAfter(answer), waits);
    },
    ...lines,
  );
}
