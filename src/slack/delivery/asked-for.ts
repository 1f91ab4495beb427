import type { ImageElement } from "@slack/web-api";
import type { SlackFileId } from "../../job/ids.ts";
import type { Job } from "../../job/job.ts";
import type { Say } from "../../words/say.ts";
import { excerpt } from "./excerpt.ts";
import type { Message } from "./messages.ts";

/** What was asked for, under the words of the job message: a line, and the photo where Slack can show it. */

const QUOTED_CHARACTERS = 60;
/** Slack shows no other files in a message (docs.slack.dev, "Slack file object"). Its addresses end in the file's name. */
const SHOWN_ENDINGS = /\.(png|jpe?g|gif)$/i;

/** `text` says it too: with blocks it is what notifications and screen readers have. */
export function withRequest(
  say: Say,
  message: Message,
  job: Job,
  { thumbnail }: { thumbnail: boolean },
): Message {
  const asked = askedFor(say, job);
  const photo = thumbnail ? thumbnailOf(say, job) : undefined;
  const [section, ...rest] = message.blocks;
  // Whoever deletes the video wants none of it to stay.
  if (section?.type !== "section" || job.finish?.stage === "removed") return message;
  return {
    text: asked === undefined ? message.text : `${message.text} ${asked}`,
    blocks: [
      photo ? { ...section, accessory: photo } : section,
      ...(asked === undefined
        ? []
        : [
            {
              type: "context" as const,
              // Addresses that somebody has typed are no links.
              elements: [{ type: "mrkdwn" as const, text: asked, verbatim: true }],
            },
          ]),
      ...rest,
    ],
  };
}

export function hasThumbnail(job: Job): boolean {
  return shownPhoto(job) !== undefined;
}

/** Undefined: a photo and a recording and nothing else, which goes without saying. */
function askedFor(say: Say["plain"], { state, request }: Job): string | undefined {
  const { speech, resolution, gesturePrompt } = request;
  // The question itself has the words.
  const asksForWords = state.status === "choosing" && state.question.kind === "say_this";
  const words =
    speech.type === "words" && !asksForWords ? say("job.words", { words: short(speech.text) }) : undefined;
  const voice =
    speech.type === "words" && speech.voice
      ? say("job.voice", { voice: short(speech.voice.name) })
      : undefined;
  // A third link after the two of a command lands here, and may hold a secret.
  const moves = gesturePrompt?.replaceAll(/\S*:\/\/\S*/g, "…");
  const gestures = moves ? say("job.gestures", { gestures: short(moves) }) : undefined;
  const parts = [words, voice, gestures, resolution === "1080" ? "1080p" : undefined].filter(
    (part) => part !== undefined,
  );
  return parts.length === 0 ? undefined : parts.join(" · ");
}

/**
 * Only a file of Slack's own, which everybody in the conversation may see by now. An address that somebody has typed
 * may hold a secret of theirs, and is shown to nobody.
 */
function shownPhoto({ request: { photo, candidates } }: Job): SlackFileId | undefined {
  const undecided = candidates !== undefined && candidates.photos.length > 1;
  if (photo.type !== "slack" || undecided || !endsAsShown(photo.url)) return undefined;
  return photo.fileId;
}

function thumbnailOf(say: Say, job: Job): ImageElement | undefined {
  const id = shownPhoto(job);
  if (id === undefined) return undefined;
  const asked = askedFor(say.plain, job);
  return {
    type: "image",
    slack_file: { id },
    alt_text: asked === undefined ? say.plain("job.photo") : say.plain("job.photo_with", { asked }),
  };
}

function endsAsShown(url: string): boolean {
  return URL.canParse(url) && SHOWN_ENDINGS.test(new URL(url).pathname);
}

function short(text: string): string {
  return excerpt(text.replaceAll(/\s+/g, " ").trim(), QUOTED_CHARACTERS);
}
