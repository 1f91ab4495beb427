/**
 * What the workspace holds: people, conversations, messages, forms. All of it in memory, and all of it changed only
 * through the methods here, so that whoever watches `events` sees everything a person would see happen.
 */
import { EventEmitter } from "node:events";
import type { Block, ViewContent } from "./block-kit.ts";
import type { SlackFile } from "./file-room.ts";
import type { Settings } from "./options.ts";
import type { Channel, Ephemeral, Message, ResponseUrl, User, View, WorkspaceEvents } from "./records.ts";
import { Refusal } from "./refusal.ts";
import { newId, newTs } from "./wire.ts";

export const ANNA = "U0ANNA";
export const BEN = "U0BEN";
/** Uses Slack in German. */
export const DORA = "U0DORA";
/** Who installs apps. */
export const ADMIN = "U0ADMIN";
/** Public, the bot is a member. */
export const GENERAL = "C0GENERAL";
/** Public, the bot is not a member. */
export const RANDOM = "C0RANDOM";
/** Private, the bot is not a member and so cannot see it. */
export const SECRET = "C0SECRET";

export interface Draft {
  readonly user: string;
  readonly text: string;
  readonly blocks?: Block[];
  readonly files?: SlackFile[];
  readonly forwards?: Message | undefined;
  readonly threadTs?: string | undefined;
  readonly subtype?: string | undefined;
  readonly clientMsgId?: string | undefined;
  readonly metadata?: unknown;
}

export class Workspace {
  readonly settings: Settings;
  readonly url: string;
  readonly users = new Map<string, User>();
  readonly channels = new Map<string, Channel>();
  readonly ephemerals: Ephemeral[] = [];
  readonly views: View[] = [];
  readonly problems: string[] = [];
  readonly events = new EventEmitter<WorkspaceEvents>();
  readonly responseUrls = new Map<string, ResponseUrl>();
  /** The app was removed or its token taken away. */
  revoked = false;
  readonly #triggers = new Map<string, { user: string; madeAt: number; used: boolean }>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(settings: Settings, url: string) {
    this.settings = settings;
    this.url = url;
    this.events.setMaxListeners(0);
    this.addUser({ id: settings.botUserId, name: settings.botName, isBot: true });
    this.addUser({ id: ANNA, name: "anna", isBot: false });
    this.addUser({ id: BEN, name: "ben", isBot: false });
    this.addUser({ id: ADMIN, name: "admin", isBot: false });
    this.addUser({ id: DORA, name: "dora", isBot: false, locale: "de-DE" });
    this.addChannel({ id: GENERAL, name: "general", members: [ANNA, BEN, DORA, settings.botUserId] });
    this.addChannel({ id: RANDOM, name: "random", members: [ANNA, BEN] });
    this.addChannel({ id: SECRET, name: "secret", kind: "private", members: [ANNA, BEN] });
  }

  addUser({ locale = "en-US", ...rest }: Omit<User, "locale"> & { locale?: string }): User {
    const user = { ...rest, locale };
    this.users.set(user.id, user);
    return user;
  }

  addChannel(channel: {
    name: string;
    id?: string;
    kind?: Channel["kind"];
    members: readonly string[];
    teamId?: string;
  }): Channel {
    const made: Channel = {
      id: channel.id ?? newId(channel.kind === "im" ? "D" : "C"),
      name: channel.name,
      kind: channel.kind ?? "public",
      members: new Set(channel.members),
      teamId: channel.teamId ?? this.settings.teamId,
      archived: false,
      messages: [],
    };
    this.channels.set(made.id, made);
    return made;
  }

  /** The conversation between a person and the app, made on first use. */
  openDm(user: string): Channel {
    const { botUserId } = this.settings;
    for (const channel of this.channels.values()) {
      if (channel.kind === "im" && channel.members.has(user) && channel.members.has(botUserId))
        return channel;
    }
    return this.addChannel({ name: "directmessage", kind: "im", members: [user, botUserId] });
  }

  getChannel(id: string): Channel {
    const channel = this.channels.get(id);
    if (!channel) throw new Refusal("channel_not_found");
    return channel;
  }

  /** As the bot sees it: a private conversation it is not in does not exist. */
  getVisibleChannel(id: string): Channel {
    const channel = this.getChannel(id);
    if (channel.kind !== "public" && !this.hasBot(channel)) throw new Refusal("channel_not_found");
    return channel;
  }

  hasBot(channel: Channel): boolean {
    return channel.members.has(this.settings.botUserId);
  }

  findMessage(channel: string, ts: string): Message | undefined {
    return this.channels.get(channel)?.messages.find((message) => message.ts === ts && !message.deleted);
  }

  /** The root's ts for `thread_ts`; a reply's own ts is what Slack's documentation says never to send. */
  getThread(channel: Channel, threadTs: string | undefined): string | undefined {
    if (threadTs === undefined) return undefined;
    // A deleted root keeps its thread, so deleted messages count here.
    const root = channel.messages.find((message) => message.ts === threadTs);
    if (!root) throw new Refusal("thread_not_found");
    if (root.threadTs !== undefined && root.threadTs !== root.ts)
      this.problems.push(`thread_ts ${threadTs} is a reply's ts, not its root's`);
    return root.threadTs ?? root.ts;
  }

  post(channel: Channel, draft: Draft): Message {
    const message: Message = {
      channel: channel.id,
      ts: newTs(),
      user: draft.user,
      byApp: draft.user === this.settings.botUserId,
      threadTs: draft.threadTs,
      subtype: draft.subtype,
      clientMsgId: draft.clientMsgId,
      text: draft.text,
      blocks: draft.blocks ?? [],
      files: draft.files ?? [],
      forwards: draft.forwards,
      metadata: draft.metadata,
      deleted: false,
      edits: [],
    };
    channel.messages.push(message);
    // Whoever sees a forwarded message sees its files.
    for (const file of [...message.files, ...(message.forwards?.files ?? [])])
      file.shares.push({ channel, ts: message.ts, threadTs: message.threadTs });
    this.#tell("message", message);
    for (const file of message.files) this.#tell("file", file, message);
    return message;
  }

  edit(message: Message, now: { text: string; blocks: Block[]; metadata?: unknown }): void {
    message.edits.push({ text: message.text, blocks: message.blocks, editedAt: Date.now() });
    message.text = now.text;
    message.blocks = now.blocks;
    if (now.metadata !== undefined) message.metadata = now.metadata;
    this.#tell("edit", message);
  }

  delete(message: Message): void {
    message.deleted = true;
    this.#tell("delete", message);
  }

  whisper(
    draft: Pick<Ephemeral, "channel" | "user" | "text"> &
      Partial<Pick<Ephemeral, "blocks" | "threadTs" | "from">>,
  ): Ephemeral {
    const ephemeral: Ephemeral = {
      channel: draft.channel,
      ts: newTs(),
      user: draft.user,
      threadTs: draft.threadTs,
      from: draft.from ?? "app",
      text: draft.text,
      blocks: draft.blocks ?? [],
      gone: false,
    };
    this.ephemerals.push(ephemeral);
    this.#tell("ephemeral", ephemeral);
    return ephemeral;
  }

  changeEphemeral(ephemeral: Ephemeral, now: { text: string; blocks: Block[] } | "gone"): void {
    if (now === "gone") ephemeral.gone = true;
    else Object.assign(ephemeral, now);
    this.#tell("ephemeral", ephemeral);
  }

  showView(user: string, content: ViewContent): View {
    const view: View = { id: newId("V"), user, content, hash: newTs(), state: "open" };
    this.views.push(view);
    this.#tell("view", view);
    return view;
  }

  changeView(view: View, now: ViewContent | "submitted" | "closed"): void {
    if (typeof now === "string") view.state = now;
    else {
      view.content = now;
      view.hash = newTs();
    }
    this.#tell("view", view);
  }

  /** What the app shows a person in its Home tab. */
  homeOf(user: string): View | undefined {
    return this.views.find((view) => view.user === user && view.content.type === "home");
  }

  newTrigger(user: string): string {
    const id = `${Date.now()}.${lastDigits()}.${newId("trigger").toLowerCase()}`;
    this.#triggers.set(id, { user, madeAt: Date.now(), used: false });
    return id;
  }

  /** The user whom the trigger lets the app show something to. Each works once, for 3 seconds. */
  useTrigger(id: string): string {
    const trigger = this.#triggers.get(id);
    if (!trigger) throw new Refusal("invalid_trigger_id");
    if (Date.now() - trigger.madeAt > this.settings.triggerLifeMs) throw new Refusal("expired_trigger_id");
    if (trigger.used) throw new Refusal("exchanged_trigger_id");
    trigger.used = true;
    return trigger.user;
  }

  newResponseUrl(channel: string, user: string, original?: Message | Ephemeral): string {
    const path = `/actions/${this.settings.teamId}/${lastDigits()}/${newId("hook")}`;
    const expiresAt = Date.now() + this.settings.responseUrlLifeMs;
    const url = `${this.url}${path}`;
    this.responseUrls.set(path, { url, channel, user, original, expiresAt, uses: 0 });
    return url;
  }

  /** Runs `work` later, unless the sandbox closes first. */
  later(delayMs: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, delayMs);
    this.#timers.add(timer);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.events.removeAllListeners();
  }

  #tell<Name extends keyof WorkspaceEvents>(name: Name, ...what: WorkspaceEvents[Name]): void {
    // The emitter's own types do not follow a generic name; the signature above already does.
    (this.events as EventEmitter).emit(name, ...what);
    this.events.emit("change");
  }
}

function lastDigits(): string {
  return newTs().replace(".", "").slice(-9);
}
