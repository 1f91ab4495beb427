import type { Said } from "../words/say.ts";
import type { SpeechAttempt } from "./job.ts";
import type { Box } from "./speech-api.ts";

/**
 * What only the person can decide before anything is paid: something is missing, there is more than one of
 * something, or what they gave can be used but may not give what they hope for.
 */
export type Question =
  | { readonly kind: "photo_missing" }
  | { readonly kind: "speech_missing" }
  /** Of the request's candidates. */
  | { readonly kind: "which_photo"; readonly count: number; readonly each: boolean }
  | { readonly kind: "which_speech"; readonly count: number; readonly each: boolean }
  | Concern
  /** The answer to the paid call was lost, and nothing has shown since that AKOOL has spoken the words. */
  | { readonly kind: "speech_unclear"; readonly attempt: SpeechAttempt };

/** The request can go on as it is, if the person says so. */
export type Concern =
  /** Somebody called the app into a thread with a few words, which may just have been thanks. */
  | { readonly kind: "say_this" }
  | PhotoConcern
  | { readonly kind: "no_face" }
  /** From left to right, in pixels of the prepared picture. */
  | { readonly kind: "many_faces"; readonly faces: readonly Box[] }
  | { readonly kind: "tiny_face" }
  | SpeechConcern
  /** `cutAtSeconds` is where it would be cut: at a pause, where there is one. */
  | {
      readonly kind: "speech_too_long";
      readonly seconds?: number;
      readonly limitSeconds: number;
      readonly cutAtSeconds: number;
    };

/** "96 × 80 pixels", "a very wide picture, 2000 × 300 pixels". In old rows, English words. */
export interface PhotoConcern {
  readonly kind: "photo_small" | "photo_strange";
  readonly seen: Said | string;
}

export interface SpeechConcern {
  readonly kind: "speech_clipped";
}

/** What has been decided about what was given. */
export interface Decided {
  /** Concerns that the person waved through. */
  readonly accepted?: readonly Concern["kind"][];
  /** Which part of the prepared picture to use. */
  readonly crop?: Box;
  readonly cutAtSeconds?: number;
}
