import { hasEnded, isDoneWithMedia, type Job } from "./job.ts";
import { previewDueAt } from "./preview.ts";
import { goesFirst } from "./show-first.ts";
import { POSTING, shownBy, tellsTime } from "./shown-by.ts";
import { nextMinuteAt } from "./time-so-far.ts";
import type { Waits } from "./waits.ts";

/** What a job wants next. Exactly one outward effect belongs to each, or none where the name says `lost` or `recover`. */
export type StepName =
  | "announce"
  | "announcement_lost"
  | "notify"
  | "notice_lost"
  | "tell_privately"
  | "sort"
  | "prepare"
  | "stop_choosing"
  | "speak"
  | "speak_lost"
  | "settle_speech"
  | "listen"
  | "create"
  | "create_lost"
  | "settle"
  | "leave_alone"
  | "look"
  | "open_direct"
  | "relay"
  | "relay_lost"
  | "share"
  | "share_lost"
  | "find_share"
  | "link"
  | "link_lost"
  | "redeliver"
  | "stop_deciding"
  | "edit_preview"
  | "dress"
  | "remove"
  | "edit"
  | "clean_up";

export type NextStep = { readonly step: StepName } | { readonly step: "wait"; readonly until?: number };

/**
 * Decides by the row alone. Only the holder of the job's lease may ask: an intent found in the row
 * (`posting`, `calling`, `creating`, …) then belongs to a call whose answer nobody is waiting for any more.
 */
export function nextStep(job: Job, now: number, waits: Waits): NextStep {
  if (job.message.status === "posting") return { step: "announcement_lost" };
  if (job.notice?.stage === "sending") return { step: "notice_lost" };

  const due = job.dueAt !== undefined && job.dueAt <= now;
  // A moment's work, after which the first post says what is missing, if anything is.
  if (due && job.state.status === "preparing" && job.state.unsorted) return { step: "sort" };
  if (job.message.status === "unposted" && !hasEnded(job)) {
    return due ? { step: "announce" } : { step: "wait", ...until(job.dueAt) };
  }
  if (job.notice && (job.notice.retryAt ?? 0) <= now) {
    return { step: job.notice.stage === "private" ? "tell_privately" : "notify" };
  }
  // What was pressed there is answered there, before anything else.
  if ((previewDueAt(job) ?? Number.POSITIVE_INFINITY) <= now) return { step: "edit_preview" };
  if (due) {
    const step = mainStep(job);
    if (step) return { step };
  }
  if ((finishDueAt(job) ?? Number.POSITIVE_INFINITY) <= now)
    return { step: job.finish?.stage === "removing" ? "remove" : "dress" };
  const editAt = editDueAt(job, waits);
  if (editAt !== undefined && editAt <= now) return { step: "edit" };
  if (isDoneWithMedia(job) && !job.cleanedUp) return { step: "clean_up" };
  return { step: "wait", ...until(wakeAt(job, waits)) };
}

/** The earliest moment at which `nextStep` will want something; undefined when the job rests for good. */
export function wakeAt(job: Job, waits: Waits): number | undefined {
  const moments = [
    hasEnded(job) ? undefined : job.dueAt,
    job.notice ? (job.notice.retryAt ?? 0) : undefined,
    job.message.status === "posting" ? 0 : undefined,
    finishDueAt(job),
    previewDueAt(job),
    editDueAt(job, waits),
    isDoneWithMedia(job) && !job.cleanedUp ? 0 : undefined,
  ].filter((moment) => moment !== undefined);
  return moments.length === 0 ? undefined : Math.min(...moments);
}

const SPEECH_STEPS = {
  ready: "speak",
  calling: "speak_lost",
  unclear: "settle_speech",
  called: "listen",
} as const;
const SHARE_STEPS = { ready: "share", calling: "share_lost", called: "find_share" } as const;

function mainStep(job: Job): StepName | undefined {
  switch (job.state.status) {
    case "preparing":
      return job.state.unsorted ? "sort" : "prepare";
    case "choosing":
      return "stop_choosing";
    case "speaking":
      return SPEECH_STEPS[job.state.stage];
    case "queued":
      return "create";
    case "creating":
      return "create_lost";
    case "unsettled":
      return "settle";
    case "asking":
      return "leave_alone";
    case "rendering":
      return "look";
    case "rendered":
      return goesFirst(job) && job.preview?.channelId === undefined ? "open_direct" : "relay";
    case "uploading":
      return "relay_lost";
    case "sharing":
      return SHARE_STEPS[job.state.stage];
    case "linking":
      return job.state.stage === "ready" ? "link" : "link_lost";
    case "undeliverable":
      return "redeliver";
    case "shown":
      return "stop_deciding";
    case "delivered":
    case "duplicate":
    case "failed":
    case "cancelled":
      return undefined;
  }
}

/** When something is to be done to the post with the video. */
function finishDueAt({ finish, message }: Job): number | undefined {
  if (finish?.stage === "removing") return finish.retryAt ?? 0;
  if (finish?.stage !== "bare") return undefined;
  // Both are edits: while Slack has us wait with one, the other would be refused like it.
  const edited = message.status === "posted" ? (message.tries > 0 ? (message.retryAt ?? 0) : 0) : 0;
  return Math.max(finish.retryAt ?? 0, edited);
}

/** Slack's wish, or our own spacing after a start, which an outcome does not wait for unless all have the same. */
function putOffUntil({ state, message }: Job): number | undefined {
  if (message.status !== "posted") return undefined;
  const isOutcome =
    state.status === "delivered" ||
    state.status === "cancelled" ||
    (state.status === "failed" && state.failure.reason !== "restored");
  return isOutcome && message.tries === 0 ? undefined : message.retryAt;
}

/**
 * When the job message should be edited. An outcome does not wait for the spacing between edits; whatever else
 * changes until then is told by the same edit.
 */
function editDueAt(job: Job, waits: Waits): number | undefined {
  const { message } = job;
  if (message.status !== "posted") return undefined;
  const wanted = shownBy(job);
  if (wanted === undefined) return undefined;
  const earliest = putOffUntil(job) ?? (hasEnded(job) ? 0 : message.editedAt + waits.editSpacing);
  if (wanted !== message.shown)
    return "render" in job.state && wanted === POSTING
      ? Math.max(earliest, job.state.render.renderedAt + waits.postingQuiet)
      : earliest;
  if (!tellsTime(job) || message.refused) return undefined;
  return Math.max(earliest, nextMinuteAt(job, message.editedAt));
}

function until(moment: number | undefined): { until?: number } {
  return moment === undefined ? {} : { until: moment };
}
