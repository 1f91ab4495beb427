/** A file's way in: ticket, bytes, completion, and some time later the message it is shared in. */
import type { IncomingMessage } from "node:http";
import type { Block } from "../block-kit.ts";
import type { CallLog, Reply } from "../call-log.ts";
import type { Content, FileRoom, SlackFile } from "../file-room.ts";
import type { Channel } from "../records.ts";
import { Refusal } from "../refusal.ts";
import { newId } from "../wire.ts";
import type { Workspace } from "../workspace.ts";

const DEFAULT_LATE_MS = 300;

export interface Upload {
  readonly fileId: string;
  readonly filename: string;
  readonly length: number;
  readonly altText: string | undefined;
  content: Content | undefined;
  completed: boolean;
}

export class Uploads {
  readonly #workspace: Workspace;
  readonly #files: FileRoom;
  readonly #log: CallLog;
  readonly #byTicket = new Map<string, Upload>();

  constructor(workspace: Workspace, files: FileRoom, log: CallLog) {
    this.#workspace = workspace;
    this.#files = files;
    this.#log = log;
  }

  open(wanted: { filename: string; length: number; altText: string | undefined }): {
    url: string;
    fileId: string;
  } {
    const fileId = newId("F");
    const ticket = newId("ticket").toLowerCase();
    this.#byTicket.set(ticket, { ...wanted, fileId, content: undefined, completed: false });
    return { url: `${this.#workspace.url}/upload/v1/${ticket}`, fileId };
  }

  hasTicket(ticket: string): boolean {
    return this.#byTicket.has(ticket);
  }

  find(fileId: string): Upload | undefined {
    return [...this.#byTicket.values()].find((upload) => upload.fileId === fileId);
  }

  /** The bytes: raw, or one file in a multipart form. No token belongs here. */
  async receive(ticket: string, request: IncomingMessage): Promise<Reply> {
    const upload = this.#byTicket.get(ticket);
    if (request.headers.authorization)
      this.#workspace.problems.push("upload: the token was sent to the upload host");
    if (!upload) return said(404, "no such upload");
    const content = await this.#read(request);
    if (content.size !== upload.length) {
      this.#workspace.problems.push(
        `upload: ${content.size} bytes came of the ${upload.length} announced for ${upload.filename}`,
      );
      return said(400, "length mismatch");
    }
    upload.content = content;
    return { ...said(200, `OK - ${content.size}`), outcome: "ok" };
  }

  /** Answers at once; the share comes later, or never. */
  complete(
    wanted: readonly { id: string; title?: string | undefined }[],
    place: { channel: Channel; threadTs: string | undefined; text: string; blocks: Block[] } | undefined,
  ): SlackFile[] {
    const { secondComplete, botUserId } = this.#workspace.settings;
    const uploads = wanted.map(({ id, title }) => ({ upload: this.find(id), title }));
    const files: SlackFile[] = [];
    let again = false;
    for (const { upload, title } of uploads) {
      if (!upload) throw new Refusal("file_not_found");
      if (!upload.content) throw new Refusal("file_update_failed");
      if (upload.completed && secondComplete === "error") throw new Refusal("file_not_found");
      again ||= upload.completed;
      const { fileId: id, filename: name, content } = upload;
      files.push(this.#files.files.get(id) ?? this.#files.add({ id, name, content, title, user: botUserId }));
    }
    for (const { upload } of uploads) if (upload) upload.completed = true;
    if (again && secondComplete === "ok_no_share") return files;
    // Alt text on anything but an image makes Slack forget the share without a word.
    const lost = uploads.some(
      ({ upload }, index) => upload?.altText && !files[index]?.mimetype.startsWith("image/"),
    );
    if (lost) this.#workspace.problems.push("files: alt text on a file that is no image loses the share");
    if (place && !lost) this.#shareLater(files, place);
    return files;
  }

  #shareLater(
    files: SlackFile[],
    place: { channel: Channel; threadTs: string | undefined; text: string; blocks: Block[] },
  ): void {
    const { shareDelayMs, botUserId } = this.#workspace.settings;
    const how = this.#log.take("share", { channel: place.channel.id, files: files.map((file) => file.id) });
    const mode = how?.kind === "share" ? how.mode : "soon";
    if (mode === "never") return;
    const lateMs = how?.kind === "share" ? (how.delayMs ?? DEFAULT_LATE_MS) : 0;
    const share = () => {
      const there = files.filter((file) => !file.deleted);
      if (place.channel.archived || there.length === 0) return;
      this.#workspace.post(place.channel, {
        user: botUserId,
        subtype: "file_share",
        text: place.text,
        blocks: place.blocks,
        threadTs: place.threadTs,
        files: there,
      });
    };
    this.#workspace.later(mode === "late" ? lateMs : shareDelayMs, share);
    if (mode === "twice") this.#workspace.later(shareDelayMs + (how?.kind === "share" ? lateMs : 0), share);
  }

  async #read(request: IncomingMessage): Promise<Content> {
    const type = request.headers["content-type"] ?? "";
    if (!type.startsWith("multipart/form-data")) return this.#files.keepStream(request);
    const whole = await (await this.#files.keepStream(request)).read();
    const form = await new Response(new Uint8Array(whole), {
      headers: { "content-type": type },
    }).formData();
    const files = [...form.values()].filter((value) => typeof value !== "string");
    const [only] = files;
    if (!only || files.length > 1) {
      this.#workspace.problems.push(`upload: ${files.length} files in one multipart upload`);
      return this.#files.keep(new Uint8Array());
    }
    return this.#files.keep(new Uint8Array(await only.arrayBuffer()));
  }
}

function said(status: number, body: string): Reply {
  return { status, headers: { "content-type": "text/plain" }, body, outcome: body };
}
