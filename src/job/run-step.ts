import * as deliver from "./deliver-transitions.ts";
import type { Delivery, SlackAnswer } from "./delivery.ts";
import type { Failure } from "./failure.ts";
import type { AttemptKey } from "./ids.ts";
import type { Job } from "./job.ts";
import type { Media } from "./media.ts";
import type { NextStep } from "./next-step.ts";
import { nextLook, type WebhookHealth } from "./poll-plan.ts";
import type { RenderApi } from "./render-api.ts";
import { shownBy } from "./shown-by.ts";
import type { AuditLine, JobStore, MediaLink } from "./store.ts";
import * as to from "./transitions.ts";
import type { Waits } from "./waits.ts";

/** The addresses of one attempt: its token is in every URL, only hashes of it are stored. */
export interface AttemptAddresses {
  readonly key: AttemptKey;
  readonly links: readonly MediaLink[];
  readonly photoUrl: string;
  readonly speechUrl: string;
  readonly webhookUrl?: string;
}

export interface StepDeps {
  readonly store: JobStore;
  readonly renderApi: RenderApi;
  readonly delivery: Delivery;
  readonly media: Media;
  readonly mintAddresses: (job: Job, now: number) => AttemptAddresses;
  readonly waits: Waits;
  readonly now: () => number;
  /** AKOOL_MAX_CONCURRENT */
  readonly slots: number;
  readonly webhookHealth: WebhookHealth;
  /** Milliseconds that our last renders took. */
  readonly pastRenders: () => readonly number[];
  readonly noteRender: (ms: number) => void;
  readonly webhooks: boolean;
  readonly log: { warn(fields: object, message: string): void };
}

/**
 * Does one step: at most one outward effect, with its intent committed before and what was learned after.
 * Resolves with the row as it then is. Throws only when the store does.
 */
export async function runStep(
  job: Job,
  step: Exclude<NextStep["step"], "wait">,
  deps: StepDeps,
  signal: AbortSignal,
): Promise<Job> {
  const { store, delivery, waits, now } = deps;
  const save = (change: (current: Job) => Job, ...audit: AuditLine[]) =>
    store.update(job.id, (current) => {
      const changed = change(current);
      return changed === current && audit.length === 0 ? undefined : { job: changed, audit };
    });

  switch (step) {
    case "announce": {
      await save(to.announceIntended);
      const answer = await delivery.postJobMessage(job);
      return save(
        (current) => {
          if (answer.type === "ok") return to.announced(current, answer.ts, now());
          if (answer.type === "refused") return to.announceRefused(current, cannotPost(answer.code), now());
          if (answer.type === "unclear") return to.announcementLost(current, now());
          return to.announceLater(current, now(), retryAfter(answer), waits);
        },
        audit("post", 0, answer),
      );
    }
    case "announcement_lost":
      return save((current) => to.announcementLost(current, now()));

    case "prepare": {
      const answer = await deps.media.prepare(job, signal);
      if (answer.type === "refused") return save((current) => to.failed(current, answer.failure, now()));
      if (answer.type === "try_later") {
        deps.log.warn(
          { jobId: job.id, err: answer.error, tries: job.tries + 1 },
          "fetching the files failed; trying again",
        );
        return save((current) => to.prepareLater(current, answer.failure, now(), answer.retryAfterMs, waits));
      }
      return store.update(
        job.id,
        (current, view) => ({ job: to.prepared(current, answer.prepared, view.sameContent, now()) }),
        { contentKey: answer.contentKey },
      );
    }

    case "create":
      return create(job, deps, save, signal);
    case "create_lost":
      return save((current) => to.createLost(current, now(), waits), {
        effect: "create",
        attempt: attemptOf(job),
        outcome: "unclear: answer lost",
      });
    case "settle":
      return save((current) => to.settled(current, now(), waits, deps.webhooks));
    case "leave_alone":
      return save((current) => to.leftAlone(current, now()));
    case "look":
      return look(job, deps, save, signal);

    case "relay":
      return relay(job, deps, save, signal);
    case "relay_lost":
      return save((current) => deliver.relayFailed(current, now(), 0, waits), {
        effect: "upload",
        attempt: 0,
        outcome: "unclear: answer lost",
      });
    case "share":
      return share(job, deps, save);
    case "find_share":
      return findShare(job, deps, save);
    case "link": {
      if (job.state.status !== "linking") return job;
      const { fileId } = job.state;
      await save(deliver.linkIntended);
      const answer = await delivery.postLink(job, fileId);
      return save(
        (current) => {
          if (answer.type === "ok" || answer.type === "unclear") return deliver.linked(current, now());
          if (answer.type === "refused")
            return deliver.undeliverable(current, cannotPost(answer.code), now(), waits);
          return deliver.linkLater(current, now(), retryAfter(answer), waits);
        },
        audit("post", 0, answer),
      );
    }
    case "link_lost":
      return save((current) => deliver.linked(current, now()), {
        effect: "post",
        attempt: 0,
        outcome: "unclear: answer lost",
      });
    case "redeliver":
      return save((current) => deliver.redelivering(current, now(), waits));

    case "notify": {
      await save(to.noticeIntended);
      const answer = await delivery.postNotice(job);
      return save(
        (current) => {
          if (answer.type === "ok") return to.noticeDone(current);
          if (answer.type === "refused") return to.noticeClosed(current);
          if (answer.type === "unclear") return to.noticeLost(current);
          return to.noticeLater(current, now(), retryAfter(answer), waits);
        },
        audit("notice", 0, answer),
      );
    }
    case "notice_lost":
      return save(to.noticeLost, { effect: "notice", attempt: 0, outcome: "unclear: answer lost" });
    case "tell_privately": {
      const answer = await delivery.tellPrivately(job);
      if (answer.type === "refused")
        deps.log.warn(
          { jobId: job.id, code: answer.code },
          "the requester could not be told, not even privately",
        );
      return save(
        (current) => {
          if (answer.type === "busy" || answer.type === "not_sent")
            return to.noticeLater(current, now(), retryAfter(answer), waits);
          return to.noticeDone(current);
        },
        audit("private", 0, answer),
      );
    }

    case "edit": {
      const shown = shownBy(job);
      if (job.message.status !== "posted" || shown === undefined) return job;
      const answer = await delivery.editJobMessage(job, job.message.ts);
      return save((current) => {
        // A message that is gone or closed cannot be mended: leave it.
        if (answer.type === "ok" || answer.type === "refused") return to.edited(current, shown, now());
        return to.editLater(current, shown, now(), retryAfter(answer), waits);
      });
    }
    case "clean_up":
      await deps.media.discard(job);
      return save((current) => ({ ...current, cleanedUp: true }));
  }
}

type Save = (change: (current: Job) => Job, ...audit: AuditLine[]) => Promise<Job>;

async function create(job: Job, deps: StepDeps, save: Save, signal: AbortSignal): Promise<Job> {
  const { store, waits, now } = deps;
  const addresses = deps.mintAddresses(job, now());
  const intended = await store.update(
    job.id,
    (current, view) => {
      const next = to.createIntended(current, addresses.key, { ...view, slots: deps.slots }, now(), waits);
      if (next.state.status !== "creating" || next.state.attempt.key !== addresses.key) return { job: next };
      return {
        job: next,
        attempt: { key: addresses.key, number: next.state.attempt.number, links: addresses.links },
      };
    },
    { line: true },
  );
  if (intended.state.status !== "creating" || intended.state.attempt.key !== addresses.key) return intended;
  const { resolution, gesturePrompt } = job.request;
  const answer = await deps.renderApi.createRender(
    {
      photoUrl: addresses.photoUrl,
      speechUrl: addresses.speechUrl,
      resolution,
      ...(gesturePrompt === undefined ? {} : { gesturePrompt }),
      ...(addresses.webhookUrl === undefined ? {} : { webhookUrl: addresses.webhookUrl }),
    },
    signal,
  );
  if (answer.type === "unclear" || answer.type === "not_sent")
    deps.log.warn({ jobId: job.id, err: answer.error }, `create: ${answer.type}`);
  const firstLook = nextLook(0, deps.pastRenders(), deps.webhookHealth.reliable(), false, waits);
  const outcome =
    answer.type === "refused"
      ? `refused: ${answer.code}`
      : answer.type === "created"
        ? `created: ${answer.renderId}`
        : answer.type;
  const line: AuditLine = { effect: "create", attempt: intended.state.attempt.number, outcome };
  const learned = (current: Job) =>
    to.createAnswered(current, addresses.key, answer, now(), waits, firstLook);
  if (answer.type !== "created") return save(learned, line);
  // The render id and the end of the intent in one transaction: a paid render's id is never half known.
  return store.update(job.id, (current) => ({
    job: learned(current),
    audit: [line],
    render: { key: addresses.key, renderId: answer.renderId },
  }));
}

async function look(job: Job, deps: StepDeps, save: Save, signal: AbortSignal): Promise<Job> {
  if (job.state.status !== "rendering") return job;
  const { state } = job;
  const update = await deps.renderApi.readRender(state.renderId, signal);
  const age = deps.now() - state.attempt.startedAt;
  if (update.type === "succeeded") {
    deps.noteRender(age);
    if (deps.webhooks && !state.webhookSeen) deps.webhookHealth.missed();
  }
  const next = nextLook(age, deps.pastRenders(), deps.webhookHealth.reliable(), state.overdue, deps.waits);
  return save((current) => deliver.renderLooked(current, update, deps.now(), deps.waits, next));
}

async function relay(job: Job, deps: StepDeps, save: Save, signal: AbortSignal): Promise<Job> {
  if (job.state.status !== "rendered") return job;
  const { waits, now, delivery } = deps;
  let ticket: SlackAnswer | undefined;
  const answer = await deps.media.relay(
    job.state.render.videoUrl,
    async (sizeBytes) => {
      const opened = await delivery.openUpload(job, sizeBytes);
      ticket = opened;
      if (opened.type !== "ok") return undefined;
      const stored = await save((current) => deliver.uploadOpened(current, opened.fileId, now()));
      const ours = stored.state.status === "uploading" && stored.state.fileId === opened.fileId;
      return ours ? opened.uploadUrl : undefined;
    },
    signal,
  );
  switch (answer.type) {
    case "uploaded":
      return save((current) => deliver.uploaded(current, now()), {
        effect: "upload",
        attempt: job.tries + 1,
        outcome: "ok",
      });
    case "refused":
      return save((current) => deliver.resultRefused(current, answer.failure, now(), waits));
    case "stopped": {
      const refusal = ticket;
      if (refusal === undefined || refusal.type === "ok") return save((current) => current);
      if (refusal.type === "refused") {
        return save(
          (current) => deliver.undeliverable(current, cannotPost(refusal.code), now(), waits),
          audit("upload", job.tries + 1, refusal),
        );
      }
      return save((current) => deliver.relayFailed(current, now(), retryAfter(refusal), waits));
    }
    case "try_later":
      deps.log.warn(
        { jobId: job.id, err: answer.error, tries: job.tries + 1 },
        "moving the video to Slack failed; trying again",
      );
      return save((current) => deliver.relayFailed(current, now(), answer.retryAfterMs, waits), {
        effect: "upload",
        attempt: job.tries + 1,
        outcome: "failed",
      });
  }
}

/** Slack's support says of these: call again. They are no definite no. */
const UNCLEAR_SHARE_CODES: ReadonlySet<string> = new Set([
  "file_update_failed",
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
]);

async function share(job: Job, deps: StepDeps, save: Save): Promise<Job> {
  if (job.state.status !== "sharing") return job;
  const { waits, now } = deps;
  const { fileId, calls } = job.state;
  const intended = await save((current) => deliver.shareIntended(current, now()));
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
      if (unclear) return deliver.shareCalled(current, now(), waits);
      if (answer.code === "file_not_found") return deliver.fileLost(current, now(), waits);
      return deliver.undeliverable(current, cannotPost(answer.code), now(), waits);
    },
    audit("share", calls + 1, answer),
  );
}

async function findShare(job: Job, deps: StepDeps, save: Save): Promise<Job> {
  if (job.state.status !== "sharing") return job;
  const { waits, now, delivery } = deps;
  const answer = await delivery.findShare(job, job.state.fileId);
  return save((current) => {
    switch (answer.type) {
      case "ok":
        return deliver.shareFound(current, answer.sharedAs, now(), waits);
      case "refused":
        // Without the right to look, "ok" of the call itself has to do.
        if (answer.code === "file_not_found" || answer.code === "file_deleted")
          return deliver.fileLost(current, now(), waits);
        return deliver.shareFound(current, undefined, now(), waits);
      case "busy":
        return to.snooze(current, now(), answer.retryAfterMs);
      case "not_sent":
      case "unclear":
        return to.retryLater(
          current,
          now(),
          Math.min(waits.shareLookMax, waits.shareLookFirst * 2 ** job.tries),
        );
    }
  });
}

const CHANNEL_CLOSED: ReadonlySet<string> = new Set([
  "not_in_channel",
  "channel_not_found",
  "method_not_supported_for_channel_type",
]);
const CONNECTION_GONE: ReadonlySet<string> = new Set([
  "token_revoked",
  "invalid_auth",
  "account_inactive",
  "not_authed",
  "token_expired",
  "org_login_required",
]);

/** Slack's definite no, in our words. */
export function cannotPost(code: string): Failure {
  if (CHANNEL_CLOSED.has(code)) return { reason: "not_in_channel", code };
  if (CONNECTION_GONE.has(code)) return { reason: "slack_connection_revoked", code };
  return { reason: "cannot_post", code };
}

function retryAfter(answer: SlackAnswer): number | undefined {
  return answer.type === "busy" ? answer.retryAfterMs : undefined;
}

function audit(effect: AuditLine["effect"], attempt: number, answer: SlackAnswer): AuditLine {
  return { effect, attempt, outcome: answer.type === "refused" ? `refused: ${answer.code}` : answer.type };
}

function attemptOf(job: Job): number {
  return "attempt" in job.state ? job.state.attempt.number : 0;
}
