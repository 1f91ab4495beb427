import type { ChannelId, UserId } from "../../job/ids.ts";
import type { Job } from "../../job/job.ts";
import type { Say } from "../../words/say.ts";

export interface AccessSettings {
  readonly adminUsers: ReadonlySet<string>;
  readonly allowedUsers: ReadonlySet<string>;
  readonly allowedChannels: ReadonlySet<string>;
}

/** The sentence for somebody who may not use the app here; undefined when they may. Empty lists allow everyone. */
export function refusalFor(
  _say: Say,
  user: UserId,
  channel: ChannelId,
  settings: AccessSettings,
): string | undefined {
  if (settings.adminUsers.has(user)) return undefined;
  const ask =
    settings.adminUsers.size > 0
      ? ` Ask ${[...settings.adminUsers].map((id) => `<@${id}>`).join(" or ")} for access.`
      : " Ask the person who runs this app for access.";
  if (settings.allowedUsers.size > 0 && !settings.allowedUsers.has(user)) {
    return `Talking photos are only open to some people in this workspace, and you are not among them yet.${ask}`;
  }
  // A direct message to the app is a person's own room, not one of the channels that the list is about.
  if (
    settings.allowedChannels.size > 0 &&
    !settings.allowedChannels.has(channel) &&
    !channel.startsWith("D")
  ) {
    const where = [...settings.allowedChannels].map((id) => `<#${id}>`).join(", ");
    return `Talking photos are not switched on in this channel. You can ask for them in ${where}.`;
  }
  return undefined;
}

/** The same for the person's own conversation with the app, and its Home. */
export function refusalInDirectMessage(say: Say, user: UserId, settings: AccessSettings): string | undefined {
  return refusalFor(say, user, "D" as ChannelId, settings);
}

/** Only who asked for the video, or an admin, may decide about it. */
export function mayDecide(user: UserId, job: Job, settings: AccessSettings): boolean {
  return user === job.requesterId || settings.adminUsers.has(user);
}
