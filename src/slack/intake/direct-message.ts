import type { KnownBlock } from "@slack/web-api";
import { z } from "zod";
import type { SlackAnswer } from "../../job/delivery.ts";
import type { ChannelId, InstallationId, UserId } from "../../job/ids.ts";
import { type ClientFor, slackCall } from "../slack-call.ts";

const conversation = z.object({ channel: z.object({ id: z.string().transform((id) => id as ChannelId) }) });

export interface Recipient {
  readonly installationId: InstallationId;
  readonly userId: UserId;
  /** Their direct message with the app; absent where it has to be opened first. */
  readonly channelId?: ChannelId;
}

/** Says something to one person, where no answer to a press or a command can. Never throws. */
export async function tellDirectly(
  { installationId, userId, channelId }: Recipient,
  { text, blocks }: { readonly text: string; readonly blocks?: KnownBlock[] },
  { clientFor }: { readonly clientFor: ClientFor },
): Promise<SlackAnswer> {
  const opened =
    channelId === undefined
      ? await slackCall(
          async () => (await clientFor(installationId)).conversations.open({ users: userId }),
          (result) => ({ channel: conversation.parse(result).channel.id }),
        )
      : { type: "ok" as const, channel: channelId };
  if (opened.type !== "ok") return opened;
  return slackCall(
    async () =>
      (await clientFor(installationId)).chat.postMessage({
        channel: opened.channel,
        text,
        ...(blocks ? { blocks } : {}),
        unfurl_links: false,
      }),
    () => ({}),
  );
}
