import type { App } from "@slack/bolt";
import type { Failure } from "../../job/failure.ts";
import type { WorkspaceId } from "../../job/ids.ts";
import { announcementSeen } from "../../job/message-transitions.ts";
import { slackCall } from "../slack-call.ts";
import { refusalFor } from "./access.ts";
import type { IntakeDeps } from "./handlers.ts";
import { newJob, refusedJob } from "./new-job.ts";
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
  const botUsers = new Map<WorkspaceId, string>();

  /** Our own user id: from the event where Slack names it, else asked for once. */
  async function botUserOf(body: {
    team_id: WorkspaceId;
    authorizations?: { user_id: string; is_bot?: boolean | undefined }[] | undefined;
  }) {
    const named = body.authorizations?.find((authorization) => authorization.is_bot)?.user_id;
    const known = named ?? botUsers.get(body.team_id);
    if (known !== undefined) return known;
    const client = await deps.clientFor(body.team_id);
    const answer = await slackCall(
      () => client.auth.test(),
      (result) => ({ userId: result.user_id }),
    );
    if (answer.type === "ok" && answer.userId !== undefined) botUsers.set(body.team_id, answer.userId);
    return answer.type === "ok" ? answer.userId : undefined;
  }

  async function take(event: PostedMessage, raw: unknown): Promise<void> {
    const body = eventBody.parse(raw);
    const botUser = await botUserOf(body);
    const { user } = event;
    if (user === undefined || !isFromAPerson(event, botUser)) return;
    const inDirectMessage = event.channel_type === "im" || event.channel.startsWith("D");
    const mentioned =
      event.type === "app_mention" || (botUser !== undefined && event.text.includes(`<@${botUser}>`));
    const sorted = sortFiles(event.files);
    if (!inDirectMessage && !mentioned) {
      // In a watched channel people also just talk: only a photo together with a recording is for us.
      if (sorted.type !== "both" || !(await deps.store.isWatched(body.team_id, event.channel))) return;
    }
    const who = { workspaceId: body.team_id, requesterId: user };
    const place = { channelId: event.channel, threadTs: event.thread_ts ?? event.ts };
    const refusal = refusalFor(user, event.channel, deps.access);
    const post = `${body.team_id}:${event.channel}:${event.ts}`;
    const refuse = async (failure: Failure, how: "openly" | "privately") => {
      await deps.store.accept({
        keys: [`post:${post}`],
        job: refusedJob({ ...who, door: "share", place }, failure, how, deps.now()),
      });
    };
    if (refusal !== undefined) return refuse({ reason: "not_allowed", seen: refusal }, "privately");
    if (sorted.type === "refused") return refuse(sorted.failure, "openly");
    const { photo, speech } = sorted;
    const job = newJob(
      { ...who, door: "share", place, request: { photo, speech, resolution: "720" } },
      deps.now(),
    );
    // A client that sends its post twice makes two posts with one client_msg_id.
    const keys = [
      `post:${post}`,
      ...(event.client_msg_id ? [`client:${body.team_id}:${event.channel}:${event.client_msg_id}`] : []),
    ];
    const { isNew } = await deps.store.accept({ keys, job });
    if (isNew)
      deps.log.info({ jobId: job.id, workspaceId: job.workspaceId, door: job.door }, "request accepted");
  }

  /** Heals a job whose first post was answered into the void: Slack shows us our own post with the job's id on it. */
  async function adopt({ ts, channel, metadata }: OwnJobMessage): Promise<void> {
    const jobId = metadata.event_payload.job_id;
    if (!(await deps.store.find(jobId))) return;
    await deps.store.update(jobId, (job) => {
      const next = channel === job.place.channelId ? announcementSeen(job, ts, deps.now()) : job;
      return next === job ? undefined : { job: next };
    });
  }

  app.event("app_mention", ({ event, body }) => take(postedMessage.parse(event), body));
  app.event("message", async ({ event, body }) => {
    const own = ownJobMessage.safeParse(event);
    if (own.success) return adopt(own.data);
    const parsed = postedMessage.safeParse(event);
    // Edits, deletions and other kinds of message have other shapes, and are none of our business.
    if (parsed.success) await take(parsed.data, body);
  });
}
