import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import { type Failure, RequestProblem } from "../job/failure.ts";
import type { SlackFileId } from "../job/ids.ts";
import type { Job } from "../job/job.ts";
import type { Media, PrepareAnswer, RelayAnswer, Seen } from "../job/media.ts";
import type { Concern } from "../job/question.ts";
import type { MediaSource } from "../job/request.ts";
import type { FaceFinder } from "../job/speech-api.ts";
import { LeaseLostError } from "../job/store.ts";
import type { Said } from "../words/say.ts";
import { downloadHead, downloadToFile } from "./download.ts";
import { leastSeconds } from "./least-seconds.ts";
import { spoolFolder } from "./local-media.ts";
import { lookForFaces } from "./look-for-faces.ts";
import type { Outbound } from "./outbound.ts";
import { MAX_PHOTO_BYTES, preparePhoto } from "./prepare-photo.ts";
import { MAX_SPEECH_BYTES, prepareSpeech } from "./prepare-speech.ts";
import { FILE_NAMES, type PreparedFile, type PreparedMedia } from "./prepared-media.ts";
import { TemporaryProblem } from "./problems.ts";
import { openVideo, uploadVideo } from "./relay-video.ts";
import { isSlackHost } from "./slack-hosts.ts";
import { sniff, sniffFile } from "./sniff.ts";
import { withTimeLimit } from "./time-limit.ts";
import { limitInWords, secondsInWords } from "./words.ts";

/** A stream that only drips is no better than one that stands still. */
const RELAY_TIMEOUT_MS = 15 * 60 * 1000;
/** A person waits for the first word meanwhile. */
const LOOK_TIMEOUT_MS = 5000;

/** Of one job; its labels decide about what lies behind a slow host. */
const LOOKS_AT_ONCE = 4;

export interface JobMediaDeps {
  readonly outbound: Outbound;
  /** One folder in it for each job, where its files are made. */
  readonly spoolDir: string;
  /** Where they lie once they are ready. */
  readonly home: PreparedMedia;
  readonly maxAudioSeconds: number;
  /** Absent: nobody looks for faces before anything is paid. */
  readonly faces?: FaceFinder;
  /** The workspace's present bot token, for Slack's private files. */
  readonly tokenFor: (job: Job) => Promise<string>;
  /** Where a Slack file lies, for one that came without its address (from another organisation, say). */
  readonly findFileUrl: (job: Job, fileId: SlackFileId) => Promise<string | undefined>;
  /** The photo in the message that the job's thread began with. @throws RequestProblem, TemporaryProblem */
  readonly findThreadPhoto: (job: Job) => Promise<Extract<MediaSource, { type: "slack" }>>;
}

export function createJobMedia({
  outbound,
  spoolDir,
  home,
  maxAudioSeconds,
  faces,
  tokenFor,
  findFileUrl,
  findThreadPhoto,
}: JobMediaDeps): Media {
  /** Where the file lies, and with what it may be fetched there. */
  async function locate(job: Job, source: MediaSource, file: "photo" | "recording") {
    if (source.type === "none")
      throw new RequestProblem({ reason: file === "photo" ? "photo_missing" : "speech_missing" });
    const found = source.type === "thread" ? await findThreadPhoto(job) : source;
    const fromSlack = found.type === "slack";
    const address = found.url === "" && fromSlack ? await findFileUrl(job, found.fileId) : found.url;
    if (address === undefined || !URL.canParse(address))
      throw new RequestProblem({ reason: fromSlack ? "slack_file_unavailable" : "url_not_allowed", file });
    const authorization = fromSlack
      ? { token: await tokenFor(job), allowedHost: (url: URL) => isSlackHost(url, outbound) }
      : undefined;
    return {
      url: new URL(address),
      fromSlack,
      ...(fromSlack ? { fileId: found.fileId } : {}),
      ...(authorization === undefined ? {} : { authorization }),
    };
  }

  async function fetchInput(
    job: Job,
    source: MediaSource,
    file: "photo" | "recording",
    toPath: string,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<string> {
    const { url, fileId, ...how } = await locate(job, source, file);
    const options = { outbound, toPath, maxBytes, signal, file, ...how };
    const { sha256 } = await downloadToFile(url, options).catch(async (error: unknown) => {
      // Slack shows its login page for a file that is gone, too: its record of the file knows which it is.
      const isUnsure = error instanceof RequestProblem && error.failure.reason === "slack_scope_missing";
      if (isUnsure && fileId !== undefined) await findFileUrl(job, fileId);
      throw error;
    });
    return sha256;
  }

  async function lookAt(job: Job, source: MediaSource, signal: AbortSignal): Promise<Seen | undefined> {
    // A link was named with its ending, and may lead to a slow host.
    if (source.type !== "slack") return undefined;
    signal.throwIfAborted();
    const { url, fileId: _, ...how } = await locate(job, source, "photo");
    const seen = sniff(await downloadHead(url, { outbound, signal, ...how }));
    if (!seen) return { kind: "other", words: { key: "seen.unknown" } };
    const { group, words } = seen;
    return { kind: group, words };
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
    async identify(job, files, signal) {
      const inTurn = pLimit(LOOKS_AT_ONCE);
      const seen: (Seen | undefined)[] = files.map(() => undefined);
      await withTimeLimit(LOOK_TIMEOUT_MS, signal, async (stop) => {
        const over = new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve()));
        const looks = files.map(({ source }, index) =>
          inTurn(async () => {
            // Whatever went wrong, fetching the file in earnest finds the same, and says so.
            const found = await lookAt(job, source, stop).catch(() => undefined);
            if (!stop.aborted) seen[index] = found;
          }),
        );
        await Promise.race([Promise.all(looks), over]);
      });
      return seen;
    },

    async prepare(job, signal): Promise<PrepareAnswer> {
      const folder = spoolFolder(spoolDir, job.id);
      let work: string | undefined;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        // A folder for this try alone: another process may have taken the job over meanwhile.
        work = await mkdtemp(join(folder, "work-"));
        const { speech: asked, decided } = job.request;
        if (asked.type === "words" && asked.spokenUrl === undefined)
          assertSayable(asked.text, maxAudioSeconds);
        const spoken = asked.type === "words" ? asked.spokenUrl : undefined;
        const recording: MediaSource | undefined =
          asked.type !== "words" ? asked : spoken === undefined ? undefined : { type: "url", url: spoken };
        const rawPhoto = join(work, "photo.in");
        const rawSpeech = join(work, "speech.in");
        const photo = join(work, FILE_NAMES.photo);
        const speech = join(work, FILE_NAMES.speech);
        const [one, other] = await bothOrNeither(signal, [
          (stop) => fetchInput(job, job.request.photo, "photo", rawPhoto, MAX_PHOTO_BYTES, stop),
          async (stop) =>
            recording && fetchInput(job, recording, "recording", rawSpeech, MAX_SPEECH_BYTES, stop),
        ]);
        const given = recording ? await byContent(job, [rawPhoto, one], [rawSpeech, other ?? ""]) : undefined;
        const [photoPath, photoHash] = given?.photo ?? [rawPhoto, one];
        const accepted = (concern: Concern) => decided?.accepted?.includes(concern.kind) === true;

        const crop = decided?.crop;
        const picture = await preparePhoto(photoPath, photo, crop ? { crop } : {});
        if (picture.concern && !accepted(picture.concern) && !crop)
          return { type: "concern", concern: picture.concern };
        const looked = ABOUT_FACES.some((kind) => decided?.accepted?.includes(kind)) || spoken !== undefined;
        const face = looked || !faces ? undefined : await lookForFaces(photo, picture, faces, signal);
        if (face) return { type: "concern", concern: face };
        const contentKeyOf = (speech: string) =>
          contentKey(job, [photoHash, ...(crop ? [JSON.stringify(crop)] : [])], speech);
        const said = asked.type === "words" ? JSON.stringify([asked.text, asked.voice?.id ?? ""]) : undefined;
        if (!given) return { type: "photo_judged", contentKey: contentKeyOf(said ?? "") };

        const [speechPath, speechHash] = given.speech;
        const cutAtSeconds = decided?.cutAtSeconds;
        const prepared = await prepareSpeech(speechPath, speech, {
          maxSeconds: maxAudioSeconds,
          ...(cutAtSeconds === undefined ? {} : { cutAtSeconds }),
        });
        if (prepared.type === "too_long") {
          const { type: _long, ...cut } = prepared;
          return {
            type: "concern",
            concern: { kind: "speech_too_long", limitSeconds: maxAudioSeconds, ...cut },
          };
        }
        if (prepared.concern && !accepted(prepared.concern))
          return { type: "concern", concern: prepared.concern };
        await bothOrNeither(signal, [
          (stop) => keep(job, "photo", photo, stop),
          (stop) => keep(job, "speech", speech, stop),
        ]);
        return {
          type: "prepared",
          prepared: {
            photoBytes: picture.sizeBytes,
            speechBytes: prepared.sizeBytes,
            speechSeconds: prepared.seconds,
          },
          contentKey: contentKeyOf(
            said ?? [speechHash, ...(cutAtSeconds === undefined ? [] : [cutAtSeconds])].join(" "),
          ),
        };
      } catch (error) {
        if (error instanceof RequestProblem)
          return { type: "refused", failure: aboutWords(job, error.failure) };
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

const ABOUT_FACES: readonly Concern["kind"][] = ["no_face", "many_faces", "tiny_face"];

type Fetched = readonly [path: string, sha256: string];

/** Labels only sort: two files that are each what the other was taken for change places. */
async function byContent(
  { request }: Job,
  photo: Fetched,
  speech: Fetched,
): Promise<{ photo: Fetched; speech: Fetched }> {
  if (request.speech.type === "words") return { photo, speech };
  const [one, other] = await Promise.all([sniffFile(photo[0]), sniffFile(speech[0])]);
  const swapped = one?.group === "sound" && other?.group === "photo";
  return swapped ? { photo: speech, speech: photo } : { photo, speech };
}

/** The same request again has the same key, whatever it was shared as. */
function contentKey(
  { workspaceId, requesterId, request }: Job,
  photo: readonly string[],
  speech: string,
): string {
  const { resolution, gesturePrompt = "" } = request;
  const parts = [workspaceId, requesterId, ...photo, speech, resolution, gesturePrompt];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** Speech is paid for before its length is known, so what is sure to be too long is refused unspoken. */
function assertSayable(text: string, maxSeconds: number): void {
  const seconds = leastSeconds(text);
  if (seconds <= maxSeconds) return;
  const seen: Said = { key: "seen.takes_to_say", values: { length: secondsInWords(seconds) } };
  throw new RequestProblem({ reason: "words_too_long", seen, limit: limitInWords(maxSeconds) });
}

/** The person gave words, and no link: that AKOOL's speech is gone is told as that. */
function aboutWords({ request }: Job, failure: Failure): Failure {
  const isOurs = request.speech.type === "words" && failure.file === "recording";
  return isOurs
    ? { reason: "akool_speech_lost", code: [failure.reason, failure.code].filter(Boolean).join(" ") }
    : failure;
}

/** The home of prepared media is in trouble, not the person's files. */
class NotKept extends Error {
  override readonly name = "NotKept";
}

/** Runs both; when one fails the other is stopped and over before the failure is passed on. */
async function bothOrNeither<A, B>(
  signal: AbortSignal,
  [one, other]: [(stop: AbortSignal) => Promise<A>, (stop: AbortSignal) => Promise<B>],
): Promise<[A, B]> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const guarded = <T>(work: (stop: AbortSignal) => Promise<T>) =>
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
