import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
  type WebClientOptions,
} from "@slack/web-api";
import type { SlackAnswer } from "../job/delivery.ts";
import type { InstallationId } from "../job/ids.ts";
import { NoTokenError, TokenNotReadyError } from "./installations/token-errors.ts";

const CALL_TIMEOUT_MS = 15_000;
const BARE_429_MS = 30_000;
/** Slack's own words for these: "it is possible some aspect of the operation succeeded". */
const UNCLEAR_CODES: ReadonlySet<string> = new Set(["fatal_error", "internal_error", "service_unavailable"]);
/** The connection was never made, so nothing can have been done. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Told of every call of the Web API: its method and what it came to. */
export type OnSlackCall = (method: string, outcome: SlackAnswer["type"]) => void;

/**
 * A client with the present token of an installation. Asked for at every call, since tokens change.
 * @throws NoTokenError | TokenNotReadyError, which `slackCall` turns into its answers
 */
export type ClientFor = (installationId: InstallationId) => Promise<WebClient>;

/**
 * A client whose every call is made exactly once: a blind retry of a post is a second post, and a pause after
 * a 429 would hold up every other call of the workspace.
 */
export function createWebClient(
  token: string | undefined,
  options: { slackApiUrl: string; logger: WebClientOptions["logger"]; onCall: OnSlackCall },
): WebClient {
  const client = new CountedWebClient(token, {
    slackApiUrl: options.slackApiUrl,
    ...(options.logger ? { logger: options.logger } : {}),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: CALL_TIMEOUT_MS,
  });
  client.onCall = options.onCall;
  return client;
}

/** Each method of the client's is bound to `apiCall`, so this sees them all. */
class CountedWebClient extends WebClient {
  onCall: OnSlackCall = () => {};

  override async apiCall(...call: Parameters<WebClient["apiCall"]>): ReturnType<WebClient["apiCall"]> {
    try {
      const result = await super.apiCall(...call);
      this.onCall(call[0], "ok");
      return result;
    } catch (error) {
      this.onCall(call[0], answerOf(error).type);
      throw error;
    }
  }
}

/** One call, sorted into what it can mean. Never throws. */
export async function slackCall<R, T extends object>(
  call: () => Promise<R>,
  read: (result: R) => T,
): Promise<SlackAnswer<T>> {
  let result: R;
  try {
    result = await call();
  } catch (error) {
    return answerOf(error);
  }
  try {
    return { type: "ok", ...read(result) };
  } catch (error) {
    return { type: "unclear", error: new Error("Slack's answer could not be read", { cause: error }) };
  }
}

function answerOf(error: unknown): Exclude<SlackAnswer, { type: "ok" }> {
  if (error instanceof WebAPIRateLimitedError) return { type: "busy", retryAfterMs: error.retryAfter * 1000 };
  if (error instanceof NoTokenError) return { type: "refused", code: "token_revoked" };
  if (error instanceof TokenNotReadyError) {
    return error.retryAfterMs === undefined
      ? { type: "not_sent", error }
      : { type: "busy", retryAfterMs: error.retryAfterMs };
  }
  // The SDK's words for a 429 that does not say for how long.
  if (error instanceof Error && /valid timeout/i.test(error.message))
    return { type: "busy", retryAfterMs: BARE_429_MS };
  if (error instanceof WebAPIPlatformError) {
    const code = error.data.error;
    if (code === "ratelimited" || code === "rate_limited") return { type: "busy", retryAfterMs: BARE_429_MS };
    // The SDK takes any body for an answer: a proxy's web page ends up here as the "code".
    if (!/^[a-z0-9_]+$/.test(code))
      return { type: "unclear", error: new Error("Slack answered with no JSON") };
    return UNCLEAR_CODES.has(code) ? { type: "unclear", error } : { type: "refused", code };
  }
  if (
    error instanceof WebAPIHTTPError &&
    error.statusCode >= 400 &&
    error.statusCode < 500 &&
    error.statusCode !== 408
  ) {
    return { type: "refused", code: `http_${error.statusCode}` };
  }
  if (error instanceof WebAPIRequestError && neverConnected(error)) return { type: "not_sent", error };
  return { type: "unclear", error: error instanceof Error ? error : new Error(String(error)) };
}

function neverConnected(error: unknown): boolean {
  for (
    let cause = error;
    cause instanceof Error;
    cause = "original" in cause ? cause.original : cause.cause
  ) {
    if ("code" in cause && typeof cause.code === "string" && NEVER_CONNECTED.has(cause.code)) return true;
  }
  return false;
}
