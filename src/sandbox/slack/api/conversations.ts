import { z } from "zod";
import type { Channel } from "../records.ts";
import { Refusal } from "../refusal.ts";
import type { Workspace } from "../workspace.ts";
import { flag, type Method, method, requireScope, timestamp, wholeNumber } from "./method.ts";

const open = method({
  name: "conversations.open",
  scope: "im:write",
  args: z.object({
    users: z.string().optional(),
    channel: z.string().optional(),
    return_im: flag.optional(),
    prevent_creation: flag.optional(),
  }),
  run({ users, channel: id, return_im }, { workspace }) {
    const user = users ?? "";
    if (!id && !workspace.users.has(user)) throw new Refusal("user_not_found");
    if (!id && workspace.users.get(user)?.isBot) throw new Refusal("cannot_dm_bot");
    const dm = id ? workspace.getVisibleChannel(id) : workspace.openDm(user);
    return { channel: return_im ? wire(dm, workspace) : { id: dm.id } };
  },
});

const join = method({
  name: "conversations.join",
  scope: "channels:join",
  args: z.object({ channel: z.string().min(1) }),
  run({ channel: id }, { workspace }) {
    const channel = workspace.getVisibleChannel(id);
    if (channel.kind !== "public") throw new Refusal("method_not_supported_for_channel_type");
    if (channel.archived) throw new Refusal("is_archived");
    const already = workspace.hasBot(channel);
    channel.members.add(workspace.settings.botUserId);
    return { channel: wire(channel, workspace), ...(already && { warning: "already_in_channel" }) };
  },
});

const info = method({
  name: "conversations.info",
  takesJson: false,
  args: z.object({
    channel: z.string().min(1),
    include_locale: flag.optional(),
    include_num_members: flag.optional(),
  }),
  run({ channel: id }, world) {
    const channel = world.workspace.getVisibleChannel(id);
    requireScope(world, { public: "channels:read", private: "groups:read", im: "im:read" }[channel.kind]);
    return { channel: wire(channel, world.workspace) };
  },
});

const replies = method({
  name: "conversations.replies",
  takesJson: false,
  args: z.object({
    channel: z.string().min(1),
    ts: timestamp,
    limit: wholeNumber.optional(),
    inclusive: flag.optional(),
    oldest: z.string().optional(),
    latest: z.string().optional(),
    cursor: z.string().optional(),
  }),
  run({ channel: id, ts, limit = 1000 }, world) {
    const { workspace, payloads } = world;
    const channel = workspace.getVisibleChannel(id);
    requireScope(
      world,
      { public: "channels:history", private: "groups:history", im: "im:history" }[channel.kind],
    );
    if (!workspace.hasBot(channel)) throw new Refusal("not_in_channel");
    const messages = channel.messages.filter(
      (message) => !message.deleted && (message.ts === ts || message.threadTs === ts),
    );
    if (messages.length === 0) throw new Refusal("thread_not_found");
    const shown = messages.slice(0, limit);
    return {
      messages: shown.map((message) => payloads.message(message)),
      has_more: shown.length < messages.length,
    };
  },
});

export const conversationMethods: readonly Method[] = [open, join, info, replies];

function wire(channel: Channel, workspace: Workspace) {
  const person = [...channel.members].find((member) => member !== workspace.settings.botUserId);
  return {
    id: channel.id,
    ...(channel.kind === "im" ? { user: person } : { name: channel.name, name_normalized: channel.name }),
    is_channel: channel.kind !== "im",
    is_group: false,
    is_im: channel.kind === "im",
    is_mpim: false,
    is_private: channel.kind !== "public",
    is_archived: channel.archived,
    is_member: workspace.hasBot(channel),
    num_members: channel.members.size,
    context_team_id: workspace.settings.teamId,
  };
}
