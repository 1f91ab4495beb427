/**
 * Slack's side of OAuth: who has granted what to the app, which tokens are out and how long they live. Its clock
 * can be set, because a token lives for hours. Refresh tokens work once; the token they renew lives on until its
 * own end, as Slack documents it.
 */
import type { World } from "./api/method.ts";
import { Refusal } from "./refusal.ts";
import { newId, type Wire } from "./wire.ts";

const SLACKS_TOKEN_LIFE_SECONDS = 43_200;

interface BotToken {
  readonly world: World;
  readonly expiresAt: number | undefined;
  revoked: boolean;
}

interface Code {
  readonly world: World;
  readonly redirectUri: string;
  readonly scope: string;
  used: boolean;
}

export interface AccessArgs {
  readonly client_id?: string | undefined;
  readonly client_secret?: string | undefined;
  readonly grant_type?: string | undefined;
  readonly code?: string | undefined;
  readonly redirect_uri?: string | undefined;
  readonly refresh_token?: string | undefined;
}

export class OAuthRoom {
  readonly clientId = "1111.2222";
  readonly clientSecret = "sandbox-client-secret-0123456789";
  /** Whether the app rotates its tokens; what was given out before stays as it is. */
  rotation = false;
  /** Of the next tokens, where they rotate. */
  tokenLifeSeconds = SLACKS_TOKEN_LIFE_SECONDS;
  /** Every secret ever given out: bot tokens, refresh tokens, codes. */
  readonly secrets: string[] = [];
  readonly #tokens = new Map<string, BotToken>();
  readonly #refreshTokens = new Map<string, { world: World; used: boolean }>();
  readonly #codes = new Map<string, Code>();
  #aheadMs = 0;

  /** Lets time go by for tokens: they run out, nothing else changes. */
  advance(ms: number): void {
    this.#aheadMs += ms;
  }

  /** A token that was there from the beginning. */
  know(token: string, world: World): void {
    this.#tokens.set(token, { world, expiresAt: undefined, revoked: false });
  }

  /** The workspace or organisation a token was given for. */
  worldOf(token: string): World | undefined {
    return this.#tokens.get(token)?.world;
  }

  /** Slack's word for what is wrong with a bot token; undefined when it works. */
  problemWith(token: string): string | undefined {
    const known = this.#tokens.get(token);
    if (!known) return "invalid_auth";
    if (known.revoked || known.world.workspace.revoked) return "token_revoked";
    return known.expiresAt !== undefined && known.expiresAt <= this.#now() ? "token_expired" : undefined;
  }

  /** Tokens given out to this installation that work now. */
  liveTokens(world: World): string[] {
    return [...this.#tokens].flatMap(([token, { world: its }]) =>
      its === world && this.secrets.includes(token) && this.problemWith(token) === undefined ? [token] : [],
    );
  }

  /** Takes every token of an installation away. */
  revoke(world: World): void {
    for (const token of this.#tokens.values()) if (token.world === world) token.revoked = true;
    for (const [token, { world: its }] of this.#refreshTokens)
      if (its === world) this.#refreshTokens.delete(token);
  }

  newCode(world: World, redirectUri: string, scope: string): string {
    const code = this.#newSecret("code-");
    this.#codes.set(code, { world, redirectUri, scope, used: false });
    return code;
  }

  /** Whose call to oauth.v2.access this is. */
  worldOfAccess({ code, refresh_token: refreshToken }: AccessArgs): World | undefined {
    return this.#codes.get(code ?? "")?.world ?? this.#refreshTokens.get(refreshToken ?? "")?.world;
  }

  access(args: AccessArgs): Wire {
    if (args.client_id !== this.clientId) throw new Refusal("invalid_client_id");
    if (args.client_secret !== this.clientSecret) throw new Refusal("bad_client_secret");
    if (args.grant_type === "refresh_token") return this.#refresh(args.refresh_token ?? "");
    if (args.grant_type !== undefined && args.grant_type !== "authorization_code")
      throw new Refusal("invalid_grant_type", { mistake: `grant_type ${args.grant_type}` });
    const code = this.#codes.get(args.code ?? "");
    if (!code) throw new Refusal("invalid_code");
    if (code.used) throw new Refusal("code_already_used");
    if (code.redirectUri !== args.redirect_uri)
      throw new Refusal("bad_redirect_uri", { mistake: "not the redirect_uri of the authorize page" });
    code.used = true;
    return this.#grant(code.world, code.scope);
  }

  #refresh(refreshToken: string): Wire {
    const known = this.#refreshTokens.get(refreshToken);
    if (!known || known.used) throw new Refusal("invalid_refresh_token");
    known.used = true;
    return this.#grant(known.world, known.world.workspace.settings.scopes.join(","));
  }

  #grant(world: World, scope: string): Wire {
    const { appId, botUserId, teamId, teamName, enterprise } = world.workspace.settings;
    const expiresAt = this.rotation ? this.#now() + this.tokenLifeSeconds * 1000 : undefined;
    const token = this.#newSecret(this.rotation ? "xoxe.xoxb-1-" : "xoxb-");
    this.#tokens.set(token, { world, expiresAt, revoked: false });
    const refreshToken = this.rotation ? this.#newSecret("xoxe-1-") : undefined;
    if (refreshToken !== undefined) this.#refreshTokens.set(refreshToken, { world, used: false });
    return {
      access_token: token,
      token_type: "bot",
      scope,
      bot_user_id: botUserId,
      app_id: appId,
      ...(refreshToken !== undefined && {
        refresh_token: refreshToken,
        expires_in: this.tokenLifeSeconds,
      }),
      team: enterprise ? null : { id: teamId, name: teamName },
      enterprise: enterprise ?? null,
      is_enterprise_install: enterprise !== undefined,
      authed_user: { id: "U0ADMIN" },
    };
  }

  #now(): number {
    return Date.now() + this.#aheadMs;
  }

  #newSecret(prefix: string): string {
    const secret = `${prefix}${newId("secret").toLowerCase()}-${newId("").toLowerCase()}`;
    this.secrets.push(secret);
    return secret;
  }
}
