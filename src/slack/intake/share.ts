import type { Failure } from "../../job/failure.ts";
import type { Candidates, MediaSource, SharedFile, SpeechSource, Unsorted } from "../../job/request.ts";
import { MAX_CANDIDATES } from "../../job/sorting.ts";
import type { TakenFiles } from "../../job/store.ts";
import type { Said } from "../../words/say.ts";
import {
  describeFiles,
  isExternal,
  isGone,
  isVideo,
  type Role,
  roleOf,
  serviceOf,
  slackSource,
} from "./file-role.ts";
import type { PostedMessage, SlackFile } from "./payloads.ts";
import { MAX_WORDS, type PostText } from "./post-text.ts";

/** What somebody shared at once. */
export interface Share {
  /** With those of a message that was forwarded. */
  readonly files: readonly SlackFile[];
  /** `NO_TEXT` where what is written is none of ours. */
  readonly text: PostText;
}

export type Sorted =
  | {
      readonly type: "found";
      /** `none` where it is still missing. */
      readonly photo: MediaSource;
      readonly speech: SpeechSource;
      readonly candidates?: Candidates;
      /** Where the labels do not make one photo and one recording: all that might be either, and what is written. */
      readonly unsorted?: Unsorted;
    }
  | { readonly type: "refused"; readonly failure: Failure };

export interface HowToSort {
  /** Of a reply: what a single file without any label is taken for. Labels have to do then. */
  readonly lone?: "photo" | "recording";
  readonly isAllowedUrl: (url: string) => boolean;
}

/** Nobody means a whole album. */
const MAX_LOOKED_AT = 20;
const NOTHING: MediaSource = { type: "none" };

/**
 * Which of what was shared is the photo and which the recording, by labels and endings. Where they leave a question
 * open their bytes decide, before it is asked; the bytes of a plain pair are judged when they are prepared. Refused
 * only where there is nothing to go on with.
 */
export function sortShare({ files, text }: Share, { lone, isAllowedUrl }: HowToSort): Sorted {
  const present = files.filter((file) => !isGone(file));
  const hosted = present.filter((file) => !isExternal(file));
  const photos: MediaSource[] = [...sourcesIn(hosted, "photo"), ...text.photoUrls.map(asLink)];
  const recordings: MediaSource[] = [...sourcesIn(hosted, "recording"), ...text.recordingUrls.map(asLink)];
  const givenRoles = giveRoles(hosted, photos, recordings, lone ?? "photo");
  const isByLabel = lone !== undefined;
  const shared = [
    ...hosted.map(labelled),
    ...linked(text.photoUrls, "photo"),
    ...linked(text.recordingUrls, "recording"),
  ];
  if (shared.length > MAX_LOOKED_AT || (isByLabel && !givenRoles))
    return refused({ reason: "too_many_files", seen: describeFiles(files) });
  // A video beside a photo, or alone, is there for its sound.
  if (recordings.length === 0) recordings.push(...hosted.filter(isVideo).map(slackSource));

  const failure = whyExternal(present, photos, recordings) ?? whyNotOpened(photos, recordings, isAllowedUrl);
  if (failure) return refused(failure);
  if (isByLabel && (photos.length > MAX_CANDIDATES || recordings.length > MAX_CANDIDATES))
    return refused({ reason: "too_many_files", seen: describeFiles(files) });
  const words = recordings.length === 0 ? text.words : "";
  if (words.length > MAX_WORDS) {
    const characters = (count: number): Said => ({ key: "answer.characters", values: { count } });
    return refused({
      reason: "words_too_long",
      seen: characters(words.length),
      limit: characters(MAX_WORDS),
    });
  }
  const [photo = NOTHING] = photos;
  const speech: SpeechSource = recordings[0] ?? (words === "" ? NOTHING : { type: "words", text: words });
  const isNothing = photo.type === "none" && speech.type === "none";
  if (isNothing && (isByLabel || hosted.length === 0)) return refused(whyNothing(files, present));
  const several = (sources: readonly MediaSource[]) => (sources.length > 1 ? sources : []);
  const candidates = { photos: several(photos), speeches: several(recordings) };
  const isPlain = candidates.photos.length + candidates.speeches.length === 0;
  const isComplete = photo.type !== "none" && speech.type !== "none" && isPlain && givenRoles;
  // Words are said only where nothing else was shared that may be the recording.
  const isSure = isComplete && (speech.type !== "words" || shared.length === 1);
  const unsorted = { files: shared, ...(text.words === "" ? {} : { words: text.words }) };
  return {
    type: "found",
    photo,
    speech,
    ...(isPlain ? {} : { candidates }),
    ...(isSure || isByLabel || hosted.length === 0 ? {} : { unsorted }),
  };
}

/** What a message has to offer for a form: the first photo and the first recording. */
export function takeFiles({ files, text }: Share, isAllowedUrl: (url: string) => boolean): TakenFiles {
  const allowed = (urls: readonly string[]) => urls.filter(isAllowedUrl).map(asLink);
  const usable = files.filter((file) => !isExternal(file) && !isGone(file));
  const photos: MediaSource[] = [...sourcesIn(usable, "photo"), ...allowed(text.photoUrls)];
  const recordings: MediaSource[] = [...sourcesIn(usable, "recording"), ...allowed(text.recordingUrls)];
  giveRoles(usable, photos, recordings, "photo");
  const [photo] = photos;
  const [speech] = recordings;
  return { ...(photo ? { photo } : {}), ...(speech ? { speech } : {}) };
}

/** The files of a post and of what it forwards. */
export function filesOf({ files, attachments }: Pick<PostedMessage, "files" | "attachments">): SlackFile[] {
  return [...files, ...attachments.flatMap((attachment) => attachment.files)];
}

/** Whether the app is the one spoken to: not itself, no bot, no edit, and nothing but a plain post or a share. */
export function isFromAPerson(message: PostedMessage, botUserId: string | undefined): boolean {
  if (message.bot_id !== undefined || message.user === undefined || message.user === botUserId) return false;
  return (
    message.subtype === undefined ||
    message.subtype === "file_share" ||
    message.subtype === "thread_broadcast"
  );
}

/**
 * Right after an upload Slack may not have labelled a file yet, and one of another organisation is only an id: it
 * gets the role that is missing. False when there are more of them than roles.
 */
function giveRoles(
  files: readonly SlackFile[],
  photos: MediaSource[],
  recordings: MediaSource[],
  lone: "photo" | "recording",
): boolean {
  const free = sourcesIn(files, "unknown");
  const complete = photos.length > 0 && recordings.length > 0;
  if (free.length === 0 || complete) return true;
  const isLoneRecording = lone === "recording" && free.length === 1 && recordings.length === 0;
  if (photos.length === 0 && !isLoneRecording) photos.push(...free.splice(0, 1));
  if (recordings.length === 0) recordings.push(...free.splice(0, 1));
  return free.length === 0;
}

function labelled(file: SlackFile): SharedFile {
  return { source: slackSource(file), label: isVideo(file) ? "video" : roleOf(file) };
}

function linked(urls: readonly string[], label: SharedFile["label"]): SharedFile[] {
  return urls.map((url) => ({ source: asLink(url), label }));
}

function whyExternal(
  files: readonly SlackFile[],
  photos: readonly MediaSource[],
  recordings: readonly MediaSource[],
): Failure | undefined {
  const linked = (role: Role) => files.find((file) => isExternal(file) && roleOf(file) === role);
  const photo = photos.length === 0 ? linked("photo") : undefined;
  const recording = recordings.length === 0 ? linked("recording") : undefined;
  const one = photo ?? recording;
  if (!one) return undefined;
  return { ...external(one), file: photo ? "photo" : "recording" };
}

function whyNotOpened(
  photos: readonly MediaSource[],
  recordings: readonly MediaSource[],
  isAllowedUrl: (url: string) => boolean,
): Failure | undefined {
  const isClosed = (source: MediaSource) => source.type === "url" && !isAllowedUrl(source.url);
  if (photos.some(isClosed)) return { reason: "url_not_allowed", file: "photo" };
  return recordings.some(isClosed) ? { reason: "url_not_allowed", file: "recording" } : undefined;
}

function whyNothing(files: readonly SlackFile[], present: readonly SlackFile[]): Failure {
  if (files.length === 0) return { reason: "nothing_shared" };
  if (present.length === 0) return { reason: "slack_file_unavailable" };
  const linked = present.find(isExternal);
  return linked ? external(linked) : { reason: "photo_missing", seen: describeFiles(present) };
}

function external(file: SlackFile): Failure {
  const service = serviceOf(file);
  return { reason: "slack_file_external", ...(service === undefined ? {} : { seen: service }) };
}

function sourcesIn(files: readonly SlackFile[], role: Role): MediaSource[] {
  return files.filter((file) => roleOf(file) === role).map(slackSource);
}

function asLink(url: string): MediaSource {
  return { type: "url", url };
}

function refused(failure: Failure): Sorted {
  return { type: "refused", failure };
}
