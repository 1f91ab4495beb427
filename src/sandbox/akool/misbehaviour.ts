/** The ways in which the stand-in can be told to go wrong, and the answers they come to. */
import { Readable } from "node:stream";

export interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: Buffer | Readable;
  readonly outcome: string;
}

type When = "before" | "after";

export type Misbehaviour =
  /** An envelope without data, and nothing done. */
  | { readonly kind: "code"; readonly code: number; readonly msg?: string }
  | { readonly kind: "status"; readonly status: number; readonly when?: When }
  /** Cuts the connection without an answer. */
  | { readonly kind: "drop"; readonly when?: When }
  /** Never answers; `after` has done the work by then. */
  | { readonly kind: "hang"; readonly when?: When }
  /** A 200 with a web page instead of what was asked for. */
  | { readonly kind: "html"; readonly when?: When }
  | { readonly kind: "429"; readonly retryAfterSeconds?: number }
  /** The effect happens; the answer breaks off half way. */
  | { readonly kind: "cut_body" }
  // Of results alone:
  | { readonly kind: "404" }
  /** Announces the whole length, sends half of it, hangs up. */
  | { readonly kind: "short" }
  /** Never stops sending. */
  | { readonly kind: "endless" }
  | { readonly kind: "slow"; readonly bytesPerSecond: number }
  | { readonly kind: "no_length" };

const PAGE = "<!DOCTYPE html><html><head><title>AKOOL</title></head><body>Back in a moment</body></html>";
const FILLER_BYTES = 64 * 1024;

export function json(status: number, body: unknown, outcome: string): Reply {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: Buffer.from(JSON.stringify(body)),
    outcome,
  };
}

/** `bytes` at about `bytesPerSecond`, in small portions. */
export async function* paced(bytes: AsyncIterable<Buffer> | Iterable<Buffer>, bytesPerSecond: number) {
  const portion = Math.max(1, Math.min(FILLER_BYTES, Math.ceil(bytesPerSecond / 20)));
  const startedAt = performance.now();
  let sent = 0;
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at += portion) {
      const part = chunk.subarray(at, at + portion);
      yield part;
      sent += part.length;
      const waitMs = startedAt + (sent / bytesPerSecond) * 1000 - performance.now();
      if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

/** Whether the work is done first and only the answer is spoilt. */
export function actsAfter(how: Misbehaviour): boolean {
  switch (how.kind) {
    case "status":
    case "drop":
    case "hang":
    case "html":
      return how.when === "after";
    case "code":
    case "429":
    case "404":
      return false;
    case "cut_body":
    case "short":
    case "endless":
    case "slow":
    case "no_length":
      return true;
  }
}

/** The answer of one that does not do its work, or does not say so. */
export function insteadOf(how: Misbehaviour): Reply {
  switch (how.kind) {
    case "code":
      return json(200, { code: how.code, msg: how.msg ?? "sandbox" }, String(how.code));
    case "429": {
      const { headers, ...reply } = json(429, { code: 1005, msg: "too frequent" }, "429");
      const retryAfter = { "retry-after": String(how.retryAfterSeconds ?? 1) };
      return { ...reply, headers: { ...headers, ...retryAfter } };
    }
    case "404":
      return page(404);
    case "status":
      return page(how.status);
    default:
      return page(200);
  }
}

function page(status: number): Reply {
  const headers = { "content-type": "text/html; charset=utf-8" };
  return { status, headers, body: Buffer.from(PAGE), outcome: status === 200 ? "html" : String(status) };
}

/** The ways in which only a result file goes wrong. */
export function spoilResult(how: Misbehaviour, reply: Reply): Reply {
  const { "content-length": _length, ...headers } = reply.headers ?? {};
  const source = Buffer.isBuffer(reply.body) ? [reply.body] : reply.body;
  switch (how.kind) {
    case "no_length":
      return { ...reply, headers, outcome: "no_length", body: Readable.from(source) };
    case "slow":
      return { ...reply, body: Readable.from(paced(source, how.bytesPerSecond)), outcome: "slow" };
    case "endless":
      return { ...reply, headers, body: Readable.from(endless(source)), outcome: "endless" };
    default:
      return reply;
  }
}

async function* endless(start: AsyncIterable<Buffer> | Iterable<Buffer>) {
  yield* start;
  const filler = Buffer.alloc(FILLER_BYTES);
  while (true) yield filler;
}
