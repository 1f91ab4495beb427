import type { InstallationId } from "../../job/ids.ts";
import type { Installation, InstallationStore } from "../../store/installations.ts";
import type { OAuthCalls } from "./oauth-calls.ts";
import { type TokenBox, UnknownKeyError } from "./token-box.ts";
import { NoTokenError, TokenNotReadyError } from "./token-errors.ts";
import { openTokens, sealTokens, type Tokens } from "./tokens.ts";

/** Tokens that rotate live for 12 hours. */
const REFRESH_BEFORE_MS = 2 * 60 * 60 * 1000;
/** After a refresh that failed while the token still works. */
const REFRESH_AGAIN_MS = 60_000;
/** Of a token this near to its end nobody knows whether it still works when it arrives. */
const TOO_SHORT_MS = 10_000;

/** Slack's words for a refresh token that will never work again. */
const REFRESH_IS_OVER: ReadonlySet<string> = new Set([
  "invalid_refresh_token",
  "token_revoked",
  "token_expired",
  "invalid_auth",
  "account_inactive",
  "app_not_installed",
]);

export interface TokenSourceDeps {
  readonly installations: InstallationStore;
  readonly box: TokenBox;
  readonly refresh: OAuthCalls["refresh"];
  readonly now: () => number;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

/**
 * The present bot token of an installation, as the row has it at the moment of asking: another process may have
 * refreshed it, the app may have been removed. What is due for a refresh is refreshed first, by one caller in
 * one process; all others wait for that and read the row again.
 * @throws NoTokenError | TokenNotReadyError
 */
export function createTokenSource({ installations, box, refresh, now, log }: TokenSourceDeps) {
  const refreshing = new Map<InstallationId, Promise<string>>();
  /** Where the last refresh failed, and when the next is worth a try. */
  const restUntil = new Map<InstallationId, number>();

  async function read(id: InstallationId): Promise<{ installation: Installation; tokens: Tokens }> {
    const installation = await installations.find(id);
    if (!installation) throw new NoTokenError(`the app is not installed in ${id}`);
    try {
      return { installation, tokens: openTokens(box, id, installation.sealed) };
    } catch (error) {
      log.error({ installationId: id, err: error }, "the tokens of an installation cannot be opened");
      // Sealed with a key that another process has and this one has not yet: they are there, and this will pass.
      if (error instanceof UnknownKeyError)
        throw new TokenNotReadyError(`the tokens of ${id} are sealed with a key that is not known here`, {
          cause: error,
        });
      throw new NoTokenError(`the tokens of ${id} cannot be opened`, { cause: error });
    }
  }

  const lifeLeft = ({ expiresAt }: Tokens) => (expiresAt ?? Number.POSITIVE_INFINITY) - now();
  const isDue = (tokens: Tokens) => lifeLeft(tokens) < REFRESH_BEFORE_MS;
  const stillWorks = (tokens: Tokens) => lifeLeft(tokens) > TOO_SHORT_MS;

  async function refreshed(id: InstallationId): Promise<string> {
    const { installation, tokens } = await read(id);
    // Somebody else was quicker.
    if (!isDue(tokens)) return tokens.botToken;
    if (tokens.refreshToken === undefined) {
      if (stillWorks(tokens)) return tokens.botToken;
      throw new NoTokenError(`the token of ${id} has run out and Slack gave nothing to renew it with`);
    }
    const answer = await refresh(tokens.refreshToken);
    if (answer.type === "ok") {
      const sealed = sealTokens(box, id, answer.tokens);
      // Removed or installed anew meanwhile: then what was just received belongs to nobody any more.
      if (!(await installations.replaceSealed(id, installation.sealed, sealed))) {
        return (await read(id)).tokens.botToken;
      }
      restUntil.delete(id);
      log.info({ installationId: id }, "the token of an installation was refreshed");
      return answer.tokens.botToken;
    }
    const why = answer.type === "refused" ? { code: answer.code } : { answer: answer.type };
    const err = "error" in answer ? { err: answer.error } : {};
    if (stillWorks(tokens)) {
      // Whatever Slack says of the refresh token, what it says of the token itself will be heard when it is used.
      log.warn(
        { installationId: id, ...why, ...err },
        "a token could not be refreshed; it still works for a while",
      );
      restUntil.set(id, now() + REFRESH_AGAIN_MS);
      return tokens.botToken;
    }
    log.error({ installationId: id, ...why, ...err }, "a token has run out and could not be refreshed");
    if (answer.type === "refused" && REFRESH_IS_OVER.has(answer.code))
      throw new NoTokenError(`Slack refused to refresh the token of ${id}: ${answer.code}`);
    throw new TokenNotReadyError(`the token of ${id} could not be refreshed`, {
      cause: "error" in answer ? answer.error : undefined,
      retryAfterMs: answer.type === "busy" ? answer.retryAfterMs : undefined,
    });
  }

  return async function tokenFor(id: InstallationId): Promise<string> {
    const { tokens } = await read(id);
    if (!isDue(tokens)) return tokens.botToken;
    if (stillWorks(tokens) && now() < (restUntil.get(id) ?? 0)) return tokens.botToken;
    const underWay =
      refreshing.get(id) ??
      installations.exclusively(id, () => refreshed(id)).finally(() => refreshing.delete(id));
    refreshing.set(id, underWay);
    return underWay;
  };
}
