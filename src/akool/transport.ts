import { Agent, buildConnector, type Dispatcher, errors, request } from "undici";
import { type AkoolCall, AkoolError } from "./errors.ts";
import { type Reply, reply } from "./schemas.ts";

/** AKOOL's replies are a few kB; more than this is not a reply. */
const MAX_BODY_BYTES = 1024 * 1024;

export interface TransportOptions {
  readonly apiUrl: string | URL;
  readonly connectTimeoutMs: number;
  readonly now: () => Date;
}

export interface Call {
  readonly name: AkoolCall;
  /** Path and query below the API's address. */
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** A call that costs money gets a connection of its own. */
  readonly paid?: boolean;
  readonly signal: AbortSignal;
}

/**
 * What became of one HTTP call. `answered` has the whole body, parsed when it was JSON; `not_sent` is certain
 * that AKOOL got nothing; `unclear` is everything between.
 */
export type Exchange =
  | {
      readonly type: "answered";
      readonly httpStatus: number;
      readonly reply: Reply | undefined;
      readonly retryAfterMs?: number;
    }
  | { readonly type: "not_sent"; readonly error: AkoolError }
  | { readonly type: "unclear"; readonly error: AkoolError };

export interface Transport {
  /** One call, sent at most once. Never throws. */
  exchange(call: Call): Promise<Exchange>;
  close(): Promise<void>;
}

export function createTransport({ apiUrl, connectTimeoutMs, now }: TransportOptions): Transport {
  const base = String(apiUrl).replace(/\/+$/, "");
  const connect = tellingConnector(connectTimeoutMs);
  const agent = new Agent({ connect, allowH2: false });
  // No keep-alive: the other end may be closing an idle connection just as the call is written to it, and
  // then nobody could tell whether it was paid.
  const paidAgent = new Agent({ connect, allowH2: false, pipelining: 0 });

  return {
    async exchange(call) {
      if (call.signal.aborted) return { type: "not_sent", error: stopped(call) };
      const method = call.body === undefined ? "GET" : "POST";
      try {
        const response = await request(base + call.path, {
          method,
          dispatcher: call.paid ? paidAgent : agent,
          signal: call.signal,
          headers: {
            accept: "application/json",
            ...(method === "POST" && { "content-type": "application/json" }),
            ...call.headers,
          },
          body: method === "POST" ? JSON.stringify(call.body) : null,
        });
        const retryAfterMs = parseRetryAfter(response.headers["retry-after"], now());
        const text = await readText(response.body, call);
        return {
          type: "answered",
          httpStatus: response.statusCode,
          reply: parseReply(text),
          ...(retryAfterMs !== undefined && { retryAfterMs }),
        };
      } catch (error) {
        return explain(error, call);
      }
    },
    async close() {
      await Promise.all([agent.destroy(), paidAgent.destroy()]);
    },
  };
}

/** Why no connection came about; while it is on its way to the caller nothing has been sent. */
class NeverConnected extends Error {
  override readonly name = "NeverConnected";
}

/**
 * undici's connector, with its failures marked. The code alone would not do: a peer that hangs up during the
 * TLS handshake is ECONNRESET, and so is one that hangs up after it has read the call.
 */
function tellingConnector(timeout: number): buildConnector.connector {
  const connect = buildConnector({ timeout, allowH2: false });
  return (options, callback) =>
    connect(options, (error, socket) => {
      if (error) callback(new NeverConnected("no connection", { cause: error }), null);
      else callback(null, socket);
    });
}

async function readText(body: Dispatcher.ResponseData["body"], call: Call): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BODY_BYTES) throw new AkoolError(call.name, "answer too long to be one");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseReply(text: string): Reply | undefined {
  try {
    return reply.safeParse(JSON.parse(text)).data;
  } catch {
    // Not JSON. The SyntaxError quotes the body, which may hold a token: it goes no further.
    return undefined;
  }
}

/** Milliseconds to wait, from seconds or an HTTP date (RFC 9110, 10.2.3). */
function parseRetryAfter(header: string | string[] | undefined, now: Date): number | undefined {
  const value = String(header ?? "").trim();
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const at = /GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}

function explain(error: unknown, call: Call): Exchange {
  if (error instanceof AkoolError) return { type: "unclear", error };
  if (error instanceof NeverConnected) {
    const problem = `no connection (${codeOf(error.cause)})`;
    return { type: "not_sent", error: new AkoolError(call.name, problem, {}, { cause: error.cause }) };
  }
  if (call.signal.aborted) return { type: "unclear", error: stopped(call) };
  const code = codeOf(error);
  // undici's own check of the arguments, before anything is dispatched: a key that no header can carry.
  const type = code === "UND_ERR_INVALID_ARG" ? "not_sent" : "unclear";
  const problem = type === "not_sent" ? "call could not be written" : "connection lost";
  // A parser error carries the raw answer, which may hold a token.
  const options = error instanceof errors.HTTPParserError ? {} : { cause: error };
  return { type, error: new AkoolError(call.name, `${problem} (${code})`, {}, options) };
}

export function stopped({ name, signal }: Pick<Call, "name" | "signal">): AkoolError {
  const timedOut = signal.reason instanceof Error && signal.reason.name === "TimeoutError";
  return new AkoolError(name, timedOut ? "no answer in time" : "stopped", {}, { cause: signal.reason });
}

function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return error instanceof Error ? error.name : "unknown";
}
