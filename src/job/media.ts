import type { Said } from "../words/say.ts";
import type { Failure } from "./failure.ts";
import type { Job, Prepared } from "./job.ts";
import type { Concern } from "./question.ts";
import type { SharedFile } from "./request.ts";

/** Bytes, as far as a job needs them. Implemented in `media/`. Never throws. */
export interface Media {
  /** What each of the files is by its first bytes; undefined for one that cannot be looked at now. Takes seconds at most. */
  identify(
    job: Job,
    files: readonly SharedFile[],
    signal: AbortSignal,
  ): Promise<readonly (Seen | undefined)[]>;
  /** Fetches, judges and converts both inputs into the job's spool. Repeatable. */
  prepare(job: Job, signal: AbortSignal): Promise<PrepareAnswer>;
  /**
   * Moves the finished video from `videoUrl` into an upload. `openUpload` is called once the size is known
   * and the first bytes look like a video; it returns the address to upload to, or undefined to stop.
   */
  relay(
    videoUrl: string,
    openUpload: (sizeBytes: number) => Promise<string | undefined>,
    signal: AbortSignal,
  ): Promise<RelayAnswer>;
  /** Removes the job's spool. Repeatable. */
  discard(job: Job): Promise<void>;
}

export interface Seen {
  readonly kind: "photo" | "sound" | "other";
  /** "a PDF document" */
  readonly words: Said;
}

export type PrepareAnswer =
  | {
      readonly type: "prepared";
      readonly prepared: Prepared;
      /** SHA-256 over person, both files' bytes and the options: the same request again has the same key. */
      readonly contentKey: string;
    }
  /** The photo will do, and the words are still to be spoken. */
  | { readonly type: "photo_judged"; readonly contentKey: string }
  /** Only the person can say how to go on. */
  | { readonly type: "concern"; readonly concern: Concern }
  | { readonly type: "refused"; readonly failure: Failure }
  | {
      readonly type: "try_later";
      readonly failure: Failure;
      readonly retryAfterMs?: number;
      readonly error: Error;
    };

export type RelayAnswer =
  | { readonly type: "uploaded" }
  /** `openUpload` said stop. */
  | { readonly type: "stopped" }
  /** AKOOL no longer has the video, or what it has is no video. */
  | { readonly type: "refused"; readonly failure: Failure }
  | {
      readonly type: "try_later";
      /** What the person is told should it never work: which of the two sides it was. */
      readonly failure: Failure;
      readonly retryAfterMs?: number;
      readonly error: Error;
    };
