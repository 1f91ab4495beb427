/**
 * Every request the app makes goes through `answerCall`: it is recorded, it can be told to go wrong, and a test can
 * stop the world at the three points that matter: before the effect, between effect and answer, after the answer.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Wire } from "./wire.ts";

export interface CallRecord {
  /** A Web API method, or "upload", "download", "response_url". */
  readonly method: string;
  /** What was sent, without the token. */
  readonly args: Wire;
  readonly at: Date;
  /** Undefined while it is on its way, and for good where it hangs. */
  endedAt: Date | undefined;
  /** The TCP port it came from. */
  readonly port: number | undefined;
  /** "ok", Slack's error code, or what misbehaviour made of it. */
  outcome: string;
  /** How far it came. `cut` means that the app was gone or the connection was dropped before the answer. */
  phase: "received" | "effect" | "answered" | "cut";
}

/**
 * Asked at each phase but `cut`. "drop" cuts the connection there: at `received` the call has no effect, as if it had
 * never arrived. That is what a hook says which has just killed the app.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks on returns nothing
export type CallHook = (call: CallRecord) => void | "drop" | Promise<void | "drop">;

export interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: string | Readable;
  readonly outcome: string;
}

export type Misbehaviour =
  | { readonly kind: "429"; readonly retryAfterSeconds?: number }
  | { readonly kind: "status"; readonly status: number; readonly when?: "before" | "after" }
  /** Cuts the connection without an answer. */
  | { readonly kind: "drop"; readonly when?: "before" | "after" }
  /** Never answers; `after` has done the work by then. */
  | { readonly kind: "hang"; readonly when?: "before" | "after" }
  /** A 200 with a web page instead of what was asked for. */
  | { readonly kind: "html" }
  /** The effect happens; the answer breaks off half way. */
  | { readonly kind: "cut_body" }
  | { readonly kind: "error"; readonly error: string }
  | { readonly kind: "redirect"; readonly to: string }
  /** What becomes of a completed upload. Target: "share". */
  | { readonly kind: "share"; readonly mode: "never" | "late" | "twice"; readonly delayMs?: number };

export interface Rule {
  /** How many calls it spoils. Default 1. */
  readonly times?: number;
  /** Only calls with such arguments. */
  readonly only?: (args: Wire) => boolean;
}

const PAGE =
  "<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in to your workspace</body></html>";

export class CallLog {
  readonly calls: CallRecord[] = [];
  onCall: CallHook | undefined;
  readonly #rules: { target: string; how: Misbehaviour; left: number; only: Rule["only"] }[] = [];

  /** Returns how to take it back. */
  misbehave(target: string, { times = 1, only, ...how }: Misbehaviour & Rule): () => void {
    const rule = { target: how.kind === "share" ? "share" : target, how, left: times, only };
    this.#rules.push(rule);
    return () => {
      rule.left = 0;
    };
  }

  behave(): void {
    this.#rules.length = 0;
  }

  /** The misbehaviour due for this call, used up by asking. */
  take(target: string, args: Wire): Misbehaviour | undefined {
    const rule = this.#rules.find(
      (each) => each.target === target && each.left > 0 && (each.only?.(args) ?? true),
    );
    if (rule) rule.left -= 1;
    return rule?.how;
  }

  async answerCall(
    at: { method: string; args: Wire; request: IncomingMessage; response: ServerResponse },
    perform: () => Promise<Reply>,
  ): Promise<void> {
    const { request, response } = at;
    const call: CallRecord = {
      method: at.method,
      args: at.args,
      at: new Date(),
      endedAt: undefined,
      port: request.socket.remotePort,
      outcome: "",
      phase: "received",
    };
    this.calls.push(call);
    if ((await this.onCall?.(call)) === "drop") return cut(call, response, "never arrived");
    if (response.destroyed) return cut(call, response, "gone");

    const how = this.take(at.method, at.args);
    const before = how && insteadOf(how);
    if (before === "drop") return cut(call, response, "dropped");
    if (before === "hang") {
      call.outcome = "hanging";
      return;
    }
    if (before) {
      request.resume();
      return this.#send(call, response, before);
    }
    const reply = await perform();
    call.phase = "effect";
    call.outcome = reply.outcome;
    const hook = await this.onCall?.(call);
    if (how?.kind === "drop" || hook === "drop") return cut(call, response, `${reply.outcome}, dropped`);
    if (how?.kind === "hang") {
      call.outcome = `${reply.outcome}, hanging`;
      return;
    }
    if (how?.kind === "cut_body") return sendHalf(call, response, reply);
    if (how?.kind === "status") {
      if (typeof reply.body !== "string") reply.body.destroy();
      return this.#send(call, response, { ...page(how.status), outcome: `${reply.outcome}, ${how.status}` });
    }
    await this.#send(call, response, reply);
  }

  async #send(call: CallRecord, response: ServerResponse, reply: Reply): Promise<void> {
    call.outcome = reply.outcome;
    response.writeHead(reply.status, reply.headers);
    try {
      if (typeof reply.body === "string") {
        const { body } = reply;
        await new Promise<void>((resolve, reject) => {
          response.once("close", () => (response.writableFinished ? resolve() : reject(new Error("gone"))));
          response.end(body, () => resolve());
        });
      } else await pipeline(reply.body, response);
    } catch {
      // The app hung up. That is its right, and the record says so.
      return cut(call, response, `${reply.outcome}, gone`);
    }
    call.phase = "answered";
    call.endedAt = new Date();
    await this.onCall?.(call);
  }
}

/** What is answered without doing anything, if that is what the misbehaviour asks for. */
function insteadOf(how: Misbehaviour): Reply | "drop" | "hang" | undefined {
  switch (how.kind) {
    case "429":
      return {
        status: 429,
        headers: {
          "content-type": "application/json; charset=utf-8",
          "retry-after": String(how.retryAfterSeconds ?? 1),
        },
        body: JSON.stringify({ ok: false, error: "ratelimited" }),
        outcome: "ratelimited",
      };
    case "status":
      return how.when === "after" ? undefined : { ...page(how.status), outcome: String(how.status) };
    case "drop":
      return how.when === "after" ? undefined : "drop";
    case "hang":
      return how.when === "after" ? undefined : "hang";
    case "html":
      return { ...page(200), outcome: "html" };
    case "error":
      return {
        status: 200,
        headers: { "content-type": "application/json; charset=utf-8" },
        body: JSON.stringify({ ok: false, error: how.error }),
        outcome: how.error,
      };
    case "redirect":
      return { status: 302, headers: { location: how.to }, body: "", outcome: "redirect" };
    case "cut_body":
    case "share":
      return undefined;
  }
}

/** Slack's web page: what an expired token, a missing scope or a tired server gets. */
export function page(status: number): Omit<Reply, "outcome"> {
  return { status, headers: { "content-type": "text/html; charset=utf-8" }, body: PAGE };
}

function cut(call: CallRecord, response: ServerResponse, outcome: string): void {
  call.phase = "cut";
  call.endedAt = new Date();
  call.outcome = outcome;
  response.destroy();
}

/** Announces the whole body, sends half of it, and hangs up. */
async function sendHalf(call: CallRecord, response: ServerResponse, reply: Reply): Promise<void> {
  const whole = typeof reply.body === "string" ? Buffer.from(reply.body) : await collect(reply.body);
  response.writeHead(reply.status, { ...reply.headers, "content-length": String(whole.length) });
  response.write(whole.subarray(0, Math.floor(whole.length / 2)), () =>
    cut(call, response, `${reply.outcome}, body cut`),
  );
}

async function collect(source: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
