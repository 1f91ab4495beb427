import type { SlackFileId } from "../../job/ids.ts";
import type { MediaSource } from "../../job/request.ts";
import type { Said } from "../../words/say.ts";
import type { Key } from "../../words/sentences.ts";
import type { SlackFile } from "./payloads.ts";

/** What a shared file is for, by the labels that Slack puts on it. They only sort: its bytes decide later. */
export type Role = "photo" | "recording" | "other" | "unknown";

/** Of pictures that can become a photo. */
export const PHOTO_ENDINGS = /^(jpe?g|png|webp|heic|heif|gif|avif|tiff?|bmp)$/;
/** Of sounds that can become a recording. */
export const SOUND_ENDINGS = /^(mp3|m4a|wav|ogg|oga|opus|flac|aac|amr|wma|aiff?|caf)$/;

/** Slack's words for where an external file lives, in people's words. Source: docs.slack.dev, "File object". */
const SERVICES: Readonly<Record<string, string | undefined>> = {
  gdrive: "Google Drive",
  dropbox: "Dropbox",
  box: "Box",
  onedrive: "OneDrive",
  sharepoint: "SharePoint",
  onedrive_business: "OneDrive",
};

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

/** Browsers record sound into WebM and MP4, which Slack takes for video; and a video has a sound track. */
export function isVideo(file: SlackFile): boolean {
  return file.mimetype.startsWith("video/") && roleOf(file) === "other";
}

/** Only a link to another service: Slack has no bytes of it. */
export function isExternal(file: SlackFile): boolean {
  return file.is_external === true || file.mode === "external";
}

/** Deleted, or hidden because the workspace's plan does not go back that far. */
export function isGone(file: SlackFile): boolean {
  return file.mode === "tombstone" || file.mode === "hidden_by_limit";
}

/** "Google Drive"; undefined for a service that Slack does not name. */
export function serviceOf(file: SlackFile): string | undefined {
  const type = file.external_type ?? "";
  return (
    SERVICES[type] ?? (/^[a-z]{2,20}$/.test(type) ? `${type[0]?.toUpperCase()}${type.slice(1)}` : undefined)
  );
}

export function slackSource(file: SlackFile): Extract<MediaSource, { type: "slack" }> {
  return {
    type: "slack",
    fileId: file.id as SlackFileId,
    url: file.url_private_download ?? file.url_private ?? "",
  };
}

/** "one photo and 2 recordings" */
export function describeFiles(files: readonly SlackFile[]): Said {
  const counts = new Map<Key, number>();
  for (const file of files) {
    const kind = kindOf(file);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const kinds = [...counts].map(([key, count]): Said => ({ key, values: { count } }));
  const [first = { key: "answer.files_nothing" }] = kinds;
  return kinds.length < 2 ? first : { key: "answer.files", values: { files: kinds } };
}

function kindOf(file: SlackFile): Key {
  const role = roleOf(file);
  if (role === "photo") return "answer.files_photo";
  if (role === "recording") return "answer.files_recording";
  if (file.mimetype.startsWith("video/")) return "answer.files_video";
  return file.mimetype === "application/pdf" ? "answer.files_pdf" : "answer.files_other";
}
