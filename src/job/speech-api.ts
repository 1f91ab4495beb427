import type { SpeechId } from "./ids.ts";
import type { CreateAnswer, RenderUpdate } from "./render-api.ts";

/** What AKOOL is asked to say. */
export interface SpeechOrder {
  readonly text: string;
  readonly voiceId: string;
  /** ISO 639-1: helps the pronunciation, and does not translate. */
  readonly languageCode?: string;
  /** Absent when AKOOL cannot reach us or cannot sign. */
  readonly webhookUrl?: string;
}

/** What one paid call came to; which of these are certain, see `CreateAnswer`. */
export type SpeakAnswer =
  /** `url`: some are done within the call. */
  | { readonly type: "created"; readonly speechId: SpeechId; readonly url?: string }
  | Exclude<CreateAnswer, { readonly type: "created" }>;

/** What AKOOL says of a speech when it is asked; the rest as of a render. */
export type SpeechUpdate =
  | { readonly type: "succeeded"; readonly url: string; readonly credits?: number }
  | Exclude<RenderUpdate, { readonly type: "succeeded" }>;

export interface SpeechApi {
  /** One paid call, never repeated inside. Never throws. */
  createSpeech(order: SpeechOrder, signal?: AbortSignal): Promise<SpeakAnswer>;
  /** Free and repeatable. Never throws. */
  readSpeech(speechId: SpeechId, signal?: AbortSignal): Promise<SpeechUpdate>;
}

/** One that AKOOL offers. */
export interface Voice {
  /** What an order names. */
  readonly id: string;
  readonly name: string;
  /** ISO 639-1 ("pl"), where AKOOL says which. */
  readonly language?: string;
  readonly gender?: "female" | "male";
  /** A public address of a sample. */
  readonly previewUrl?: string;
}

export interface VoiceList {
  /** All voices, kept for an hour; an empty list when AKOOL cannot be asked. Never throws. */
  voices(signal?: AbortSignal): Promise<readonly Voice[]>;
}

/** Pixels of the picture that was looked at. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface FaceFinder {
  /** Every face in a JPEG, from left to right; undefined when it cannot be told (the check itself failed). Never throws. */
  findFaces(jpegPath: string, signal?: AbortSignal): Promise<readonly Box[] | undefined>;
}
