import { z } from "zod";
import { type Block, parseBlocks } from "../block-kit.ts";
import type { Message } from "../records.ts";
import { malformed, Refusal } from "../refusal.ts";
import { flag, json, type Method, method, timestamp, type World } from "./method.ts";
import { checkPictures } from "./pictures.ts";
import { getPostable } from "./post-target.ts";

const MAX_POST_LENGTH = 40_000;
const MAX_UPDATE_LENGTH = 4000;

const metadata = json
  .pipe(z.strictObject({ event_type: z.string().min(1), event_payload: z.record(z.string(), z.unknown()) }))
  .optional();
const channel = z.string().min(1);
const said = {
  channel,
  text: z.string().optional(),
  blocks: json.optional(),
  link_names: flag.optional(),
  parse: z.enum(["none", "full"]).optional(),
};

const postMessage = method({
  name: "chat.postMessage",
  scope: "chat:write",
  args: z.object({
    ...said,
    thread_ts: timestamp.optional(),
    reply_broadcast: flag.optional(),
    unfurl_links: flag.optional(),
    unfurl_media: flag.optional(),
    mrkdwn: flag.optional(),
    metadata,
  }),
  run(args, world) {
    const { workspace, payloads } = world;
    const target = getPostable(world, args.channel);
    const content = readContent(args, MAX_POST_LENGTH);
    checkPictures(content.blocks, world);
    const message = workspace.post(target, {
      user: workspace.settings.botUserId,
      threadTs: workspace.getThread(target, args.thread_ts),
      metadata: args.metadata,
      ...content,
    });
    return { channel: target.id, ts: message.ts, message: payloads.message(message) };
  },
});

const update = method({
  name: "chat.update",
  scope: "chat:write",
  args: z.object({ ...said, ts: timestamp, metadata, reply_broadcast: flag.optional() }),
  run(args, world) {
    const message = getOwnMessage(world, args, "cant_update_message");
    if (world.workspace.getChannel(args.channel).archived) throw new Refusal("is_inactive");
    const content = readContent(args, MAX_UPDATE_LENGTH);
    checkPictures(content.blocks, world);
    // Text without blocks takes the old blocks away; blocks without text leave the old text as the fallback.
    const text = args.text ?? message.text;
    world.workspace.edit(message, { text, blocks: content.blocks, metadata: args.metadata });
    return {
      channel: message.channel,
      ts: message.ts,
      text: message.text,
      message: world.payloads.message(message),
    };
  },
});

const postEphemeral = method({
  name: "chat.postEphemeral",
  scope: "chat:write",
  args: z.object({ ...said, user: z.string().min(1), thread_ts: timestamp.optional() }),
  run(args, world) {
    const target = getPostable(world, args.channel);
    if (!target.members.has(args.user)) throw new Refusal("user_not_in_channel");
    const content = readContent(args, MAX_POST_LENGTH);
    checkPictures(content.blocks, world);
    const threadTs = world.workspace.getThread(target, args.thread_ts);
    const { ts } = world.workspace.whisper({ channel: target.id, user: args.user, threadTs, ...content });
    return { message_ts: ts };
  },
});

const remove = method({
  name: "chat.delete",
  scope: "chat:write",
  args: z.object({ channel, ts: timestamp }),
  run(args, world) {
    const message = getOwnMessage(world, args, "cant_delete_message");
    world.workspace.delete(message);
    return { channel: message.channel, ts: message.ts };
  },
});

const getPermalink = method({
  name: "chat.getPermalink",
  takesJson: false,
  args: z.object({ channel, message_ts: timestamp }),
  run({ channel: id, message_ts }, { workspace }) {
    workspace.getVisibleChannel(id);
    if (!workspace.findMessage(id, message_ts)) throw new Refusal("message_not_found");
    return { channel: id, permalink: `${workspace.url}/archives/${id}/p${message_ts.replace(".", "")}` };
  },
});

export const chatMethods: readonly Method[] = [postMessage, update, postEphemeral, remove, getPermalink];

export function readContent(
  args: { text?: string | undefined; blocks?: unknown },
  maxLength: number,
): { text: string; blocks: Block[] } {
  const blocks = args.blocks === undefined || args.blocks === null ? [] : parseBlocks(args.blocks);
  const text = args.text ?? "";
  if (text.length > maxLength) throw malformed("msg_too_long", [`text of ${text.length} characters`]);
  if (text.trim() === "" && blocks.length === 0) throw malformed("no_text", ["neither text nor blocks"]);
  return { text, blocks };
}

function getOwnMessage(world: World, at: { channel: string; ts: string }, notOurs: string): Message {
  world.workspace.getVisibleChannel(at.channel);
  const message = world.workspace.findMessage(at.channel, at.ts);
  if (!message) throw new Refusal("message_not_found");
  if (!message.byApp) throw new Refusal(notOurs);
  return message;
}
