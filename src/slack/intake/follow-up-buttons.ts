import { followedUp, requestAgain } from "../../job/follow-up.ts";
import type { UserId } from "../../job/ids.ts";
import { type FollowUp, installationOf, type Job, threadOf } from "../../job/job.ts";
import type { Said } from "../../words/say.ts";
import type { Key } from "../../words/sentences.ts";
import { whyNotAllowed } from "./access.ts";
import type { IntakeDeps } from "./handlers.ts";
import { acceptRequest, newJob } from "./new-job.ts";

/** "Again" and "In 1080": another job in the same thread, one for each button of a job, however often it is pressed. */

const MADE_ALREADY: Record<FollowUp, Key> = {
  again: "details.again_already",
  in_1080: "details.in_1080_already",
};

/** Resolves with what the presser alone is to hear; undefined when the new job's own message says it all. */
export async function followUp(
  job: Job,
  which: FollowUp,
  by: { readonly userId: UserId; readonly responseUrl: string | undefined },
  deps: IntakeDeps,
): Promise<Said | undefined> {
  const { store, now, waits, access } = deps;
  const request = requestAgain(job, which);
  if (!request) return { key: "answer.stale" };
  // Pressed in the direct message, where nothing of the new job is seen until it is done.
  const isShown = job.state.status === "shown";
  const already: Said = isShown
    ? { key: "showFirst.again_already" }
    : { key: MADE_ALREADY[which], values: { change: { key: "button.change" } } };
  if (job.followUps?.[which] !== undefined) return already;
  const { workspaceId, door, place } = job;
  const refusal = whyNotAllowed(by.userId, place.channelId, access);
  if (refusal !== undefined) return refusal;
  const thread = threadOf(job);
  const wanted = newJob(
    {
      workspaceId,
      installationId: installationOf(job),
      requesterId: by.userId,
      door,
      place: { channelId: place.channelId, ...(thread === undefined ? {} : { threadTs: thread }) },
      request,
    },
    now(),
    waits,
  );
  const { job: next, isNew } = await acceptRequest(
    {
      keys: [`${which}:${job.id}`],
      job: { ...wanted, evenIfRunning: true },
      ...(by.responseUrl === undefined ? {} : { responseUrl: by.responseUrl }),
    },
    deps,
  );
  // Keys are forgotten after a week; the buttons stay.
  await store.update(job.id, (current) => {
    const noted = followedUp(current, which, next.id);
    return noted === current ? undefined : { job: noted };
  });
  if (!isNew) return already;
  return isShown ? { key: "showFirst.again" } : undefined;
}
