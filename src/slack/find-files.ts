import { WebAPIPlatformError, type WebClient } from "@slack/web-api";
import { z } from "zod";
import type { SlackAnswer } from "../job/delivery.ts";
import { type Failure, RequestProblem } from "../job/failure.ts";
import type { SlackFileId } from "../job/ids.ts";
import { installationOf, type Job } from "../job/job.ts";
import type { MediaSource } from "../job/request.ts";
import { TemporaryProblem } from "../media/problems.ts";
import { isExternal, isGone, roleOf, serviceOf, slackSource } from "./intake/file-role.ts";
import { type SlackFile, slackFile, threadRoot } from "./intake/payloads.ts";
import { filesOf } from "./intake/share.ts";
import { type ClientFor, slackCall } from "./slack-call.ts";

const fileInfo = z.object({ file: slackFile });
const replies = z.object({ messages: z.array(threadRoot) });

export interface FindFiles {
  /**
   * The private address of a file that came without one.
   * @throws RequestProblem, TemporaryProblem
   */
  findFileUrl(job: Job, fileId: SlackFileId): Promise<string | undefined>;
  /** The photo in the message that the job's thread began with. @throws RequestProblem, TemporaryProblem */
  findThreadPhoto(job: Job): Promise<Extract<MediaSource, { type: "slack" }>>;
}

/** Looks up in Slack what an event did not carry. */
export function createFindFiles(clientFor: ClientFor): FindFiles {
  /** One call that only reads. */
  async function ask<T extends object>(
    job: Job,
    about: { readonly file: "photo" | "recording"; readonly scope: string },
    call: (client: WebClient) => Promise<unknown>,
    schema: z.ZodType<T>,
  ): Promise<T> {
    let needed: string | undefined;
    const answer = await slackCall(
      async () => {
        const client = await clientFor(installationOf(job));
        return call(client).catch((error: unknown) => {
          needed = scopeNeeded(error);
          throw error;
        });
      },
      (result) => ({ found: schema.parse(result) }),
    );
    if (answer.type === "ok") return answer.found;
    if (answer.type === "refused" && answer.code === "missing_scope")
      throw new RequestProblem({
        reason: "slack_scope_missing",
        file: about.file,
        code: needed ?? about.scope,
      });
    throw whyNot(answer, about.file);
  }

  return {
    async findFileUrl(job, fileId) {
      const file = fileOf(job, fileId);
      const about = { file, scope: "files:read" };
      const info = await ask(job, about, (client) => client.files.info({ file: fileId }), fileInfo);
      assertReadable(info.file, file);
      const { url } = slackSource(info.file);
      return url === "" ? undefined : url;
    },

    async findThreadPhoto(job) {
      const { channelId, threadTs } = job.place;
      const missing: Failure = { reason: "photo_missing", seen: { key: "seen.thread_start" } };
      if (threadTs === undefined) throw new RequestProblem(missing);
      const { messages } = await ask(
        job,
        { file: "photo", scope: "channels:history" },
        (client) =>
          client.conversations.replies({ channel: channelId, ts: threadTs, limit: 1, inclusive: true }),
        replies,
      );
      const files = messages.filter((message) => message.ts === threadTs).flatMap(filesOf);
      const photos = files.filter((file) => roleOf(file) === "photo");
      // A file of another organisation is only an id; alone, it can only be the photo.
      const [photo] = photos.length > 0 ? photos : files.length === 1 ? files.filter(isUnlabelled) : [];
      if (!photo) throw new RequestProblem(missing);
      assertReadable(photo, "photo");
      return slackSource(photo);
    },
  };
}

/** @throws RequestProblem */
function assertReadable(file: SlackFile, which: "photo" | "recording"): void {
  if (isGone(file)) throw new RequestProblem({ reason: "slack_file_unavailable", file: which });
  if (!isExternal(file)) return;
  const service = serviceOf(file);
  throw new RequestProblem({
    reason: "slack_file_external",
    file: which,
    ...(service === undefined ? {} : { seen: service }),
  });
}

function whyNot(answer: Exclude<SlackAnswer, { type: "ok" }>, file: "photo" | "recording"): Error {
  switch (answer.type) {
    case "refused":
      // file_not_found, not_visible, access_denied, channel_not_found and the like: it is not there for us.
      return new RequestProblem({ reason: "slack_file_unavailable", file, code: answer.code });
    case "busy":
      return new TemporaryProblem("Slack is busy", { retryAfterMs: answer.retryAfterMs });
    case "not_sent":
    case "unclear":
      return new TemporaryProblem("Slack could not be asked", { cause: answer.error });
  }
}

/** Slack names the permission that is missing; of several that would do, the first. */
function scopeNeeded(error: unknown): string | undefined {
  if (!(error instanceof WebAPIPlatformError)) return undefined;
  // Beside `error`, for `missing_scope` alone; the SDK's type has only what all errors have.
  const { needed } = error.data as { needed?: unknown };
  const first = typeof needed === "string" ? needed.split(",")[0]?.trim() : undefined;
  return first !== undefined && /^[a-z_.]+:[a-z_.:]+$/.test(first) ? first : undefined;
}

function fileOf({ request }: Job, fileId: SlackFileId): "photo" | "recording" {
  return request.speech.type === "slack" && request.speech.fileId === fileId ? "recording" : "photo";
}

function isUnlabelled(file: SlackFile): boolean {
  return roleOf(file) === "unknown";
}
