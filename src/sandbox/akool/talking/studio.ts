/**
 * Where photos are made to talk, on the CPU and with nothing from outside npm: the face is found, each frame is the
 * photo bent to the sound, and the recording is the video's sound. Three threads, which start when they are needed and load
 * their models once: one looks and listens, two draw and encode a half of each video.
 */
import type { Spoken, Utterance } from "./espeak.ts";
import type { Film, TalkingPhotoMedia } from "./film.ts";
import type { Face } from "./find-faces.ts";
import { Thread } from "./thread.ts";

export interface TalkingPhotoVideo {
  readonly mp4: Buffer;
  readonly seconds: number;
  readonly width: number;
  readonly height: number;
}

/** A part begins with a frame that needs no other; more of those than there would be anyway make the file larger. */
const PART_FRAMES = 25;

export class Studio {
  readonly #looker = new Thread();
  readonly #drawers = [new Thread(), new Thread()] as const;

  /** Rejects on media that cannot be decoded, and when the studio is closed. */
  async render(media: TalkingPhotoMedia): Promise<TalkingPhotoVideo> {
    const film = await this.#looker.run("plan", media);
    const half = Math.ceil(film.frames.length / 2 / PART_FRAMES) * PART_FRAMES;
    const parts = await Promise.all([
      this.#draw(0, film, 0, half),
      this.#draw(1, film, half, film.frames.length),
    ]);
    const [drawer] = this.#drawers;
    const mp4 = await drawer.run("join", {
      parts: parts.filter((part) => part !== undefined),
      speech: media.speech,
    });
    const { seconds, width, height } = film;
    return { mp4: asBuffer(mp4), seconds, width, height };
  }

  /** Undefined for no frames. */
  async #draw(drawer: 0 | 1, film: Film, from: number, to: number): Promise<Uint8Array | undefined> {
    return from < to && from < film.frames.length
      ? this.#drawers[drawer].run("draw", { film, from, to })
      : undefined;
  }

  /** In pixels; the largest first. */
  findFaces(photo: Uint8Array): Promise<Omit<Face, "points">[]> {
    return this.#looker.run("look", photo);
  }

  speak(utterance: Utterance): Promise<Spoken> {
    return this.#looker.run("speak", utterance);
  }

  /** What is still being made is given up. */
  async close(): Promise<void> {
    await Promise.all([this.#looker, ...this.#drawers].map((thread) => thread.close()));
  }
}

/** Buffers come out of a thread as plain byte arrays. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
