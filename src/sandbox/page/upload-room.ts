/** Files that were handed to the composer or to a form, until they are sent. */
import type { FileRoom } from "../slack/file-room.ts";
import { NotPossible } from "../slack/not-possible.ts";
import type { FileSpec } from "../slack/people.ts";
import { newId } from "../slack/wire.ts";

export const MAX_UPLOAD_BYTES = 100_000_000;
/** Beyond them the oldest is forgotten. */
const MOST_UPLOADS = 100;
const LONGEST_NAME = 255;

export class UploadTooLarge extends Error {
  override readonly name = "UploadTooLarge";
}

export class UploadRoom {
  readonly #files: FileRoom;
  readonly #uploads = new Map<string, Exclude<FileSpec, string>>();

  constructor(files: FileRoom) {
    this.#files = files;
  }

  /** @throws UploadTooLarge */
  async take(source: AsyncIterable<Uint8Array>, { name, isClip }: { name: string; isClip: boolean }) {
    const bytes = await this.#files.keepStream(upTo(MAX_UPLOAD_BYTES, source));
    const id = newId("upload").toLowerCase();
    this.#uploads.set(id, {
      // Without the folders that it came from.
      name: (name.split(/[\\/]/).at(-1) || "file").slice(-LONGEST_NAME),
      bytes,
      ...(isClip && { subtype: "slack_audio" }),
    });
    for (const oldest of [...this.#uploads.keys()].slice(0, -MOST_UPLOADS)) this.#uploads.delete(oldest);
    return id;
  }

  /** They stay: what could not be sent is sent again. */
  get(ids: readonly string[]): FileSpec[] {
    return ids.map((id) => {
      const upload = this.#uploads.get(id);
      if (!upload) throw new NotPossible("that file is not here any more; choose it again");
      return upload;
    });
  }
}

async function* upTo(most: number, source: AsyncIterable<Uint8Array>) {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > most) throw new UploadTooLarge();
    yield chunk;
  }
}
