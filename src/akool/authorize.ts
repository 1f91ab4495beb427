import { AUTHORIZATION_INVALID, SUCCESS } from "./codes.ts";
import { AkoolError } from "./errors.ts";
import { tokenData } from "./schemas.ts";
import { type Call, type Exchange, stopped, type Transport } from "./transport.ts";

export interface Credentials {
  readonly apiKey: string;
  readonly clientId?: string;
  /** `api-key` sends `x-api-key`, `token` a bearer token; never both, since AKOOL lets a stale bearer win. */
  readonly auth: "api-key" | "token";
}

/** An exchange, and whether it was the call's own or already ended at the getToken before it. */
export interface AuthorizedExchange {
  readonly exchange: Exchange;
  readonly reached: boolean;
}

/** Makes one call with the account's credentials. Never throws. */
export type AuthorizedCall = (call: Call) => Promise<AuthorizedExchange>;

export function authorize(
  transport: Transport,
  { apiKey, clientId, auth }: Credentials,
  tokenTimeoutMs: number,
): AuthorizedCall {
  if (auth === "api-key") {
    return async (call) => ({
      exchange: await transport.exchange({ ...call, headers: { "x-api-key": apiKey } }),
      reached: true,
    });
  }
  if (!clientId) throw new Error("AKOOL token authentication needs the client id");
  const getToken = tokenSource(transport, { clientId, clientSecret: apiKey }, tokenTimeoutMs);

  return async (call) => {
    const first = await unlessStopped(getToken(), call);
    if (typeof first !== "string") return { exchange: first, reached: false };
    const exchange = await transport.exchange({ ...call, headers: bearer(first) });
    if (!isTokenRefused(exchange)) return { exchange, reached: true };
    // Refused for its token is certain not to have been done, so this one repetition cannot pay twice.
    const second = await unlessStopped(getToken(first), call);
    if (typeof second !== "string") return { exchange: second, reached: false };
    return { exchange: await transport.exchange({ ...call, headers: bearer(second) }), reached: true };
  };
}

/**
 * Tokens live for years and end without notice, so one is kept until a call is refused for it. Everyone who
 * waits for a token waits for the same getToken, and a token that is already replaced is not replaced again.
 */
function tokenSource(
  transport: Transport,
  body: { readonly clientId: string; readonly clientSecret: string },
  timeoutMs: number,
): (refused?: string) => Promise<string | Exchange> {
  let kept: string | undefined;
  let underWay: Promise<string | Exchange> | undefined;

  const fetchToken = async (): Promise<string | Exchange> => {
    const name = "POST getToken";
    // A time limit of its own: whoever asked first may give up, the others still wait.
    const signal = AbortSignal.timeout(timeoutMs);
    const exchange = await transport.exchange({ name, path: "/api/open/v3/getToken", body, signal });
    if (exchange.type !== "answered" || exchange.reply?.code !== SUCCESS) return exchange;
    kept = exchange.reply.token ?? tokenData.safeParse(exchange.reply.data).data?.token;
    return kept ?? { type: "unclear", error: new AkoolError(name, "no token in the answer") };
  };

  return (refused) => {
    if (kept === refused) kept = undefined;
    if (kept !== undefined) return Promise.resolve(kept);
    underWay ??= fetchToken().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

function isTokenRefused(exchange: Exchange): boolean {
  if (exchange.type !== "answered") return false;
  const code = exchange.reply?.code;
  return code === AUTHORIZATION_INVALID || (code === undefined && exchange.httpStatus === 401);
}

/** `token`, or at once the news that the call it was for has been stopped. */
async function unlessStopped(token: Promise<string | Exchange>, call: Call): Promise<string | Exchange> {
  const { promise, resolve } = Promise.withResolvers<Exchange>();
  const onAbort = () => resolve({ type: "not_sent", error: stopped(call) });
  if (call.signal.aborted) onAbort();
  call.signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, token]);
  } finally {
    call.signal.removeEventListener("abort", onAbort);
  }
}
