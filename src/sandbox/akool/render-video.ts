/**
 * The stand-in's answer to "animate this face": the photo as a still picture with a bar below that moves with
 * the voice, and the recording as its sound, in a real mp4 that any player plays. No face is animated here.
 */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";

export interface TalkingPhotoMedia {
  readonly photo: Buffer;
  /** MP3, or AAC in MP4 or ADTS: what fits into an mp4 without being encoded again. */
  readonly speech: Buffer;
  /** Accepted as AKOOL accepts it; the stand-in keeps every video small. */
  readonly resolution: "720" | "1080";
}

export interface TalkingPhotoVideo {
  readonly mp4: Buffer;
  readonly seconds: number;
  readonly width: number;
  readonly height: number;
}

/** What the worker thread posts: Buffers arrive as plain byte arrays. */
export type WorkerAnswer = Omit<TalkingPhotoVideo, "mp4"> & { readonly mp4: Uint8Array };

/**
 * Runs in a thread of its own, one per video: encoding takes seconds, and the encoder hooks itself into
 * `uncaughtException` of whatever process it is loaded into. Rejects on media that cannot be decoded.
 */
export async function renderTalkingPhoto(
  media: TalkingPhotoMedia,
  signal?: AbortSignal,
): Promise<TalkingPhotoVideo> {
  signal?.throwIfAborted();
  // Same extension as this file: .ts from source, .js once compiled.
  const source = new URL(`./render-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(source, { workerData: media, execArgv: [] });
  const stop = () => void worker.terminate();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const answer = await new Promise<WorkerAnswer>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", (code) => reject(new Error(`the renderer stopped (exit code ${code})`)));
    });
    return { ...answer, mp4: Buffer.from(answer.mp4.buffer, answer.mp4.byteOffset, answer.mp4.byteLength) };
  } finally {
    signal?.removeEventListener("abort", stop);
    await worker.terminate();
  }
}
