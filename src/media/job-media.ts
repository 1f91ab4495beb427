import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { type Failure, RequestProblem } from "../job/failure.ts";
import type { SlackFileId } from "../job/ids.ts";
import type { Job, MediaSource } from "../job/job.ts";
import type { Media, PrepareAnswer, RelayAnswer } from "../job/media.ts";
import { LeaseLostError } from "../job/store.ts";
import { downloadToFile } from "./download.ts";
import { spoolFolder } from "./local-media.ts";
import type { Outbound } from "./outbound.ts";
import { MAX_PHOTO_BYTES, preparePhoto } from "./prepare-photo.ts";
import { MAX_SPEECH_BYTES, prepareSpeech, tooLongFailure } from "./prepare-speech.ts";
import { FILE_NAMES, type PreparedFile, type PreparedMedia } from "./prepared-media.ts";
import { TemporaryProblem } from "./problems.ts";
import { openVideo, uploadVideo } from "./relay-video.ts";
import { isSlackHost } from "./slack-hosts.ts";
import { withTimeLimit } from "./time-limit.ts";

/** A stream that only drips is no better than one that stands still. */
const RELAY_TIMEOUT_MS = 15 * 60 * 1000;

export interface JobMediaDeps {
  readonly outbound: Outbound;
  /** One folder in it for each job, where its files are made. */
  readonly spoolDir: string;
  /** Where they lie once they are ready. */
  readonly home: PreparedMedia;
  readonly maxAudioSeconds: number;
  /** The workspace's present bot token, for Slack's private files. */
  readonly tokenFor: (job: Job) => Promise<string>;
  /** Where a Slack file lies, for one that came without its address (from another organisation, say). */
  readonly findFileUrl: (job: Job, fileId: SlackFileId) => Promise<string | undefined>;
}

export function createJobMedia({
  outbound,
  spoolDir,
  home,
  maxAudioSeconds,
  tokenFor,
  findFileUrl,
}: JobMediaDeps): Media {
  async function fetchInput(
    job: Job,
    source: MediaSource,
    file: "photo" | "recording",
    toPath: string,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<string> {
    if (source.type === "none")
      throw new RequestProblem({ reason: file === "photo" ? "photo_missing" : "speech_missing" });
    const fromSlack = source.type === "slack";
    const address = source.url === "" && fromSlack ? await findFileUrl(job, source.fileId) : source.url;
    if (address === undefined || !URL.canParse(address))
      throw new RequestProblem({ reason: fromSlack ? "slack_file_unavailable" : "url_not_allowed", file });
    const authorization = fromSlack
      ? { token: await tokenFor(job), allowedHost: (url: URL) => isSlackHost(url, outbound) }
      : undefined;
    const { sha256 } = await downloadToFile(new URL(address), {
      outbound,
      toPath,
      maxBytes,
      signal,
      file,
      fromSlack,
      ...(authorization === undefined ? {} : { authorization }),
    });
    return sha256;
  }

  async function keep(job: Job, file: PreparedFile, path: string, signal: AbortSignal): Promise<void> {
    try {
      await home.save(job.id, file, path, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      throw new NotKept("the prepared files could not be put where AKOOL gets them", { cause: error });
    }
  }

  return {
    async prepare(job, signal): Promise<PrepareAnswer> {
      const folder = spoolFolder(spoolDir, job.id);
      let work: string | undefined;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        // A folder for this try alone: another process may have taken the job over meanwhile.
        work = await mkdtemp(join(folder, "work-"));
        const rawPhoto = join(work, "photo.in");
        const rawSpeech = join(work, "speech.in");
        const photo = join(work, FILE_NAMES.photo);
        const speech = join(work, FILE_NAMES.speech);
        const [photoHash, speechHash] = await bothOrNeither(signal, [
          (stop) => fetchInput(job, job.request.photo, "photo", rawPhoto, MAX_PHOTO_BYTES, stop),
          (stop) => fetchInput(job, job.request.speech, "recording", rawSpeech, MAX_SPEECH_BYTES, stop),
        ]);
        const preparedPhoto = await preparePhoto(rawPhoto, photo);
        const preparedSpeech = await prepareSpeech(rawSpeech, speech, { maxSeconds: maxAudioSeconds });
        if (preparedSpeech.type === "too_long")
          throw new RequestProblem(tooLongFailure(preparedSpeech, maxAudioSeconds));
        await bothOrNeither(signal, [
          (stop) => keep(job, "photo", photo, stop),
          (stop) => keep(job, "speech", speech, stop),
        ]);
        const { workspaceId, requesterId, request } = job;
        return {
          type: "prepared",
          prepared: {
            photoBytes: preparedPhoto.sizeBytes,
            speechBytes: preparedSpeech.sizeBytes,
            speechSeconds: preparedSpeech.seconds,
          },
          contentKey: createHash("sha256")
            .update(
              JSON.stringify([
                workspaceId,
                requesterId,
                photoHash,
                speechHash,
                request.resolution,
                request.gesturePrompt ?? "",
              ]),
            )
            .digest("hex"),
        };
      } catch (error) {
        if (error instanceof RequestProblem) return { type: "refused", failure: error.failure };
        return {
          type: "try_later",
          failure: error instanceof NotKept ? { reason: "internal_error", code: "media" } : unreachable(job),
          error: asError(error),
          ...retryAfterOf(error),
        };
      } finally {
        // What cannot be removed now is removed with the job's folder; that one goes now if nothing lives there.
        if (work !== undefined) await rm(work, { recursive: true, force: true }).catch(() => {});
        await rmdir(folder).catch(() => {});
      }
    },

    async relay(videoUrl, openUpload, stop): Promise<RelayAnswer> {
      let failure: Failure = { reason: "video_unreachable" };
      try {
        return await withTimeLimit(RELAY_TIMEOUT_MS, stop, async (signal) => {
          const source = await openVideo(videoUrl, { outbound, signal, spoolDir });
          try {
            const uploadUrl = await openUpload(source.sizeBytes);
            if (uploadUrl === undefined) return { type: "stopped" };
            failure = { reason: "cannot_post", code: "upload" };
            await uploadVideo(source, uploadUrl, {
              outbound,
              isAllowedHost: (url) => isSlackHost(url, outbound),
              signal,
            });
            return { type: "uploaded" };
          } finally {
            source.destroy();
          }
        });
      } catch (error) {
        if (error instanceof RequestProblem) return { type: "refused", failure: error.failure };
        // Another process has the job by now, and does the rest.
        if (error instanceof LeaseLostError) throw error;
        return { type: "try_later", failure, error: asError(error), ...retryAfterOf(error) };
      }
    },

    async discard(job) {
      await home.remove(job.id);
      await rm(spoolFolder(spoolDir, job.id), { recursive: true, force: true });
    },
  };
}

/** The home of prepared media is in trouble, not the person's files. */
class NotKept extends Error {
  override readonly name = "NotKept";
}

/** Runs both; when one fails the other is stopped and over before the failure is passed on. */
async function bothOrNeither<T>(
  signal: AbortSignal,
  [one, other]: [(stop: AbortSignal) => Promise<T>, (stop: AbortSignal) => Promise<T>],
): Promise<[T, T]> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const guarded = (work: (stop: AbortSignal) => Promise<T>) =>
    work(stop).catch((error: unknown) => {
      failed.abort(error);
      throw error;
    });
  const results = [guarded(one), guarded(other)] as const;
  await Promise.allSettled(results);
  // The first failure is the cause of the second.
  if (failed.signal.aborted) throw failed.signal.reason;
  return Promise.all(results);
}

function unreachable(job: Job): Failure {
  const slack = job.request.photo.type === "slack";
  return { reason: slack ? "slack_file_unavailable" : "url_unreachable" };
}

function retryAfterOf(error: unknown): { retryAfterMs?: number } {
  return error instanceof TemporaryProblem && error.retryAfterMs !== undefined
    ? { retryAfterMs: error.retryAfterMs }
    : {};
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
