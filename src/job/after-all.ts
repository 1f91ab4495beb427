import type { AttemptKey, RenderId } from "./ids.ts";
import type { Job, Kept } from "./job.ts";
import { advance } from "./moves.ts";
import type { CreateAnswer } from "./render-api.ts";
import type { Waits } from "./waits.ts";

/**
 * What remains of a job that was cancelled while AKOOL was at it, and how it comes back: "Post it after all". Pure.
 * Coming back orders nothing and pays nothing; it looks for what was paid already.
 */

/** What of a cancelled job AKOOL has, or may have. */
export function keptOf({ state }: Job, waits: Pick<Waits, "renderGiveUp">): Kept | undefined {
  switch (state.status) {
    case "queued":
    case "creating":
    case "unsettled":
    case "asking":
    case "rendering": {
      const { prepared, attempt, earlier } = { attempt: undefined, earlier: undefined, ...state };
      const [first, second] = [attempt, earlier].filter((each) => each !== undefined);
      if (first === undefined) return undefined;
      const known = [first, second].find((each) => each?.hintedRenderId !== undefined);
      const renderId = "renderId" in state ? state.renderId : known?.hintedRenderId;
      return {
        as: "order",
        prepared,
        attempt: known ?? first,
        ...(second && known === undefined && { earlier: second }),
        ...(renderId !== undefined && { renderId }),
        until: first.startedAt + waits.renderGiveUp,
      };
    }
    case "rendered":
    case "uploading":
    case "undeliverable": {
      // Told of before it was cancelled: should it fail again, that is news.
      const { told: _told, ...render } = state.render;
      const until = (render.startedAt ?? render.renderedAt) + waits.renderGiveUp;
      // A file that was never handed to a conversation is seen by nobody: the video is uploaded anew.
      const shared = state.status === "undeliverable" ? state.fileId : undefined;
      return { as: "video", render, ...(shared !== undefined && { fileId: shared }), until };
    }
    case "preparing":
    case "choosing":
    case "speaking":
    case "sharing":
    case "linking":
    case "shown":
    case "delivered":
    case "duplicate":
    case "failed":
    case "cancelled":
      return undefined;
  }
}

/** Whether a cancelled job's video can be had: its message then offers it. */
export function canPostAfterAll({ state }: Job): boolean {
  if (state.status !== "cancelled" || !state.kept) return false;
  return state.kept.as === "video" || state.kept.renderId !== undefined;
}

/** What AKOOL answered to an order that was cancelled while it was being placed. */
export function cancelledOrderAnswered(job: Job, key: AttemptKey, answer: CreateAnswer): Job {
  const { state } = job;
  if (state.status !== "cancelled" || state.kept?.as !== "order" || state.kept.attempt.key !== key)
    return job;
  if (answer.type === "created") return orderNamed(job, key, answer.renderId);
  if (answer.type === "unclear" || state.kept.renderId !== undefined) return job;
  const { kept, ...rest } = state;
  const { earlier, ...order } = kept;
  // Not begun after all: then nothing was spent, unless on the attempt before or on words.
  if (earlier) return { ...job, state: { ...rest, kept: { ...order, attempt: earlier } } };
  return { ...job, state: { ...rest, renderWasRunning: job.paidSpeech === true } };
}

/** A webhook, or AKOOL's late answer, names the render of a cancelled order. */
export function orderNamed(job: Job, key: AttemptKey, renderId: RenderId): Job {
  const { state } = job;
  if (state.status !== "cancelled" || state.kept?.as !== "order" || state.kept.renderId !== undefined)
    return job;
  const { attempt, earlier, ...kept } = state.kept;
  const named = [attempt, earlier].find((each) => each?.key === key);
  return named === undefined
    ? job
    : { ...job, state: { ...state, kept: { ...kept, attempt: named, renderId } } };
}

/** "Post it after all": nothing is ordered again; what AKOOL made of the order is looked for, and posted. */
export function postedAfterAll(job: Job, now: number): Job {
  const { state } = job;
  if (state.status !== "cancelled" || !state.kept || !canPostAfterAll(job)) return job;
  const { kept } = state;
  if (now > kept.until) return keptNoLonger(job);
  const { notice: _unsaid, ...rest } = job;
  if (kept.as === "video") {
    const { render, fileId } = kept;
    if (fileId === undefined) return advance(rest, { status: "rendered", render }, now);
    const counts = { calls: 0, calledAt: 0, looks: 0, answered: false };
    return advance(rest, { status: "sharing", render, fileId, stage: "ready", ...counts }, now);
  }
  const { prepared, attempt, renderId } = kept;
  if (renderId === undefined) return job;
  return advance(
    rest,
    {
      status: "rendering",
      prepared,
      attempt,
      renderId,
      // An id that AKOOL does not know by now is gone: without its files nothing could be ordered again.
      confirmed: true,
      looks: 0,
      overdue: false,
      webhookSeen: false,
      afterAll: true,
    },
    now,
  );
}

/** AKOOL has deleted it. */
function keptNoLonger(job: Job): Job {
  if (job.state.status !== "cancelled") return job;
  const { kept: _gone, ...state } = job.state;
  return { ...job, state };
}
