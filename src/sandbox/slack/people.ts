/** What people in the workspace do, told to the app as Slack would tell it. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { World } from "./api/method.ts";
import { type Button, elementsOf } from "./block-kit.ts";
import type { Answer, Delivered, Deliveries } from "./delivery.ts";
import type { Content, SlackFile } from "./file-room.ts";
import { NotPossible } from "./not-possible.ts";
import { buttonsOf } from "./payloads.ts";
import type { Reading, Thread } from "./reading.ts";
import type { Channel, Ephemeral, Message, View } from "./records.ts";
import { said, speak } from "./response-url.ts";
import { type Given, usedFields } from "./use-element.ts";
import { isWire, newId, readJson, type Wire } from "./wire.ts";
import { ANNA, GENERAL } from "./workspace.ts";

/** A path on disk, or a file made up on the spot. */
export type FileSpec =
  | string
  | {
      readonly name: string;
      readonly bytes: Uint8Array | Content;
      /** Default: by the name, as Slack does. */
      readonly mimetype?: string;
      readonly title?: string;
      readonly subtype?: "slack_audio" | "slack_video";
      /** Bytes behind `thumb_720` and `thumb_1024`. */
      readonly thumbnail?: Uint8Array;
      /** Laid over the file object: `{ mode: "external", is_external: true, url_private: … }`, `{ mode: "file_access" }`. */
      readonly fields?: Wire;
    };

export interface ShareOptions {
  /** Default GENERAL. */
  readonly channel?: string;
  readonly user?: string;
  readonly text?: string;
  readonly threadTs?: string;
  /** Begins the text with a mention of the app. */
  readonly mention?: boolean;
  /** In which order the two events of one message are delivered. */
  readonly order?: readonly ("message" | "app_mention")[];
  /** All events at once instead of one after the other. */
  readonly together?: boolean;
  /** Deliveries on top of an answered one, under the same event id. */
  readonly retries?: number;
  /** The client's own id for the message; the same id in two messages is a client that sent twice. */
  readonly clientMsgId?: string;
  /** A message that it forwards, with its files. */
  readonly forwards?: Message;
  /** Resolves once it is posted; nobody waits for the deliveries then. */
  readonly inBackground?: boolean;
}

/** `status`, `body` and `ms` are of the last delivery; 0 when the app was told nothing. */
export interface Shared extends Answer {
  readonly message: Message;
  readonly files: SlackFile[];
  readonly thread: Thread;
  readonly deliveries: Delivered[];
}

export class People {
  readonly #world: World;
  readonly #deliveries: Deliveries;
  readonly #reading: Reading;

  constructor(world: World, deliveries: Deliveries, reading: Reading) {
    this.#world = world;
    this.#deliveries = deliveries;
    this.#reading = reading;
  }

  /** `text` may begin with the command; without one it is `/talkingphoto`. */
  async command(
    text: string,
    at: { user?: string; channel?: string; command?: string; triggerId?: string } = {},
  ): Promise<Answer> {
    const { workspace, payloads } = this.#world;
    const { user = ANNA, channel = GENERAL } = at;
    const [, named, rest] = /^(\/\S+)\s*(.*)$/s.exec(text) ?? [];
    const command = at.command ?? named ?? "/talkingphoto";
    const answer = await this.#deliveries.command(
      payloads.command({
        command,
        text: named && !at.command ? (rest ?? "") : text,
        channel: workspace.getChannel(channel),
        user,
        triggerId: at.triggerId ?? workspace.newTrigger(user),
        responseUrl: workspace.newResponseUrl(channel, user),
      }),
    );
    if (answer.status === 200) this.#showAnswer(answer.body, channel, user);
    else {
      const error = answer.body === "http_timeout" ? "operation_timeout" : "dispatch_failed";
      const words = `${command} failed with the error "${error}"`;
      workspace.whisper({ channel, user, from: "slackbot", text: words });
    }
    return answer;
  }

  say(text: string, options: Omit<ShareOptions, "text"> = {}): Promise<Shared> {
    return this.shareFiles([], { ...options, text });
  }

  async shareFiles(specs: readonly FileSpec[], options: ShareOptions = {}): Promise<Shared> {
    const { workspace } = this.#world;
    const { user = ANNA, channel: channelId = GENERAL, text = "", mention = false } = options;
    const channel = workspace.getChannel(channelId);
    const files = await Promise.all(specs.map((spec) => this.#makeFile(spec, user)));
    const { botUserId } = workspace.settings;
    const message = workspace.post(channel, {
      user,
      text: mention ? `<@${botUserId}> ${text}`.trim() : text,
      threadTs: options.threadTs,
      subtype: files.length > 0 ? "file_share" : undefined,
      clientMsgId: options.clientMsgId ?? newId("client").toLowerCase(),
      files,
      forwards: options.forwards,
    });
    const announced = this.#announce(message, channel, options);
    if (options.inBackground) this.#deliveries.inBackground(announced);
    const deliveries = options.inBackground ? [] : await announced;
    const { status = 0, body = "", ms = 0, headers = {} } = deliveries.at(-1) ?? {};
    const thread = this.#reading.thread(channelId, message.threadTs ?? message.ts);
    return { message, files, thread, deliveries, status, body, ms, headers };
  }

  /** Presses what is on `target` as it was handed over, so an old copy presses an old button; `nth` from 0 of several. */
  pressButton(
    target: Message | Ephemeral | View,
    actionIdOrText: string,
    { user, nth = 0 }: { user?: string; nth?: number } = {},
  ): Promise<Answer> {
    const blocks = "content" in target ? target.content.blocks : target.blocks;
    const buttons = buttonsOf(blocks);
    const found = buttons.filter(
      ({ button }) => button.action_id === actionIdOrText || button.text.text === actionIdOrText,
    )[nth];
    if (!found) {
      const there = buttons.map(({ button }) => `[${button.text.text}] ${button.action_id}`).join(", ");
      throw new Error(`no button "${actionIdOrText}" there, only: ${there || "none"}`);
    }
    return this.#act(target, found.block.block_id, pressed(found.button), user);
  }

  /** Uses any control that tells the app at once, as it stands there now. */
  async use(
    target: Message | Ephemeral | View,
    { blockId, actionId }: { readonly blockId: string; readonly actionId: string },
    given: Given = null,
    { user }: { user?: string } = {},
  ): Promise<Answer> {
    const blocks = "content" in target ? target.content.blocks : target.blocks;
    const block = blocks.find((each) => each.block_id === blockId);
    const element =
      block && elementsOf(block).find((each) => each.type !== "image" && each.action_id === actionId);
    if (!block || !element) throw new NotPossible("that is not there any more");
    if (element.type === "image" || element.type === "file_input" || element.type === "external_select")
      throw new NotPossible(`a ${element.type} tells the app nothing by itself`);
    if (block.type === "input" && !block.dispatch_action)
      throw new NotPossible(`Slack does not tell the app at once of ${actionId}`);
    const action =
      element.type === "button"
        ? pressed(element)
        : {
            type: element.type,
            action_id: actionId,
            ...usedFields(element, given, this.#world.workspace),
          };
    return this.#act(target, blockId, action, user);
  }

  #act(target: Message | Ephemeral | View, blockId: string, what: Wire, user?: string): Promise<Answer> {
    const { workspace, payloads } = this.#world;
    const isView = "content" in target;
    const who = user ?? ("gone" in target || isView ? target.user : ANNA);
    const common = {
      ...payloads.interaction("block_actions", who),
      trigger_id: workspace.newTrigger(who),
      actions: [{ ...what, block_id: blockId, action_ts: newId("").slice(1) }],
      state: { values: {} },
    };
    if (isView) {
      const container = { type: "view", view_id: target.id };
      return this.#deliveries.interaction({ ...common, container, view: payloads.view(target) });
    }
    const channel = workspace.getChannel(target.channel);
    const isEphemeral = "gone" in target;
    return this.#deliveries.interaction({
      ...common,
      container: {
        type: "message",
        message_ts: target.ts,
        channel_id: target.channel,
        is_ephemeral: isEphemeral,
        ...(target.threadTs && { thread_ts: target.threadTs }),
      },
      channel: { id: channel.id, name: channel.name },
      // The app gets no content of an ephemeral message back.
      ...(!isEphemeral && { message: payloads.message(target) }),
      response_url: workspace.newResponseUrl(target.channel, who, this.#current(target)),
    });
  }

  async messageShortcut(
    callbackId: string,
    message: Message,
    { user = ANNA }: { user?: string } = {},
  ): Promise<Answer> {
    const { workspace, payloads } = this.#world;
    const channel = workspace.getChannel(message.channel);
    return this.#deliveries.interaction({
      ...payloads.interaction("message_action", user),
      action_ts: newId("").slice(1),
      callback_id: callbackId,
      trigger_id: workspace.newTrigger(user),
      response_url: workspace.newResponseUrl(channel.id, user),
      message_ts: message.ts,
      channel: { id: channel.id, name: channel.name },
      message: payloads.message(message),
    });
  }

  /** Chosen from the menu of shortcuts, which is in no conversation. */
  globalShortcut(callbackId: string, { user = ANNA }: { user?: string } = {}): Promise<Answer> {
    const { workspace, payloads } = this.#world;
    return this.#deliveries.interaction({
      ...payloads.interaction("shortcut", user),
      action_ts: newId("").slice(1),
      callback_id: callbackId,
      trigger_id: workspace.newTrigger(user),
    });
  }

  /** Looks at one of the app's own tabs; what its Home shows comes along. */
  openHome(
    user: string = ANNA,
    { tab = "home", repeats = 0 }: { tab?: "home" | "messages"; repeats?: number } = {},
  ): Promise<Delivered[]> {
    const { workspace, payloads } = this.#world;
    const home = workspace.homeOf(user);
    const event = {
      type: "app_home_opened",
      user,
      channel: workspace.openDm(user).id,
      tab,
      event_ts: newId("").slice(1),
      ...(tab === "home" && home && { view: payloads.view(home) }),
    };
    return this.#deliveries.event(event, { repeats });
  }

  async makeFiles(specs: readonly FileSpec[], user: string): Promise<SlackFile[]> {
    return Promise.all(specs.map((spec) => this.#makeFile(spec, user)));
  }

  async #announce(message: Message, channel: Channel, options: ShareOptions): Promise<Delivered[]> {
    const { workspace, payloads } = this.#world;
    const { botUserId, deliverChannelMessages } = workspace.settings;
    if (!workspace.hasBot(channel)) return [];
    const due = {
      message: channel.kind === "im" || deliverChannelMessages,
      app_mention: channel.kind !== "im" && message.text.includes(`<@${botUserId}>`),
    };
    const events = (options.order ?? ["message", "app_mention"])
      .filter((kind) => due[kind])
      .map((kind) => (kind === "message" ? payloads.messageEvent(message) : payloads.appMention(message)));
    const repeats = options.retries ?? 0;
    if (options.together) {
      return (await Promise.all(events.map((event) => this.#deliveries.event(event, { repeats })))).flat();
    }
    const delivered: Delivered[] = [];
    for (const event of events) delivered.push(...(await this.#deliveries.event(event, { repeats })));
    return delivered;
  }

  async #makeFile(spec: FileSpec, user: string): Promise<SlackFile> {
    const { files } = this.#world;
    if (typeof spec === "string") {
      return files.add({ name: basename(spec), user, content: files.keep(await readFile(spec)) });
    }
    const { bytes, thumbnail, ...rest } = spec;
    return files.add({
      ...rest,
      user,
      content: "sha256" in bytes ? bytes : files.keep(bytes),
      thumbnail: thumbnail && files.keep(thumbnail),
    });
  }

  /** What the app put into its answer to a command is shown to people like a message. */
  #showAnswer(body: string, channel: string, user: string): void {
    if (body.trim() === "") return;
    const { workspace } = this.#world;
    const json = readJson(body);
    const parsed = said.safeParse(isWire(json) ? json : { text: body });
    if (!parsed.success) workspace.problems.push(`the answer to a command is no message: ${body}`);
    else speak(parsed.data, { channel, user, original: undefined }, this.#world);
  }

  /** The one in the workspace, where `target` may be a copy of how it was. */
  #current(target: Message | Ephemeral): Message | Ephemeral | undefined {
    const { workspace } = this.#world;
    if ("gone" in target) return workspace.ephemerals.find((each) => each.ts === target.ts);
    return workspace.findMessage(target.channel, target.ts);
  }
}

/** A button as the app is told of it. */
function pressed({ confirm: _confirm, style: _style, ...button }: Button): Wire {
  return button;
}
