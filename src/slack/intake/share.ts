import type { Failure } from "../../job/failure.ts";
import type { SlackFileId } from "../../job/ids.ts";
import type { MediaSource } from "../../job/job.ts";
import type { TakenFiles } from "../../job/store.ts";
import type { PostedMessage, SlackFile } from "./payloads.ts";

export type SortedFiles =
  | { readonly type: "both"; readonly photo: MediaSource; readonly speech: MediaSource }
  | { readonly type: "refused"; readonly failure: Failure };

/**
 * Which of the shared files is the photo and which the recording. Slack's labels only sort them; whether they
 * are what they say is judged by their bytes later.
 */
export function sortFiles(files: readonly SlackFile[]): SortedFiles {
  if (files.length === 0) return refused({ reason: "nothing_shared" });
  const photos = files.filter((file) => roleOf(file) === "photo");
  const recordings = files.filter((file) => roleOf(file) === "recording");
  const unlabelled = files.filter((file) => roleOf(file) === "unknown");
  // Right after an upload Slack may not have labelled a file yet: the role that is missing is its.
  if (unlabelled.length === 1 && photos.length + recordings.length === 1) {
    (photos.length === 0 ? photos : recordings).push(...unlabelled);
  }
  // Browsers record sound into WebM and MP4, which Slack takes for video: beside a photo it is the recording.
  const videos = files.filter((file) => file.mimetype.startsWith("video/") && roleOf(file) === "other");
  if (photos.length === 1 && recordings.length === 0 && videos.length === 1) recordings.push(...videos);
  const [photo, secondPhoto] = photos;
  const [recording, secondRecording] = recordings;
  if (secondPhoto || secondRecording) return refused({ reason: "too_many_files", seen: describe(files) });
  if (!photo) return refused({ reason: "photo_missing", seen: describe(files) });
  if (!recording) return refused({ reason: "speech_missing", seen: describe(files) });
  const external = [photo, recording].find((file) => file.is_external || file.mode === "external");
  if (external)
    return refused({ reason: "slack_file_external", file: external === photo ? "photo" : "recording" });
  return { type: "both", photo: slackSource(photo), speech: slackSource(recording) };
}

/** What a message has to offer for a form: the first photo and the first recording. */
export function takeFiles(files: readonly SlackFile[]): TakenFiles {
  const usable = files.filter((file) => !file.is_external && file.mode !== "external");
  const photo = usable.find((file) => roleOf(file) === "photo");
  const speech = usable.find((file) => roleOf(file) === "recording");
  return {
    ...(photo ? { photo: slackSource(photo) } : {}),
    ...(speech ? { speech: slackSource(speech) } : {}),
  };
}

export function slackSource(file: SlackFile): MediaSource {
  return {
    type: "slack",
    fileId: file.id as SlackFileId,
    url: file.url_private_download ?? file.url_private ?? "",
  };
}

export type Role = "photo" | "recording" | "other" | "unknown";

const PHOTO_ENDINGS = /^(jpe?g|png|webp|heic|heif|gif|avif|tiff?|bmp)$/;
const SOUND_ENDINGS = /^(mp3|m4a|wav|ogg|oga|opus|flac|aac|amr|wma|aiff?|caf)$/;

/** Voice clips come labelled as video or WebM; their subtype is what tells. A label may still be missing. */
export function roleOf(file: SlackFile): Role {
  if (file.subtype === "slack_audio") return "recording";
  const [kind] = file.mimetype.split("/");
  if (kind === "image") return "photo";
  if (kind === "audio") return "recording";
  if (file.mimetype !== "" && file.mimetype !== "application/octet-stream" && file.filetype !== "binary")
    return "other";
  const ending = (/\.(\w+)$/.exec(file.name)?.[1] ?? file.filetype).toLowerCase();
  if (PHOTO_ENDINGS.test(ending)) return "photo";
  return SOUND_ENDINGS.test(ending) ? "recording" : "unknown";
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

function describe(files: readonly SlackFile[]): string {
  const counts = new Map<string, number>();
  for (const file of files) {
    const name = nameOf(file);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const parts = [...counts].map(([name, count]) =>
    count === 1 ? `one ${name}` : `${count} ${name.replace(/^\w+/, "$&s")}`,
  );
  return parts.length < 2 ? (parts[0] ?? "nothing") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

function nameOf(file: SlackFile): string {
  const role = roleOf(file);
  if (role === "photo" || role === "recording") return role;
  if (file.mimetype.startsWith("video/")) return "video";
  return file.mimetype === "application/pdf" ? "PDF" : "file of another kind";
}

function refused(failure: Failure): SortedFiles {
  return { type: "refused", failure };
}
