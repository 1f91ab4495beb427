import type { Channel } from "../records.ts";
import { Refusal } from "../refusal.ts";
import { requireScope, type World } from "./method.ts";

/** The conversation the bot wants to post in, or Slack's word for why it may not. */
export function getPostable(world: World, id: string, { forFiles = false } = {}): Channel {
  const { workspace } = world;
  const toUser = /^[UW]/.test(id) && workspace.users.has(id);
  if (toUser && !forFiles) requireScope(world, "chat:write");
  const channel = toUser && !forFiles ? workspace.openDm(id) : workspace.getVisibleChannel(id);
  if (channel.archived) throw new Refusal("is_archived");
  const fromOutside = !forFiles && workspace.settings.scopes.includes("chat:write.public");
  if (!workspace.hasBot(channel) && !fromOutside) throw new Refusal("not_in_channel");
  return channel;
}
