import { type Dispatcher, request } from "undici";
import { RequestProblem } from "../job/failure.ts";
import type { Outbound } from "./outbound.ts";
import { TemporaryProblem } from "./problems.ts";

const USER_AGENT = "talkingphoto-for-slack";
const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export interface GuardedGetOptions {
  readonly outbound: Outbound;
  readonly signal: AbortSignal;
  readonly headersTimeoutMs: number;
  /** Longest silence between two pieces of the body. */
  readonly idleTimeoutMs: number;
  /** Asked anew for each hop, because what may be shown to one host may not be shown to the next. */
  readonly headersFor?: (url: URL) => Readonly<Record<string, string>>;
}

/**
 * The first answer that is no redirect; every hop passes the guard. The caller must read or destroy the body.
 * @throws RequestProblem `url_not_allowed`, or `url_unreachable` when the redirects lead nowhere
 * @throws whatever undici throws; see `asTemporary`
 */
export async function guardedGet(start: URL, options: GuardedGetOptions): Promise<Dispatcher.ResponseData> {
  let url = start;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    options.outbound.assertAllowed(url);
    const response = await request(url, {
      dispatcher: options.outbound.agent,
      signal: options.signal,
      headersTimeout: options.headersTimeoutMs,
      bodyTimeout: options.idleTimeoutMs,
      // Bytes as they are: what is counted is then what is stored.
      headers: { "user-agent": USER_AGENT, "accept-encoding": "identity", ...options.headersFor?.(url) },
    });
    // Without a listener, a body that breaks while nobody reads it would end the process.
    response.body.on("error", () => {});
    const location = headerOf(response, "location");
    if (!REDIRECTS.has(response.statusCode) || location === undefined) return response;
    response.body.destroy();
    const next = URL.parse(location, url.href);
    if (!next) throw new RequestProblem({ reason: "url_unreachable", code: "bad_redirect" });
    url = next;
  }
  throw new RequestProblem({ reason: "url_unreachable", code: "too_many_redirects" });
}

export function headerOf({ headers }: Dispatcher.ResponseData, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** `content-length` as a number of bytes, or undefined when absent or no number. */
export function contentLengthOf(response: Dispatcher.ResponseData): number | undefined {
  const text = headerOf(response, "content-length");
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/**
 * What a failed transfer is to the caller: a problem of ours as it is, the caller's own abort as it is,
 * anything else (cut connection, silence, name service) a TemporaryProblem.
 */
export function asTemporary(error: unknown, doing: string, signal: AbortSignal | undefined): unknown {
  if (error instanceof RequestProblem || error instanceof TemporaryProblem) return error;
  if (signal?.aborted) return signal.reason;
  return new TemporaryProblem(`${doing}: ${codeOf(error)}`, { cause: error });
}

/** "ECONNRESET", "UND_ERR_BODY_TIMEOUT" and so on; the messages of such errors can hold addresses. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
