import { completed, type Given } from "../../job/choosing.ts";
import type { UserId, WorkspaceId } from "../../job/ids.ts";
import { type Job, threadOf } from "../../job/job.ts";
import { logFields } from "../../job/log-fields.ts";
import type { IntakeDeps } from "./handlers.ts";
import type { PostedMessage } from "./payloads.ts";
import { filesOf, type HowToSort, type Sorted } from "./share.ts";
import { wantedFile } from "./wanted-file.ts";

/** Whoever has more waiting than this is not helped by a reply to the oldest. */
const LOOKED_THROUGH = 20;

export type ReplyOutcome =
  /** It has completed a job, now or when Slack told of it before. */
  | { readonly type: "taken" }
  /** A job waits in this thread, but not for that. */
  | { readonly type: "unhelpful"; readonly sorted: Sorted }
  | { readonly type: "no_reply" };

/**
 * A post in a thread where a job of that very person waits for something. Slack may tell of one post twice and
 * more: the job remembers the one that completed it.
 */
export async function takeReply(
  event: PostedMessage,
  who: { readonly requesterId: UserId; readonly workspaceId: WorkspaceId },
  sort: (lone: NonNullable<HowToSort["lone"]>) => Sorted,
  { store, waits, now, log }: Pick<IntakeDeps, "store" | "waits" | "now" | "log">,
): Promise<ReplyOutcome> {
  if (event.thread_ts === undefined) return { type: "no_reply" };
  const jobs = await store.jobsOf(who.requesterId, who.workspaceId, LOOKED_THROUGH);
  const here = jobs.filter(
    (job) => job.place.channelId === event.channel && threadOf(job) === event.thread_ts,
  );
  const taker = here.find((job) => job.completedBy?.includes(event.ts));
  if (taker) return isMissingFiles(taker, event) ? { type: "no_reply" } : { type: "taken" };
  const waiting = here.find((job) => job.state.status === "choosing");
  if (!waiting) return { type: "no_reply" };
  const sorted = sort(wantedBy(waiting));
  if (sorted.type === "refused") return { type: "unhelpful", sorted };

  let taken = false;
  await store.update(waiting.id, (current) => {
    taken = current.completedBy?.includes(event.ts) === true;
    if (taken) return undefined;
    const next = completed(current, givenBy(sorted), event.ts, now(), waits);
    taken = next !== current;
    return taken ? { job: next } : undefined;
  });
  if (!taken) return { type: "unhelpful", sorted };
  log.info(logFields(waiting), "a reply was taken");
  return { type: "taken" };
}

function wantedBy({ state, request }: Job): "photo" | "recording" {
  const asked = state.status === "choosing" ? wantedFile(state.question) : undefined;
  return asked ?? (request.photo.type === "none" ? "photo" : "recording");
}

/** The post's first event came without its files, and its job asks whether the words were meant. */
function isMissingFiles({ state }: Job, event: PostedMessage): boolean {
  return state.status === "choosing" && state.question.kind === "say_this" && filesOf(event).length > 0;
}

function givenBy({ photo, speech, candidates }: Extract<Sorted, { type: "found" }>): Given {
  return {
    ...(photo.type === "none" ? {} : { photo }),
    ...(speech.type === "none" ? {} : { speech }),
    ...(candidates ? { candidates } : {}),
  };
}
