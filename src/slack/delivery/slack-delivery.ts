import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { Delivery, SlackAnswer } from "../../job/delivery.ts";
import type { ChannelId, JobId, MessageTs, SlackFileId } from "../../job/ids.ts";
import { installationOf, type Job, threadOf } from "../../job/job.ts";
import { goesFirst, shownWhere } from "../../job/show-first.ts";
import { minutesSoFar } from "../../job/time-so-far.ts";
import type { Readers } from "../readers.ts";
import { type ClientFor, slackCall } from "../slack-call.ts";
import { hasThumbnail, withRequest } from "./asked-for.ts";
import { finishComment, finishMessage, linkComment } from "./finish.ts";
import { jobMessage, noticeMessage } from "./messages.ts";
import { previewComment, previewMessage, sameShownMessage } from "./preview-post.ts";
import { calledBy, createTellPrivately } from "./tell-privately.ts";

/** What a downloaded copy is called. */
const VIDEO_NAME = "talking-photo.mp4";

export interface SlackDeliveryDeps {
  readonly clientFor: ClientFor;
  readonly findJob: (id: JobId) => Promise<Job | undefined>;
  readonly findResponseUrl: (id: JobId) => Promise<string | undefined>;
  readonly answerPrivately: AnswerPrivately;
  readonly readers: Readers;
  /** How long a render usually takes; undefined while there is no experience. */
  readonly usualMs: () => number | undefined;
}

/** After so many tries that came to nothing, an edit is made without the photo: it may be the reason. */
const THUMBNAIL_TRIES = 3;

/** One call for a job, sorted into what it can mean. Never throws. */
export type CallFor = <R, T extends object>(
  job: Job,
  call: (client: WebClient) => Promise<R>,
  read: (result: R) => T,
) => Promise<SlackAnswer<T>>;

/** Sends a sentence to the person alone, by the address Slack gave with their request; into a thread where one is named. */
export type AnswerPrivately = (responseUrl: string, text: string, threadTs?: string) => Promise<SlackAnswer>;

/** What is gone already needs no deleting. */
const FILE_GONE: ReadonlySet<string> = new Set(["file_deleted", "file_not_found"]);

const posted = z.object({ ts: z.string() });
const ticket = z.object({ upload_url: z.url(), file_id: z.string() });
const shareList = z.record(z.string(), z.array(z.object({ ts: z.string() })));
const fileInfo = z.object({
  file: z.object({
    shares: z.object({ public: shareList.optional(), private: shareList.optional() }).optional(),
  }),
});
const filePermalink = z.object({ file: z.object({ permalink: z.url() }) });
const opened = z.object({ channel: z.object({ id: z.string() }) });

export function createSlackDelivery({
  clientFor,
  findJob,
  findResponseUrl,
  answerPrivately,
  readers,
  usualMs,
}: SlackDeliveryDeps): Delivery {
  /** One call for a job, with its installation's present token: without one nothing is sent, and that is an answer too. */
  const callFor: CallFor = (job, call, read) =>
    slackCall(async () => call(await clientFor(installationOf(job))), read);

  const sayTo = (job: Job, person = job.requesterId) => readers.sayTo(installationOf(job), person);

  const inThread = (job: Job) => {
    const thread = threadOf(job);
    return thread === undefined ? {} : { thread_ts: thread };
  };

  const runningJob = async ({ state }: Job) => (state.status === "duplicate" ? findJob(state.of) : undefined);

  /** A link to the running job of a duplicate; without one the sentence still reads. */
  async function linkTo(running: Job | undefined, job: Job): Promise<string | undefined> {
    const ts = running && threadOf(running);
    if (!running || ts === undefined) return undefined;
    const answer = await callFor(
      job,
      (client) => client.chat.getPermalink({ channel: running.place.channelId, message_ts: ts }),
      (result) => ({ link: z.url().parse(result.permalink) }),
    );
    return answer.type === "ok" ? answer.link : undefined;
  }

  const openDirect = (job: Job, users: string) =>
    callFor(
      job,
      (client) => client.conversations.open({ users }),
      (result) => ({ channelId: opened.parse(result).channel.id as ChannelId }),
    );

  /** What is gone already counts as deleted. */
  async function deleteFile(job: Job, fileId: SlackFileId): Promise<SlackAnswer> {
    const answer = await callFor(
      job,
      (client) => client.files.delete({ file: fileId }),
      () => ({}),
    );
    return answer.type === "refused" && FILE_GONE.has(answer.code) ? { type: "ok" } : answer;
  }

  const timesOf = (job: Job, at: number) => ({ soFar: minutesSoFar(job, at), usualMs: usualMs() });

  return {
    async postJobMessage(job, at) {
      const say = await sayTo(job);
      const said = jobMessage(say, job, undefined, timesOf(job, at));
      return callFor(
        job,
        (client) =>
          client.chat.postMessage({
            channel: job.place.channelId,
            ...(job.place.threadTs === undefined ? {} : { thread_ts: job.place.threadTs }),
            ...withRequest(say, said, job, { thumbnail: false }),
            unfurl_links: false,
            metadata: { event_type: "talkingphoto_job", event_payload: { job_id: job.id } },
          }),
        (result) => ({ ts: posted.parse(result).ts as MessageTs }),
      );
    },

    async editJobMessage(job, ts, at) {
      const running = await runningJob(job);
      const link = await linkTo(running, job);
      const say = await sayTo(job);
      const said =
        running?.state.status === "shown"
          ? sameShownMessage(say, job, link)
          : jobMessage(say, job, link, timesOf(job, at));
      const update = (thumbnail: boolean) =>
        callFor(
          job,
          (client) =>
            client.chat.update({
              channel: job.place.channelId,
              ts,
              ...withRequest(say, said, job, { thumbnail }),
            }),
          () => ({}),
        );
      const { message } = job;
      const wanted =
        message.status === "posted" &&
        !message.noThumbnail &&
        message.tries < THUMBNAIL_TRIES &&
        hasThumbnail(job);
      const answer = await update(wanted);
      // Left out after tries that came to nothing: it is left out from now on.
      const leftOut = !wanted && message.status === "posted" && message.tries >= THUMBNAIL_TRIES;
      if (leftOut && answer.type === "ok") return { type: "ok", withoutThumbnail: true };
      if (!wanted || answer.type !== "refused") return answer;
      // Deleted, not to be seen here, or whatever else Slack has against it: the words are what counts.
      const plain = await update(false);
      return plain.type === "ok" ? { type: "ok", withoutThumbnail: true } : plain;
    },

    async postNotice(job) {
      if (!job.notice) return { type: "ok" };
      const words = noticeMessage(await sayTo(job, calledBy(job.notice, job)), job, job.notice.kind);
      return callFor(
        job,
        (client) =>
          client.chat.postMessage({
            channel: job.place.channelId,
            ...inThread(job),
            ...words,
            unfurl_links: false,
          }),
        () => ({}),
      );
    },

    tellPrivately: createTellPrivately({ callFor, openDirect, sayTo, findResponseUrl, answerPrivately }),

    async openDirect(job) {
      return openDirect(job, job.requesterId);
    },

    async openUpload(job, sizeBytes) {
      // No alt text: on an mp4 it makes Slack drop the share without a word.
      return callFor(
        job,
        (client) => client.files.getUploadURLExternal({ filename: VIDEO_NAME, length: sizeBytes }),
        (result) => {
          const { upload_url, file_id } = ticket.parse(result);
          return { fileId: file_id as SlackFileId, uploadUrl: upload_url };
        },
      );
    },

    async shareFile(job, fileId) {
      const say = await sayTo(job);
      if (goesFirst(job) && job.preview?.channelId === undefined)
        return { type: "refused", code: "no_direct_message" };
      const { channelId, threadTs: thread } = shownWhere(job);
      const files: [{ id: string; title: string }] = [{ id: fileId, title: say.plain("finish.video_title") }];
      const said = goesFirst(job) ? previewComment(say, job) : finishComment(say, job);
      const where = { channel_id: channelId, initial_comment: said };
      return callFor(
        job,
        (client) =>
          client.files.completeUploadExternal(
            thread === undefined ? { files, ...where } : { files, ...where, thread_ts: thread },
          ),
        () => ({}),
      );
    },

    async findShare(job, fileId) {
      const { channelId } = shownWhere(job);
      return callFor(
        job,
        (client) => client.files.info({ file: fileId }),
        (result) => {
          const { shares } = fileInfo.parse(result).file;
          const here = [...(shares?.public?.[channelId] ?? []), ...(shares?.private?.[channelId] ?? [])];
          const [share] = here;
          return share === undefined ? {} : { sharedAs: share.ts as MessageTs };
        },
      );
    },

    async postLink(job, fileId) {
      const info = await callFor(
        job,
        (client) => client.files.info({ file: fileId }),
        (result) => ({ link: filePermalink.parse(result).file.permalink }),
      );
      // Only reading has happened so far: whatever went wrong, nothing was posted.
      if (info.type === "refused") return { type: "not_sent", error: new Error(`no link: ${info.code}`) };
      if (info.type === "unclear") return { type: "not_sent", error: info.error };
      if (info.type !== "ok") return info;
      const text = linkComment(await sayTo(job), job, info.link);
      return callFor(
        job,
        (client) =>
          client.chat.postMessage({
            channel: job.place.channelId,
            ...inThread(job),
            text,
          }),
        (result) => ({ ts: posted.parse(result).ts as MessageTs }),
      );
    },

    async dressFinish(job, ts) {
      const dressed = finishMessage(await sayTo(job), job);
      return callFor(
        job,
        (client) => client.chat.update({ channel: job.place.channelId, ts, ...dressed }),
        () => ({}),
      );
    },

    async editPreview(job) {
      const { channelId, fileId, ts, closed } = job.preview ?? {};
      const isThrownAway = job.state.status === "cancelled" && job.state.instead === "thrown_away";
      const file =
        isThrownAway && fileId !== undefined ? await deleteFile(job, fileId) : { type: "ok" as const };
      // Kept by Slack, the video is still posted nowhere, and the post says no more than that.
      if (file.type !== "ok" && file.type !== "refused") return file;
      if (channelId === undefined || ts === undefined || closed) return file;
      const preview = previewMessage(await sayTo(job), job);
      const edited = await callFor(
        job,
        (client) => client.chat.update({ channel: channelId, ts, ...preview }),
        () => ({}),
      );
      return edited.type === "ok" ? file : edited;
    },

    async removeFinish(job, fileId, ts) {
      const file = await deleteFile(job, fileId);
      if (file.type !== "ok" || ts === undefined) return file;
      // The file has taken the video with it; what the post said, and its buttons, would stay.
      const post = await callFor(
        job,
        (client) => client.chat.delete({ channel: job.place.channelId, ts }),
        () => ({}),
      );
      return post.type === "refused" ? { type: "ok" } : post;
    },
  };
}
