import type { App } from "@slack/bolt";
import type { z } from "zod";
import type { Failure } from "../../job/failure.ts";
import type { InstallationId } from "../../job/ids.ts";
import { installationOf } from "../../job/job.ts";
import { announcementSeen } from "../../job/message-transitions.ts";
import { slackCall } from "../slack-call.ts";
import { refusalFor } from "./access.ts";
import { callerIn, type IntakeDeps } from "./handlers.ts";
import { acceptRequest, newJob, refusedJob } from "./new-job.ts";
import {
  eventBody,
  type OwnJobMessage,
  ownJobMessage,
  type PostedMessage,
  postedMessage,
} from "./payloads.ts";
import { isFromAPerson, sortFiles } from "./share.ts";

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
    const sorted = sortFiles(event.files);
    // "Thanks!" under a video is no request.
    const smallTalk = inDirectMessage && event.thread_ts !== undefined && event.files.length === 0;
    if (smallTalk) return;
    if (!inDirectMessage && !mentioned) {
      // In a watched channel people also just talk: only a photo together with a recording is for us.
      if (sorted.type !== "both" || !(await deps.store.isWatched(workspaceId, event.channel))) return;
    }
    const who = { workspaceId, installationId, requesterId: user };
    const place = { channelId: event.channel, threadTs: event.thread_ts ?? event.ts };
    const refusal = refusalFor(user, event.channel, deps.access);
    const post = `${workspaceId}:${event.channel}:${event.ts}`;
    const refuse = async (failure: Failure, how: "openly" | "privately") => {
      // Of the two events for one post one may come without its files: a refusal does not use the post's key up.
      await deps.store.accept({
        keys: [`refused:${post}`],
        unless: [`post:${post}`],
        job: refusedJob({ ...who, door: "share", place }, failure, how, deps.now()),
      });
    };
    if (refusal !== undefined) return refuse({ reason: "not_allowed", seen: refusal }, "privately");
    if (sorted.type === "refused") return refuse(sorted.failure, "openly");
    const { photo, speech } = sorted;
    const job = newJob(
      { ...who, door: "share", place, request: { photo, speech, resolution: "720" } },
      deps.now(),
      deps.waits,
    );
    // A client that sends its post twice makes two posts with one client_msg_id.
    const keys = [
      `post:${post}`,
      ...(event.client_msg_id ? [`client:${workspaceId}:${event.channel}:${event.client_msg_id}`] : []),
    ];
    await acceptRequest({ keys, job }, deps);
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
