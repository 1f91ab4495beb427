import type { App } from "@slack/bolt";
import type { z } from "zod";
import { refilled } from "../../job/choosing.ts";
import type { Failure } from "../../job/failure.ts";
import { asUsual } from "../../job/habits.ts";
import type { InstallationId, MessageTs } from "../../job/ids.ts";
import { installationOf, type Job } from "../../job/job.ts";
import { announcementSeen } from "../../job/message-transitions.ts";
import type { RenderRequest, Unsorted } from "../../job/request.ts";
import { slackCall } from "../slack-call.ts";
import { whyNotAllowed } from "./access.ts";
import { callerIn, type IntakeDeps } from "./handlers.ts";
import { acceptRequest, newJob, refusedJob } from "./new-job.ts";
import {
  eventBody,
  type OwnJobMessage,
  ownJobMessage,
  type PostedMessage,
  postedMessage,
} from "./payloads.ts";
import { isForOthers, NO_TEXT, readPostText } from "./post-text.ts";
import { type ReplyOutcome, takeReply } from "./replies.ts";
import { filesOf, isFromAPerson, type Share, sortShare } from "./share.ts";
import { judgePost } from "./verdict.ts";

/** A photo and a recording. */
const BOTH = 2;
const NO_REPLY: Extract<ReplyOutcome, { type: "no_reply" }> = { type: "no_reply" };

/**
 * Posts in a direct message to the app, posts that mention it, and posts in watched channels. Slack sends
 * `message` and `app_mention` for one post, in either order, and each again when it got no answer: the post
 * itself (channel and ts) is the key.
 */
export function registerMessages(app: App, deps: IntakeDeps): void {
  const botUsers = new Map<InstallationId, string>();

  /** Our own user id: from the event where Slack names it, else asked for once, without keeping Slack waiting. */
  function botUserOf(
    { authorizations }: z.output<typeof eventBody>,
    caller: InstallationId,
  ): string | undefined {
    const named = authorizations?.find((authorization) => authorization.is_bot)?.user_id;
    const known = named ?? botUsers.get(caller);
    if (known === undefined) void askForBotUser(caller);
    return known === "" ? undefined : known;
  }

  async function askForBotUser(caller: InstallationId): Promise<void> {
    botUsers.set(caller, "");
    const answer = await slackCall(
      async () => (await deps.clientFor(caller)).auth.test(),
      (result) => ({ userId: result.user_id ?? "" }),
    );
    if (answer.type === "ok" && answer.userId !== "") botUsers.set(caller, answer.userId);
    else botUsers.delete(caller);
  }

  async function take(event: PostedMessage, raw: unknown, installationId: InstallationId): Promise<void> {
    const body = eventBody.parse(raw);
    const { workspaceId } = body;
    const botUser = botUserOf(body, installationId);
    const { user } = event;
    if (user === undefined || !isFromAPerson(event, botUser)) return;
    const inDirectMessage = event.channel_type === "im" || event.channel.startsWith("D");
    const mentioned =
      event.type === "app_mention" || (botUser !== undefined && event.text.includes(`<@${botUser}>`));
    const inThread = event.thread_ts !== undefined && event.thread_ts !== event.ts;
    const who = { workspaceId, installationId, requesterId: user };
    const place = { channelId: event.channel, threadTs: event.thread_ts ?? event.ts };
    const post = `${workspaceId}:${event.channel}:${event.ts}`;
    const refuse = async (failure: Failure, how: "openly" | "privately") => {
      // Of the two events for one post one may come without its files: a refusal does not use the post's key up.
      await deps.store.accept({
        keys: [`refused:${post}`],
        unless: [`post:${post}`],
        job: refusedJob({ ...who, door: "share", place }, failure, how, deps.now()),
      });
    };
    const isOurs = inDirectMessage || mentioned;
    const written = isOurs || !isForOthers(event.text, botUser) ? readPostText(event.text, botUser) : NO_TEXT;
    const share: Share = { files: filesOf(event), text: written };
    const { isAllowedUrl } = deps;

    const notAllowed = whyNotAllowed(user, event.channel, deps.access);
    const reply =
      notAllowed === undefined
        ? await takeReply(event, who, (lone) => sortShare(share, { lone, isAllowedUrl }), deps)
        : NO_REPLY;
    if (reply.type === "taken") return;
    const sorted =
      reply.type === "unhelpful"
        ? reply.sorted
        : sortShare(isOurs ? share : { ...share, text: NO_TEXT }, { isAllowedUrl });
    const verdict = judgePost({ share, sorted }, reply.type, { inDirectMessage, mentioned, inThread });
    if (verdict.type === "ignore") return;
    if (
      verdict.type === "request" &&
      verdict.onlyIfWatched &&
      !(await deps.store.isWatched(workspaceId, event.channel))
    )
      return;
    if (notAllowed !== undefined) return refuse({ reason: "not_allowed", seen: notAllowed }, "privately");
    if (verdict.type === "refuse") return refuse(verdict.failure, "openly");

    const { unsorted } = verdict;
    // A post says nothing of the resolution.
    const { resolution: _plain, ...shared } = verdict.request;
    const request = asUsual(shared, await deps.store.findHabits(workspaceId, user));
    const job = newJob(
      { ...who, door: "share", place, request, ...(unsorted ? { unsorted } : {}) },
      deps.now(),
      deps.waits,
    );
    // A client that sends its post twice makes two posts with one client_msg_id.
    const keys = [
      `post:${post}`,
      ...(event.client_msg_id ? [`client:${workspaceId}:${event.channel}:${event.client_msg_id}`] : []),
    ];
    // The second event of a post in a thread must not pass for a reply to what the first one's job asks.
    const accepted = await acceptRequest(
      { keys, job: inThread ? { ...job, completedBy: [event.ts] } : job },
      deps,
    );
    // Its first event came without its files, or some of them.
    if (!accepted.isNew && unsortedOf(accepted.job)) {
      const fileCount = unsorted?.files.length ?? BOTH;
      await deps.store.update(accepted.job.id, (current) => {
        const before = unsortedOf(current);
        if (!before || fileCount <= before.files.length) return undefined;
        return { job: { ...current, request: job.request, state: job.state } };
      });
    }
    if (!accepted.isNew && bringsMore(accepted.job, job.request, event.ts)) {
      await deps.store.update(accepted.job.id, (current) => {
        const next = refilled(current, job.request, deps.now(), deps.waits);
        return bringsMore(current, job.request, event.ts) && next !== current ? { job: next } : undefined;
      });
    }
  }

  /** Heals a job whose first post was answered into the void: Slack shows us our own post with the job's id on it. */
  async function adopt(
    { ts, channel, metadata }: OwnJobMessage,
    raw: unknown,
    caller: InstallationId,
  ): Promise<void> {
    const { workspaceId } = eventBody.parse(raw);
    const jobId = metadata.event_payload.job_id;
    if (!(await deps.store.find(jobId))) return;
    await deps.store.update(jobId, (job) => {
      const fromThere = workspaceId === job.workspaceId || installationOf(job) === caller;
      const ours = fromThere && channel === job.place.channelId;
      const next = ours ? announcementSeen(job, ts, deps.now()) : job;
      return next === job ? undefined : { job: next };
    });
  }

  app.event("app_mention", ({ event, body, context }) =>
    take(postedMessage.parse(event), body, callerIn(context)),
  );
  app.event("message", async ({ event, body, context }) => {
    const own = ownJobMessage.safeParse(event);
    if (own.success) return adopt(own.data, body, callerIn(context));
    const parsed = postedMessage.safeParse(event);
    // Edits, deletions and other kinds of message have other shapes, and are none of our business.
    if (parsed.success) await take(parsed.data, body, callerIn(context));
  });
}

function unsortedOf({ state }: Job): Unsorted | undefined {
  return state.status === "preparing" ? state.unsorted : undefined;
}

/** Whether a job that waits for something was made without files that the post has after all. */
function bringsMore(
  { state, request, completedBy = [] }: Job,
  { photo, speech }: RenderRequest,
  ts: MessageTs,
): boolean {
  if (state.status !== "choosing" || completedBy.some((taken) => taken !== ts)) return false;
  const photoToo = request.photo.type === "none" && photo.type !== "none";
  const isFile = speech.type !== "none" && speech.type !== "words";
  return photoToo || (isFile && (request.speech.type === "none" || request.speech.type === "words"));
}
