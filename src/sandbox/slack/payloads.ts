/** The shapes in which Slack tells the app what happened. Fields as in reference payloads and Bolt's types. */
import { type Block, elementsOf, type InputBlock } from "./block-kit.ts";
import type { FileRoom, SlackFile } from "./file-room.ts";
import type { Channel, Message, View } from "./records.ts";
import { newId, type Wire } from "./wire.ts";
import type { Workspace } from "./workspace.ts";

/** Deprecated by Slack and to be ignored; still in every payload. */
const VERIFICATION_TOKEN = "sandbox-verification-token";

export class Payloads {
  readonly #workspace: Workspace;
  readonly #files: FileRoom;

  constructor(workspace: Workspace, files: FileRoom) {
    this.#workspace = workspace;
    this.#files = files;
  }

  command(at: {
    command: string;
    text: string;
    channel: Channel;
    user: string;
    triggerId: string;
    responseUrl: string;
  }): Record<string, string> {
    const { appId, enterprise } = this.#workspace.settings;
    const { channel } = at;
    return {
      token: VERIFICATION_TOKEN,
      team_id: channel.teamId,
      team_domain: "sandbox",
      channel_id: channel.id,
      channel_name: { public: channel.name, private: "privategroup", im: "directmessage" }[channel.kind],
      user_id: at.user,
      user_name: this.#userName(at.user),
      command: at.command,
      text: at.text,
      api_app_id: appId,
      ...(enterprise && { enterprise_id: enterprise.id, enterprise_name: enterprise.name }),
      is_enterprise_install: String(enterprise !== undefined),
      response_url: at.responseUrl,
      trigger_id: at.triggerId,
    };
  }

  envelope(event: Wire, eventId: string, eventTimeMs = Date.now()): Wire {
    const { appId, botUserId, enterprise, ...settings } = this.#workspace.settings;
    const teamId = this.#workspace.channels.get(String(event.channel))?.teamId ?? settings.teamId;
    return {
      token: VERIFICATION_TOKEN,
      team_id: teamId,
      context_team_id: teamId,
      context_enterprise_id: enterprise?.id ?? null,
      ...(enterprise && { enterprise_id: enterprise.id }),
      api_app_id: appId,
      event,
      type: "event_callback",
      event_id: eventId,
      event_time: Math.floor(eventTimeMs / 1000),
      authorizations: [
        {
          enterprise_id: enterprise?.id ?? null,
          team_id: enterprise ? null : teamId,
          user_id: botUserId,
          is_bot: true,
          is_enterprise_install: enterprise !== undefined,
        },
      ],
      is_ext_shared_channel: false,
      event_context: `4-${newId("context")}`,
    };
  }

  /** A message as events, shortcuts and chat.postMessage show it. */
  message(message: Message): Wire {
    const { teamId, appId, botId } = this.#workspace.settings;
    const root = this.#workspace.findMessage(message.channel, message.threadTs ?? "");
    return {
      type: "message",
      ...(message.subtype && { subtype: message.subtype }),
      user: message.user,
      text: message.text,
      ts: message.ts,
      team: teamId,
      ...(message.byApp && { bot_id: botId, app_id: appId }),
      ...(message.clientMsgId && { client_msg_id: message.clientMsgId }),
      ...(message.blocks.length > 0 && { blocks: message.blocks }),
      ...(message.threadTs && { thread_ts: message.threadTs }),
      ...(message.threadTs && root && { parent_user_id: root.user }),
      ...(message.files.length > 0 && { files: message.files.map((file) => this.file(file)), upload: false }),
      ...(message.forwards && { attachments: [this.forwarded(message.forwards)] }),
      ...(message.metadata !== undefined && { metadata: message.metadata }),
      ...(message.edits.length > 0 && { edited: { user: message.user, ts: message.ts } }),
    };
  }

  /** How a forwarded message hangs on the one that forwards it. */
  forwarded(message: Message): Wire {
    const { teamId } = this.#workspace.settings;
    const inner = this.message(message);
    return {
      id: 1,
      is_msg_unfurl: true,
      is_share: true,
      ts: message.ts,
      author_id: message.user,
      author_name: this.#userName(message.user),
      channel_id: message.channel,
      channel_team: teamId,
      from_url: `${this.#workspace.url}/archives/${message.channel}/p${message.ts.replace(".", "")}`,
      text: message.text,
      fallback: message.text,
      message_blocks: [{ team: teamId, channel: message.channel, ts: message.ts, message: { blocks: [] } }],
      ...(message.files.length > 0 && { files: inner.files }),
      mrkdwn_in: ["text"],
    };
  }

  /** A file of another organisation comes as a stub: `files.info` has the rest. */
  file(file: SlackFile): Wire {
    if (file.fields.mode !== "file_access") return this.#files.wire(file);
    const stub = { mode: "file_access", file_access: "check_file_info" };
    return { id: file.id, ...stub, created: 0, timestamp: 0, user: "" };
  }

  messageEvent(message: Message): Wire {
    const channel = this.#workspace.getChannel(message.channel);
    return {
      ...this.message(message),
      ...(message.subtype === "file_share" && { display_as_bot: false }),
      channel: channel.id,
      event_ts: message.ts,
      channel_type: { public: "channel", private: "group", im: "im" }[channel.kind],
    };
  }

  /** Carries the files but no subtype. */
  appMention(message: Message): Wire {
    const { subtype: _, ...rest } = this.message(message);
    return { ...rest, type: "app_mention", channel: message.channel, event_ts: message.ts };
  }

  messageChanged(message: Message): Wire {
    const before = message.edits.at(-1);
    const now = this.message(message);
    const channel = this.#workspace.getChannel(message.channel);
    return {
      type: "message",
      subtype: "message_changed",
      hidden: true,
      channel: channel.id,
      channel_type: { public: "channel", private: "group", im: "im" }[channel.kind],
      message: now,
      previous_message: { ...now, text: before?.text, blocks: before?.blocks },
      ts: message.ts,
      event_ts: message.ts,
    };
  }

  /**
   * What block_actions, view_submission, view_closed and shortcuts have in common. Where the app is installed in a
   * whole organisation no team is named.
   */
  interaction(type: string, user: string): Wire {
    const { teamId, appId, enterprise } = this.#workspace.settings;
    const name = this.#userName(user);
    return {
      type,
      team: enterprise ? null : { id: teamId, domain: "sandbox" },
      user: { id: user, username: name, name, team_id: teamId },
      api_app_id: appId,
      token: VERIFICATION_TOKEN,
      enterprise: enterprise ?? null,
      is_enterprise_install: enterprise !== undefined,
    };
  }

  view(view: View, values: Wire = {}): Wire {
    const { teamId, appId, botId, enterprise } = this.#workspace.settings;
    return {
      private_metadata: "",
      callback_id: "",
      external_id: "",
      submit: null,
      close: null,
      clear_on_close: false,
      notify_on_close: false,
      ...view.content,
      id: view.id,
      team_id: teamId,
      app_id: appId,
      app_installed_team_id: enterprise?.id ?? teamId,
      bot_id: botId,
      hash: view.hash,
      root_view_id: view.id,
      previous_view_id: null,
      state: { values },
    };
  }

  #userName(user: string): string {
    return this.#workspace.users.get(user)?.name ?? user;
  }
}

export function inputsOf(blocks: readonly Block[]): InputBlock[] {
  return blocks.filter((block) => block.type === "input");
}

export function buttonsOf(blocks: readonly Block[]) {
  return blocks.flatMap((block) =>
    elementsOf(block)
      .filter((element) => element.type === "button")
      .map((button) => ({ block, button })),
  );
}
