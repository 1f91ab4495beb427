import type { WebClientOptions } from "@slack/web-api";
import { z } from "zod";
import type { SlackAnswer } from "../../job/delivery.ts";
import type { InstallationId, UserId } from "../../job/ids.ts";
import type { Installation } from "../../store/installations.ts";
import { createWebClient, type OnSlackCall, slackCall } from "../slack-call.ts";
import type { Tokens } from "./tokens.ts";

export interface OAuthCallsOptions {
  readonly onCall: OnSlackCall;
  readonly slackApiUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly logger: WebClientOptions["logger"];
  readonly now: () => number;
}

export interface Granted {
  readonly installation: Omit<Installation, "sealed">;
  readonly tokens: Tokens;
}

export interface OAuthCalls {
  /** Turns the code that a browser brought from Slack into tokens. A code works once. */
  exchange(code: string): Promise<SlackAnswer<Granted>>;
  /** A new pair of tokens for a refresh token, which then has done its work. */
  refresh(refreshToken: string): Promise<SlackAnswer<{ tokens: Tokens }>>;
}

const named = z.object({ id: z.string().min(1), name: z.string().nullish() });

/** Bot tokens alone: `xoxb-…`, or `xoxe.xoxb-…` where tokens rotate. */
const botTokens = {
  access_token: z.string().regex(/^(xoxe\.)?xoxb-\S+$/),
  refresh_token: z.string().min(1).optional(),
  expires_in: z.number().positive().optional(),
};

/** Answer of oauth.v2.access to a refresh token. Source: docs.slack.dev, "Using token rotation". */
const refreshed = z.object(botTokens);

/**
 * Answer of oauth.v2.access to a code. Of an org-wide install `team` is null and `enterprise` stands for all its
 * workspaces. Source: docs.slack.dev, "Installing with OAuth" and "Organization-ready apps".
 */
const granted = z
  .object({
    ...botTokens,
    app_id: z.string().min(1),
    bot_user_id: z.string().min(1),
    scope: z.string().default(""),
    authed_user: z.object({ id: z.string().min(1) }),
    team: named.nullish(),
    enterprise: named.nullish(),
    is_enterprise_install: z.boolean().default(false),
  })
  .transform((answer, context) => {
    const owner = answer.is_enterprise_install ? answer.enterprise : answer.team;
    if (owner) return { ...answer, owner };
    context.addIssue({ code: "custom", message: "neither a team nor an enterprise" });
    return z.NEVER;
  });

/**
 * Both uses of oauth.v2.access, each call made once. Bolt's own installer is not used: it refreshes only when an
 * event comes in, without a lock, so that two refreshes at once can leave the losing pair in the store.
 */
export function createOAuthCalls(options: OAuthCallsOptions): OAuthCalls {
  const { clientId, clientSecret, redirectUri, now } = options;
  const client = createWebClient(undefined, options);
  const credentials = { client_id: clientId, client_secret: clientSecret };

  return {
    exchange: (code) =>
      slackCall(
        () => client.oauth.v2.access({ ...credentials, code, redirect_uri: redirectUri }),
        (result): Granted => {
          const answer = granted.parse(result);
          return {
            installation: {
              id: answer.owner.id as InstallationId,
              name: answer.owner.name || answer.owner.id,
              isEnterpriseInstall: answer.is_enterprise_install,
              appId: answer.app_id,
              botUserId: answer.bot_user_id,
              scopes: answer.scope.split(",").filter(Boolean),
              installedBy: answer.authed_user.id as UserId,
              installedAt: now(),
            },
            tokens: tokensOf(answer, now()),
          };
        },
      ),
    refresh: (refreshToken) =>
      slackCall(
        () =>
          client.oauth.v2.access({
            ...credentials,
            grant_type: "refresh_token",
            refresh_token: refreshToken,
          }),
        (result) => ({ tokens: tokensOf(refreshed.parse(result), now()) }),
      ),
  };
}

function tokensOf(answer: z.output<typeof refreshed>, now: number): Tokens {
  return {
    botToken: answer.access_token,
    refreshToken: answer.refresh_token,
    expiresAt: answer.expires_in === undefined ? undefined : now + answer.expires_in * 1000,
  };
}
