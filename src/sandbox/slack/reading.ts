/** Looking at the workspace as a person does, and waiting for something to show up in it. */
import type { SlackFile } from "./file-room.ts";
import type { Channel, Ephemeral, Message, View } from "./records.ts";
import { describe, transcript } from "./transcript.ts";
import type { Workspace } from "./workspace.ts";

const DEFAULT_TIMEOUT_MS = 20_000;

/** A text it must contain, a pattern, or any question. */
export type Wanted<T> = string | RegExp | ((item: T) => boolean);

export interface Where {
  readonly channel?: string;
  readonly threadTs?: string;
  readonly timeoutMs?: number;
}

/** A thread, always as it is now. */
export interface Thread {
  readonly channel: string;
  readonly ts: string;
  readonly root: Message | undefined;
  /** The root and its replies. */
  readonly messages: Message[];
  readonly files: SlackFile[];
  readonly transcript: string[];
  waitForMessage(wanted: Wanted<Message>, at?: { timeoutMs?: number }): Promise<Message>;
  waitForFile(mimetype: string, at?: { timeoutMs?: number }): Promise<SlackFile>;
}

export class Reading {
  readonly #workspace: Workspace;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** Its messages are those one sees: without the deleted ones. */
  channel(id: string): Omit<Channel, "messages"> & { readonly messages: Message[] } {
    const channel = this.#workspace.getChannel(id);
    return Object.defineProperty(Object.create(channel), "messages", {
      get: () => channel.messages.filter((message) => !message.deleted),
    });
  }

  thread(channel: string, ts: string): Thread {
    const messages = () =>
      this.channel(channel).messages.filter((message) => message.ts === ts || message.threadTs === ts);
    const workspace = this.#workspace;
    return {
      channel,
      ts,
      get root() {
        return workspace.findMessage(channel, ts);
      },
      get messages() {
        return messages();
      },
      get files() {
        return messages().flatMap((message) => message.files);
      },
      get transcript() {
        return transcript(workspace, channel, ts);
      },
      waitForMessage: (wanted, at) => this.waitForMessage(wanted, { channel, threadTs: ts, ...at }),
      waitForFile: (mimetype, at) => this.waitForFile(mimetype, { channel, threadTs: ts, ...at }),
    };
  }

  /** A message that is there, or comes, or is edited to match. */
  waitForMessage(wanted: Wanted<Message>, where: Where = {}): Promise<Message> {
    return this.#waitFor(`a message ${asked(wanted)}`, where, () =>
      this.#messages(where).find((message) => this.#matches(message, wanted)),
    );
  }

  /** A file that the app or a person shared; the app's own come first. */
  waitForFile(mimetype: string, where: Where = {}): Promise<SlackFile> {
    return this.#waitFor(`a file of type ${mimetype}`, where, () =>
      this.#messages(where)
        .sort((a, b) => Number(b.byApp) - Number(a.byApp))
        .flatMap((message) => message.files)
        .find((file) => file.mimetype === mimetype && !file.deleted),
    );
  }

  waitForEphemeral(
    wanted: Wanted<Ephemeral>,
    where: Omit<Where, "threadTs"> & { user?: string } = {},
  ): Promise<Ephemeral> {
    return this.#waitFor(`a private message ${asked(wanted)}`, where, () =>
      this.#workspace.ephemerals.find(
        (each) =>
          !each.gone &&
          (where.channel ?? each.channel) === each.channel &&
          (where.user ?? each.user) === each.user &&
          this.#matches(each, wanted),
      ),
    );
  }

  /** The newest form or App Home that matches; a form only while it is open. */
  waitForView(
    wanted: Wanted<View> = () => true,
    where: { user?: string; timeoutMs?: number } = {},
  ): Promise<View> {
    return this.#waitFor(`a form ${asked(wanted)}`, where, () =>
      this.#workspace.views.findLast(
        (view) =>
          view.state === "open" && (where.user ?? view.user) === view.user && this.#matches(view, wanted),
      ),
    );
  }

  /** Any condition; looked at again after each change in the workspace. */
  waitUntil(what: string, condition: () => boolean, where: Where = {}): Promise<true> {
    return this.#waitFor(what, where, () => (condition() ? true : undefined));
  }

  async #waitFor<T>(what: string, where: Where, look: () => T | undefined): Promise<T> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = where;
    const already = look();
    if (already !== undefined) return already;
    return new Promise((resolve, reject) => {
      const again = () => {
        const found = look();
        if (found === undefined) return;
        done();
        resolve(found);
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`waited ${timeoutMs} ms for ${what}. So far:\n${this.#soFar(where)}`));
      }, timeoutMs);
      const done = () => {
        clearTimeout(timer);
        this.#workspace.events.off("change", again);
      };
      this.#workspace.events.on("change", again);
    });
  }

  #messages(where: Where): Message[] {
    if (where.channel && where.threadTs) return this.thread(where.channel, where.threadTs).messages;
    const ids = where.channel ? [where.channel] : [...this.#workspace.channels.keys()];
    return ids.flatMap((id) => this.channel(id).messages);
  }

  #matches<T extends Message | Ephemeral | View>(item: T, wanted: Wanted<T>): boolean {
    if (typeof wanted === "function") return wanted(item);
    const text = describe(this.#workspace, item).join("\n");
    return typeof wanted === "string" ? text.includes(wanted) : wanted.test(text);
  }

  #soFar(where: Where): string {
    const ids = where.channel ? [where.channel] : [...this.#workspace.channels.keys()];
    const lines = ids.flatMap((id) => {
      const name = this.#workspace.channels.get(id)?.name ?? id;
      const seen = transcript(this.#workspace, id, where.threadTs);
      return seen.length > 0 ? [`  #${name}`, ...seen.map((line) => `    ${line}`)] : [];
    });
    const problems = this.#workspace.problems.map((problem) => `  problem: ${problem}`);
    return [...(lines.length > 0 ? lines : ["  (nothing)"]), ...problems].join("\n");
  }
}

function asked(wanted: Wanted<never>): string {
  return typeof wanted === "function" ? "that fits" : `with ${wanted}`;
}
