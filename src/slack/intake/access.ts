import type { ChannelId, UserId } from "../../job/ids.ts";
import type { Job } from "../../job/job.ts";
import { type Markup, markup, type Said } from "../../words/say.ts";

export interface AccessSettings {
  readonly adminUsers: ReadonlySet<string>;
  readonly allowedUsers: ReadonlySet<string>;
  readonly allowedChannels: ReadonlySet<string>;
}

/** Why somebody may not use the app here; undefined when they may. Empty lists allow everyone. */
export function whyNotAllowed(
  user: UserId,
  channel: ChannelId,
  { adminUsers, allowedUsers, allowedChannels }: AccessSettings,
): Said | undefined {
  if (adminUsers.has(user)) return undefined;
  if (allowedUsers.size > 0 && !allowedUsers.has(user))
    return { key: "access.not_you", values: { ask: whomToAsk(adminUsers) } };
  // A direct message to the app is a person's own room, not one of the channels that the list is about.
  if (allowedChannels.size > 0 && !allowedChannels.has(channel) && !channel.startsWith("D")) {
    const channels = markup([...allowedChannels].map((id) => `<#${id}>`).join(", "));
    return { key: "access.not_here", values: { channels } };
  }
  return undefined;
}

/** For an error on a form's field, where Slack shows no mention as one: nobody is named. */
export function withoutMentions(why: Said): Said {
  return why.key === "access.not_here"
    ? { key: "access.not_in_that_channel" }
    : { key: why.key, values: { ask: { key: "access.ask_operator" } } };
}

function whomToAsk(admins: ReadonlySet<string>): Said {
  const [first, ...others] = [...admins].map((id) => markup(`<@${id}>`));
  if (!first) return { key: "access.ask_operator" };
  const either = (one: Said | Markup, other: Markup): Said => ({
    key: "access.either",
    values: { one, other },
  });
  return {
    key: "access.ask_admins",
    values: { admins: others.reduce<Said | Markup>((all, each) => either(all, each), first) },
  };
}

/** The same for the person's own conversation with the app, and its Home. */
export function whyNotInDirectMessage(user: UserId, settings: AccessSettings): Said | undefined {
  return whyNotAllowed(user, "D" as ChannelId, settings);
}

/** Only who asked for the video, or an admin, may decide about it. */
export function mayDecide(user: UserId, job: Job, settings: AccessSettings): boolean {
  return user === job.requesterId || settings.adminUsers.has(user);
}
