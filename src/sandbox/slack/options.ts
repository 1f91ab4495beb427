export interface SlackOptions {
  readonly signingSecret?: string;
  readonly botToken?: string;
  readonly appToken?: string;
  readonly teamId?: string;
  readonly teamName?: string;
  /** An organisation that the app is installed in as a whole; `teamId` is then one workspace of it. */
  readonly enterprise?: { readonly id: string; readonly name: string };
  readonly botUserId?: string;
  readonly botId?: string;
  readonly appId?: string;
  /** The bot's name, as people see it. */
  readonly botName?: string;
  readonly scopes?: readonly string[];
  /** The app's /slack/events. May be set later with `setRequestUrl`. */
  readonly requestUrl?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Deliver `message` events of channels the bot is in; by default when the scopes hold a `*:history` for them. */
  readonly deliverChannelMessages?: boolean;
  /** Deliver the bot's own posts and edits back as events, as Slack does. Default true. */
  readonly echoOwnPosts?: boolean;
  /** Waits before each retry of an event that got no 2xx. Slack's own are 0, 1 and 5 minutes. Default [0]. */
  readonly eventRetryDelaysMs?: readonly number[];
  /** How long Slack waits for an answer to anything it delivers. Default 3000. */
  readonly ackTimeoutMs?: number;
  readonly triggerLifeMs?: number;
  readonly responseUrlLifeMs?: number;
  /** How long after completeUploadExternal the file shows up in the conversation. Default 30. */
  readonly shareDelayMs?: number;
  /** What a second completeUploadExternal of one file does. Not documented by Slack, so all three can be tried. */
  readonly secondComplete?: "error" | "ok_no_share" | "second_share";
}

export type Settings = Required<Omit<SlackOptions, "requestUrl" | "port" | "enterprise">> &
  Pick<SlackOptions, "enterprise">;

const DEFAULT_SCOPES = [
  "commands",
  "chat:write",
  "files:read",
  "files:write",
  "app_mentions:read",
  "im:history",
  "im:write",
  "users:read",
];

export function settle(options: SlackOptions): Settings {
  const scopes = options.scopes ?? DEFAULT_SCOPES;
  return {
    signingSecret: options.signingSecret ?? "sandbox-signing-secret",
    botToken: options.botToken ?? "xoxb-sandbox-bot-token",
    appToken: options.appToken ?? "xapp-sandbox-app-token",
    teamId: options.teamId ?? "T0SANDBOX",
    teamName: options.teamName ?? "Sandbox",
    ...(options.enterprise && { enterprise: options.enterprise }),
    botUserId: options.botUserId ?? "U0TALKINGPHOTO",
    botId: options.botId ?? "B0TALKINGPHOTO",
    appId: options.appId ?? "A0TALKINGPHOTO",
    botName: options.botName ?? "Talking Photo",
    scopes,
    deliverChannelMessages:
      options.deliverChannelMessages ??
      (scopes.includes("channels:history") || scopes.includes("groups:history")),
    echoOwnPosts: options.echoOwnPosts ?? true,
    eventRetryDelaysMs: options.eventRetryDelaysMs ?? [0],
    ackTimeoutMs: options.ackTimeoutMs ?? 3000,
    triggerLifeMs: options.triggerLifeMs ?? 3000,
    responseUrlLifeMs: options.responseUrlLifeMs ?? 30 * 60_000,
    shareDelayMs: options.shareDelayMs ?? 30,
    secondComplete: options.secondComplete ?? "ok_no_share",
  };
}
