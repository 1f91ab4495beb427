import type { Said } from "../words/say.ts";
import type { SlackFileId } from "./ids.ts";
import type { Decided } from "./question.ts";
import type { Resolution } from "./render-api.ts";

/** What is asked for: a photo, what it is to say, and how. */

export interface RenderRequest {
  readonly photo: MediaSource;
  readonly speech: SpeechSource;
  readonly resolution: Resolution;
  readonly gesturePrompt?: string;
  /** More than one was given: `photo` and `speech` are the first of each until the person has chosen. */
  readonly candidates?: Candidates;
  readonly decided?: Decided;
  /** What was shared beside it and is neither: "a PDF document". In old rows, English words. */
  readonly unusable?: Said | string;
  /** The video comes to the person alone, who decides whether it is posted. Never in their direct message with the app. */
  readonly showFirst?: true;
}

export interface Candidates {
  readonly photos: readonly MediaSource[];
  readonly speeches: readonly MediaSource[];
}

export type SpeechSource = MediaSource | Words;

/** What was shared at once, and what is written beside it. */
export interface Unsorted {
  readonly files: readonly SharedFile[];
  readonly words?: string;
}

/** `label`: what it is by what Slack or its address calls it. */
export interface SharedFile {
  readonly source: MediaSource;
  readonly label: "photo" | "recording" | "video" | "other" | "unknown";
}

/** What AKOOL is to say. */
export interface Words {
  readonly type: "words";
  readonly text: string;
  /** Absent: chosen when it is spoken, by the person's or channel's habit, else by the language. */
  readonly voice?: ChosenVoice;
  /** Where AKOOL keeps the speech, for 7 days. */
  readonly spokenUrl?: string;
}

export interface ChosenVoice {
  readonly id: string;
  readonly name: string;
  readonly language?: string;
}

export type MediaSource =
  | { readonly type: "slack"; readonly fileId: SlackFileId; readonly url: string }
  | { readonly type: "url"; readonly url: string }
  /** In the message that the job's thread began with: looked for when it is fetched. */
  | { readonly type: "thread" }
  /** Nothing was given: asked for, or the request is only there to be refused in its own thread. */
  | { readonly type: "none" };
