import type { Failure } from "./failure.ts";
import type { MessageTs, SlackFileId } from "./ids.ts";
import type { FinishedRender, Job } from "./job.ts";
import { advance, failed, madeOf, newNotice, retryLater, snooze } from "./moves.ts";
import type { Finish } from "./posts.ts";
import type { RenderUpdate } from "./render-api.ts";
import { goesFirst, notShown, shown } from "./show-first.ts";
import { backoff, type Waits } from "./waits.ts";

/** From a running render to a video that people see. A render that is done is never rendered again. */

const RESULT_TRIES = 4;
const RELAY_TRIES = 8;
/** How often the same file is completed before the link is posted instead. */
const SHARE_CALLS = 3;
/** How often a file that Slack has forgotten is uploaded anew. */
const UPLOADS = 4;
const LINK_TRIES = 8;
/** Slack's record of a file has to be unreadable for so many share deadlines (15 minutes) before anything is done without it. */
const UNSEEN_DEADLINES = 10;

/** What AKOOL's API says of the render: the only thing that moves it. */
export function renderLooked(
  job: Job,
  update: RenderUpdate,
  now: number,
  waits: Waits,
  nextLook: number,
): Job {
  const state = job.state;
  if (state.status !== "rendering") return job;
  const age = now - state.attempt.startedAt;
  const lookAgain = (delay: number): Job => {
    const looked: Job = { ...job, state: { ...state, looks: state.looks + 1 } };
    return overdueChecked({ ...looked, dueAt: now + delay, tries: 0 }, now, waits);
  };
  switch (update.type) {
    case "pending": {
      const confirmed: Job = { ...job, state: { ...state, confirmed: true, looks: state.looks + 1 } };
      if (age > waits.renderGiveUp) return failed(job, { reason: "render_lost" }, now);
      // A webhook that came before the URL did: the rest follows within a minute or two.
      return overdueChecked(
        {
          ...confirmed,
          dueAt: now + (state.webhookSeen ? Math.min(nextLook, waits.pollFast) : nextLook),
          tries: 0,
        },
        now,
        waits,
      );
    }
    case "succeeded":
      return advance(
        job,
        {
          status: "rendered",
          render: {
            renderId: state.renderId,
            videoUrl: update.videoUrl,
            seconds: state.prepared.speechSeconds,
            renderedAt: now,
            attempt: state.attempt.number,
            startedAt: state.attempt.startedAt,
            ...(update.credits === undefined ? {} : { credits: update.credits }),
          },
        },
        now,
      );
    case "failed":
      return failed(job, { reason: update.reason, ...(update.detail ? { code: update.detail } : {}) }, now);
    case "unknown":
      // An id that only a webhook gave us and that AKOOL does not know was no evidence at all.
      if (!state.confirmed && age > waits.unknownRenderGrace) {
        return advance(
          job,
          {
            status: "unsettled",
            prepared: state.prepared,
            attempt: withoutHint(state.attempt),
            unclearSince: state.attempt.startedAt,
          },
          now,
        );
      }
      if (age > waits.unknownRenderGrace) return failed(job, { reason: "render_gone" }, now);
      return lookAgain(waits.pollFast);
    case "busy":
      if (age > waits.renderGiveUp) return failed(job, { reason: "render_lost" }, now);
      return lookAgain(update.retryAfterMs ?? Math.max(nextLook, backoff(waits, state.looks)));
    case "refused":
    case "unclear":
      if (age > waits.renderGiveUp) return failed(job, { reason: "render_lost" }, now);
      return overdueChecked(
        retryLater(job, now, Math.max(waits.pollFast, backoff(waits, job.tries))),
        now,
        waits,
      );
  }
}

/** Past the deadline the person is told once; the job goes on looking. */
function overdueChecked(job: Job, now: number, waits: Waits): Job {
  const state = job.state;
  if (state.status !== "rendering" || state.overdue) return job;
  const deadline = state.attempt.startedAt + waits.renderDeadline;
  if (now < deadline) return { ...job, dueAt: Math.min(job.dueAt ?? deadline, deadline) };
  return { ...job, state: { ...state, overdue: true }, notice: newNotice("overdue") };
}

function withoutHint<T extends { hintedRenderId?: unknown }>(attempt: T): Omit<T, "hintedRenderId"> {
  const { hintedRenderId: _forged, ...rest } = attempt;
  return rest;
}

/** The ticket is stored before a byte flows. */
export function uploadOpened(job: Job, fileId: SlackFileId, now: number): Job {
  if (job.state.status !== "rendered") return job;
  const { render } = job.state;
  return { ...job, state: { status: "uploading", render, fileId }, dueAt: now };
}

export function uploaded(job: Job, now: number): Job {
  if (job.state.status !== "uploading") return job;
  const { render, fileId } = job.state;
  return advance(
    job,
    { status: "sharing", render, fileId, stage: "ready", calls: 0, calledAt: 0, looks: 0, answered: false },
    now,
  );
}

/** Nothing visible happened yet: a new ticket, later. After many tries the person hears of it. */
export function relayFailed(
  job: Job,
  failure: Failure,
  now: number,
  delayMs: number | undefined,
  waits: Waits,
): Job {
  const state = job.state;
  if (state.status !== "rendered" && state.status !== "uploading") return job;
  const again: Job = { ...job, state: { status: "rendered", render: state.render } };
  if (job.tries + 1 >= RELAY_TRIES) return undeliverable(again, failure, now, waits);
  return retryLater(again, now, delayMs ?? backoff(waits, job.tries));
}

/** AKOOL's copy is gone or no video. Right after the render that may pass, so not at once. */
export function resultRefused(job: Job, failure: Failure, now: number, waits: Waits): Job {
  if (job.state.status !== "rendered") return job;
  if (job.tries + 1 >= RESULT_TRIES) return failed(job, failure, now);
  return retryLater(job, now, backoff(waits, job.tries));
}

export function shareIntended(job: Job, now: number): Job {
  if (job.state.status !== "sharing" || job.state.stage !== "ready") return job;
  return {
    ...job,
    state: { ...job.state, stage: "calling", calls: job.state.calls + 1, calledAt: now, looks: 0 },
    dueAt: now,
  };
}

/** Answered or not, the share may exist: look for it. */
export function shareCalled(job: Job, answered: boolean, now: number, waits: Waits): Job {
  if (job.state.status !== "sharing" || job.state.stage !== "calling") return job;
  return {
    ...job,
    state: { ...job.state, stage: "called", answered: job.state.answered || answered },
    dueAt: now + waits.shareLookFirst,
    tries: 0,
  };
}

/** Certain that nothing became visible: the same file again, later. */
export function shareLater(job: Job, now: number, delayMs: number | undefined, waits: Waits): Job {
  if (job.state.status !== "sharing") return job;
  const again: Job = { ...job, state: { ...job.state, stage: "ready", calls: job.state.calls - 1 } };
  return retryLater(again, now, delayMs ?? backoff(waits, job.tries));
}

/** What Slack's own record of the file says. Found: delivered. Not there by the deadline: the same file once more. */
export function shareFound(job: Job, sharedAs: MessageTs | undefined, now: number, waits: Waits): Job {
  const state = job.state;
  if (state.status !== "sharing") return job;
  if (sharedAs !== undefined) return visible(job, state.fileId, sharedAs, now, waits);
  if (now - state.calledAt < waits.shareDeadline) {
    const looks = state.looks + 1;
    const delay = Math.min(waits.shareLookMax, waits.shareLookFirst * 3 ** Math.min(looks, 10));
    return snooze({ ...job, state: { ...state, stage: "called", looks } }, now, delay);
  }
  if (state.calls < SHARE_CALLS) return advance(job, { ...state, stage: "ready" }, now);
  if (goesFirst(job)) return notShown(job, { reason: "cannot_post", code: "not_shown" }, now, waits);
  return advance(job, { status: "linking", render: state.render, fileId: state.fileId, stage: "ready" }, now);
}

/**
 * No readable answer says nothing about the share: look again, for long. Slack down for that long, its yes to the
 * share has to do; without one the same file is completed once more.
 */
export function shareUnseen(job: Job, now: number, waits: Waits): Job {
  const state = job.state;
  if (state.status !== "sharing") return job;
  if (now - state.calledAt < UNSEEN_DEADLINES * waits.shareDeadline)
    return retryLater(
      job,
      now,
      Math.min(waits.shareLookMax, waits.shareLookFirst * 3 ** Math.min(job.tries, 10)),
    );
  if (state.answered) return visible(job, state.fileId, undefined, now, waits);
  return shareFound(job, undefined, now, waits);
}

/**
 * Slack does not let us look, and never did. Its yes to the share itself has to do then: asking once more could
 * show the video twice.
 */
export function shareNotForUs(job: Job, now: number, waits: Waits): Job {
  const state = job.state;
  if (state.status !== "sharing") return job;
  const trusted = state.answered && state.looks === 0 && now - state.calledAt >= waits.shareDeadline;
  return trusted ? visible(job, state.fileId, undefined, now, waits) : shareUnseen(job, now, waits);
}

/** It was there, and somebody has deleted it since. */
export function shareRemoved(job: Job, now: number, waits: Waits): Job {
  return job.state.status === "sharing" ? visible(job, job.state.fileId, undefined, now, waits) : job;
}

/**
 * Slack says that there is no such file. Not there yet, as long as its scan may be going on or Slack has said yes to
 * the share; else the bytes never arrived, whatever the upload's answer was.
 */
export function fileUnknown(job: Job, now: number, waits: Waits): Job {
  const state = job.state;
  if (state.status !== "sharing") return job;
  const arrived = state.answered || now - state.calledAt < waits.shareDeadline;
  return arrived ? shareFound(job, undefined, now, waits) : fileLost(job, now, waits);
}

/** Slack refused to share because it does not know the file, so nothing of it can be visible: upload anew. */
export function fileLost(job: Job, now: number, waits: Waits): Job {
  if (job.state.status !== "sharing") return job;
  const { render } = job.state;
  const uploads = (render.uploads ?? 1) + 1;
  if (uploads > UPLOADS)
    return undeliverable(job, { reason: "cannot_post", code: "file_not_found" }, now, waits);
  return retryLater(
    { ...job, state: { status: "rendered", render: { ...render, uploads } } },
    now,
    backoff(waits, uploads),
  );
}

export function linkIntended(job: Job): Job {
  if (job.state.status !== "linking" || job.state.stage !== "ready") return job;
  return { ...job, state: { ...job.state, stage: "calling" } };
}

/** `ts` is the post's own; unknown when its answer was lost. */
export function linked(job: Job, ts: MessageTs | undefined, now: number): Job {
  if (job.state.status !== "linking") return job;
  return delivered(job, "link", job.state.fileId, ts, now);
}

export function linkLater(job: Job, now: number, delayMs: number | undefined, waits: Waits): Job {
  if (job.state.status !== "linking") return job;
  if (job.tries + 1 >= LINK_TRIES)
    return undeliverable(job, { reason: "cannot_post", code: "link" }, now, waits);
  return retryLater(
    { ...job, state: { ...job.state, stage: "ready" } },
    now,
    delayMs ?? backoff(waits, job.tries),
  );
}

/** "Rendered, could not post" is kept, tried again by itself, and offered again by a button. */
export function undeliverable(job: Job, failure: Failure, now: number, waits: Waits): Job {
  const render = renderOf(job);
  if (!render) return job;
  if (goesFirst(job)) return notShown(job, failure, now, waits);
  const fileId =
    job.state.status === "sharing" || job.state.status === "linking" ? { fileId: job.state.fileId } : {};
  const told = `${failure.reason} ${failure.code ?? ""}`;
  const state = {
    status: "undeliverable",
    render: { ...render, told },
    failure,
    since: now,
    ...fileId,
  } as const;
  const kept = advance(job, state, now, waits.undeliverableRetry);
  return render.told === told ? kept : { ...kept, notice: newNotice("undeliverable") };
}

/** Tries once more, with the file Slack already has where there is one. */
export function redelivering(job: Job, now: number, waits: Waits): Job {
  const state = job.state;
  if (state.status !== "undeliverable") return job;
  const { renderedAt, startedAt = renderedAt } = state.render;
  // Posted late, because it was looked at first: for as long as AKOOL keeps it.
  const giveUpAt = job.preview?.approved
    ? startedAt + waits.renderGiveUp
    : renderedAt + waits.undeliverableGiveUp;
  if (now > giveUpAt) return failed(job, { reason: "render_gone" }, now);
  const { notice: _told, ...rest } = job;
  if (state.fileId === undefined) return advance(rest, { status: "rendered", render: state.render }, now);
  return advance(
    rest,
    {
      status: "sharing",
      render: state.render,
      fileId: state.fileId,
      stage: "ready",
      calls: 0,
      calledAt: 0,
      looks: 0,
      answered: false,
    },
    now,
  );
}

/** Where it was to be seen: in the place asked for, or by its person first. */
function visible(job: Job, fileId: SlackFileId, ts: MessageTs | undefined, now: number, waits: Waits): Job {
  return goesFirst(job) ? shown(job, fileId, ts, now, waits) : delivered(job, "video", fileId, ts, now);
}

function delivered(
  job: Job,
  as: "video" | "link",
  fileId: SlackFileId,
  ts: MessageTs | undefined,
  now: number,
): Job {
  const render = renderOf(job);
  const finish: Finish = {
    stage: as === "video" && ts !== undefined ? "bare" : "plain",
    tries: 0,
    ...(ts === undefined ? {} : { ts }),
  };
  const state = {
    status: "delivered",
    as,
    fileId,
    finishedAt: now,
    ...(ts === undefined ? {} : { permalinkTs: ts }),
    ...(render && { made: madeOf(render) }),
  } as const;
  return { ...advance(job, state, now), finish };
}

function renderOf(job: Job): FinishedRender | undefined {
  // Shown to its person, it is not on its way any more.
  return "render" in job.state && job.state.status !== "shown" ? job.state.render : undefined;
}
