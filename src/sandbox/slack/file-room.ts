/** Files: their bytes, who may read them, and how they look in payloads. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, type WriteStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import type { Channel } from "./records.ts";
import { newId, type Wire } from "./wire.ts";
import type { Workspace } from "./workspace.ts";

/** Above it bytes go to a temporary folder: a load test pushes hundreds of megabytes through. */
const KEEP_IN_MEMORY_BYTES = 5_000_000;

const TYPES: Record<string, string> = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  gif: "image/gif",
  webp: "image/webp",
  heic: "image/heic",
  mp3: "audio/mpeg",
  m4a: "audio/mp4",
  wav: "audio/x-wav",
  ogg: "audio/ogg",
  flac: "audio/flac",
  webm: "video/webm",
  mp4: "video/mp4",
  mov: "video/quicktime",
  pdf: "application/pdf",
  txt: "text/plain",
};

export interface Content {
  readonly size: number;
  readonly sha256: string;
  read(): Promise<Buffer>;
  stream(): Readable;
}

export interface SlackFile {
  readonly id: string;
  readonly user: string;
  readonly createdAt: number;
  readonly name: string;
  title: string;
  mimetype: string;
  readonly filetype: string;
  /** `slack_audio` or `slack_video` for what was recorded inside Slack. */
  readonly subtype: string | undefined;
  readonly content: Content;
  readonly thumbnail: Content | undefined;
  /** Laid over the payload: `{ mode: "external", … }` and the like. */
  readonly fields: Wire;
  readonly shares: { channel: Channel; ts: string; threadTs: string | undefined }[];
  /** Handed in through a form, so the app may read it though it is in no conversation. */
  handedIn: boolean;
  deleted: boolean;
}

export interface NewFile {
  readonly name: string;
  readonly user: string;
  readonly content: Content;
  readonly id?: string;
  readonly title?: string | undefined;
  readonly mimetype?: string | undefined;
  readonly subtype?: string | undefined;
  readonly thumbnail?: Content | undefined;
  readonly fields?: Wire | undefined;
}

export class FileRoom {
  readonly files = new Map<string, SlackFile>();
  readonly #workspace: Workspace;
  #folder: Promise<string> | undefined;
  #spilled = 0;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  add(file: NewFile): SlackFile {
    // Half a letter, where a long name was cut, is no part of any address.
    const name = file.name.toWellFormed();
    const extension = extensionOf(name);
    const made: SlackFile = {
      id: file.id ?? newId("F"),
      user: file.user,
      createdAt: Date.now(),
      name,
      title: file.title ?? name,
      mimetype: file.mimetype ?? typeOf(name, file.subtype),
      filetype: extension === "jpeg" ? "jpg" : extension || "binary",
      subtype: file.subtype,
      content: file.content,
      thumbnail: file.thumbnail,
      fields: file.fields ?? {},
      shares: [],
      handedIn: false,
      deleted: false,
    };
    this.files.set(made.id, made);
    return made;
  }

  /** The bot's own files, those in conversations it is in, and those handed in through its forms. */
  canBotRead(file: SlackFile): boolean {
    if (file.user === this.#workspace.settings.botUserId || file.handedIn) return true;
    return file.shares.some((share) => this.#workspace.hasBot(share.channel));
  }

  keep(bytes: Uint8Array): Content {
    const buffer = Buffer.from(bytes);
    return {
      size: buffer.length,
      sha256: createHash("sha256").update(buffer).digest("hex"),
      read: async () => buffer,
      stream: () => Readable.from([buffer], { objectMode: false }),
    };
  }

  /** Reads `source` to its end. A source that breaks off rejects, and nothing is kept. */
  async keepStream(source: AsyncIterable<Uint8Array>): Promise<Content> {
    const hash = createHash("sha256");
    const chunks: Uint8Array[] = [];
    let size = 0;
    let spill: { path: string; file: WriteStream } | undefined;
    try {
      for await (const chunk of source) {
        hash.update(chunk);
        size += chunk.length;
        if (spill) await write(spill.file, chunk);
        else chunks.push(chunk);
        if (!spill && size > KEEP_IN_MEMORY_BYTES) {
          spill = await this.#newSpill();
          for (const early of chunks.splice(0)) await write(spill.file, early);
        }
      }
    } finally {
      spill?.file.end();
      if (spill) await finished(spill.file);
    }
    if (!spill) return this.keep(Buffer.concat(chunks));
    const { path } = spill;
    const sha256 = hash.digest("hex");
    return { size, sha256, read: () => readFile(path), stream: () => createReadStream(path) };
  }

  async #newSpill(): Promise<{ path: string; file: WriteStream }> {
    this.#folder ??= mkdtemp(join(tmpdir(), "slack-sandbox-"));
    this.#spilled += 1;
    const path = join(await this.#folder, String(this.#spilled));
    return { path, file: createWriteStream(path) };
  }

  async close(): Promise<void> {
    if (this.#folder) await rm(await this.#folder, { recursive: true, force: true });
  }

  /** The file object of payloads. `scanned: false` is how it looks in the seconds after an upload. */
  wire(file: SlackFile, { scanned = true }: { scanned?: boolean } = {}): Wire {
    const { settings, url } = this.#workspace;
    if (file.deleted) return { id: file.id, mode: "tombstone" };
    const at = `${url}/files-pri/${settings.teamId}-${file.id}`;
    const name = encodeURIComponent(file.name);
    const seconds = Math.floor(file.createdAt / 1000);
    const image = file.mimetype.startsWith("image/");
    const shares = scanned ? file.shares : [];
    return {
      id: file.id,
      created: seconds,
      timestamp: seconds,
      name: file.name,
      title: file.title,
      mimetype: scanned ? file.mimetype : "",
      filetype: scanned ? file.filetype : "",
      pretty_type: scanned ? file.filetype.toUpperCase() : "",
      user: file.user,
      user_team: settings.teamId,
      editable: false,
      size: file.content.size,
      mode: "hosted",
      is_external: false,
      external_type: "",
      is_public: shares.some((share) => share.channel.kind === "public"),
      public_url_shared: false,
      display_as_bot: false,
      username: "",
      url_private: `${at}/${name}`,
      url_private_download: `${at}/download/${name}`,
      permalink: `${url}/files/${file.user}/${file.id}/${name}`,
      permalink_public: `${url}/public/${settings.teamId}-${file.id}`,
      media_display_type: image
        ? "unknown"
        : file.subtype === "slack_audio" || file.mimetype.startsWith("audio/")
          ? "audio"
          : "video",
      has_rich_preview: false,
      file_access: "visible",
      ...(file.thumbnail && {
        thumb_720: `${url}/files-tmb/${settings.teamId}-${file.id}-thumb/${name}_720.jpg`,
        thumb_1024: `${url}/files-tmb/${settings.teamId}-${file.id}-thumb/${name}_1024.jpg`,
      }),
      ...(file.subtype === "slack_audio" && this.#clip(file)),
      ...(file.subtype === "slack_video" && { subtype: "slack_video", mp4: `${at}/${name}` }),
      ...file.fields,
    };
  }

  /** files.info says where a file is; events do not. */
  wireWithShares(file: SlackFile): Wire {
    const places = { public: {} as Record<string, Wire[]>, private: {} as Record<string, Wire[]> };
    for (const share of file.shares) {
      const kind = share.channel.kind === "public" ? places.public : places.private;
      kind[share.channel.id] ??= [];
      kind[share.channel.id]?.push({
        ts: share.ts,
        ...(share.threadTs && { thread_ts: share.threadTs }),
        channel_name: share.channel.name,
        team_id: this.#workspace.settings.teamId,
        share_user_id: file.user,
        reply_users: [],
        reply_users_count: 0,
        reply_count: 0,
        is_silent_share: false,
        source: "UNKNOWN",
      });
    }
    const ids = (kind: Channel["kind"]) =>
      file.shares.filter((share) => share.channel.kind === kind).map((share) => share.channel.id);
    const shares = {
      ...(Object.keys(places.public).length > 0 && { public: places.public }),
      ...(Object.keys(places.private).length > 0 && { private: places.private }),
    };
    return {
      ...this.wire(file),
      shares,
      channels: ids("public"),
      groups: ids("private"),
      ims: ids("im"),
      comments_count: 0,
    };
  }

  /** A recorded clip is AAC in MP4 whatever its name says, and its URLs say so. */
  #clip(file: SlackFile): Wire {
    const { settings, url } = this.#workspace;
    const clip = `${url}/files-tmb/${settings.teamId}-${file.id}/audio_message_audio.mp4`;
    return {
      subtype: "slack_audio",
      url_private: clip,
      url_private_download: clip,
      aac: clip,
      duration_ms: 3000,
      audio_wave_samples: Array.from({ length: 100 }, (_, index) => (index * 37) % 100),
      transcription: { status: "processing" },
    };
  }
}

export function extensionOf(name: string): string {
  return /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
}

function typeOf(name: string, subtype: string | undefined): string {
  if (subtype === "slack_audio") return extensionOf(name) === "webm" ? "audio/webm" : "audio/mp4";
  return TYPES[extensionOf(name)] ?? "application/octet-stream";
}

function write(file: WriteStream, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    file.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
