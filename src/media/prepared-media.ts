import type { Readable } from "node:stream";
import type { JobId } from "../job/ids.ts";

export type PreparedFile = "photo" | "speech";

/** The names under which AKOOL gets to see them; it goes by the ending. */
export const FILE_NAMES = { photo: "photo.jpg", speech: "speech.mp3" } as const;
export const CONTENT_TYPES = { photo: "image/jpeg", speech: "audio/mpeg" } as const;

/**
 * Whether a job still needs its media, by its row; undefined for a job that this store does not know. A job
 * that no longer needs them never needs them again.
 */
export type IsNeeded = (id: JobId) => Promise<boolean | undefined>;

/**
 * Where prepared files lie, from when they are ready until AKOOL cannot need them any more. A job is prepared
 * by one process and may go on in another, so only a home that all of them reach will do for several.
 */
interface MediaHome {
  /** Keeps the file at `path`, which may be moved away. Repeatable: what was there before is replaced. */
  save(jobId: JobId, file: PreparedFile, path: string, signal: AbortSignal): Promise<void>;
  /** Removes both files of a job. Repeatable. */
  remove(jobId: JobId): Promise<void>;
  /** Removes what a crash left behind. */
  sweep(): Promise<void>;
}

/** Files that this program hands out itself, under `/media`. */
export interface ServedMedia extends MediaHome {
  readonly kind: "served";
  /** Undefined when it is not there. */
  open(jobId: JobId, file: PreparedFile): Promise<OpenFile | undefined>;
}

/** Files that somebody else hands out, to whoever has a signed address. */
export interface PresignedMedia extends MediaHome {
  readonly kind: "presigned";
  /** @returns an https address that gives the file for `lifeMs` from now. A secret. */
  presign(jobId: JobId, file: PreparedFile, lifeMs: number): Promise<string>;
}

export type PreparedMedia = ServedMedia | PresignedMedia;

export interface OpenFile {
  readonly sizeBytes: number;
  /** Those bytes, both ends inclusive. Fails, rather than ends early, when some are not there any more. */
  read(start: number, end: number): Readable;
  close(): Promise<void>;
}
