/**
 * Every request the app makes goes through `answerCall`: it is recorded, it can be told to go wrong, and a test
 * can stop the world at the three points that matter: before the effect, between effect and answer, after the answer.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { actsAfter, insteadOf, type Misbehaviour, type Reply, spoilResult } from "./misbehaviour.ts";

/**
 * "webhook" is the one call that goes the other way: received = about to be sent, answered = the app answered.
 * "speak" orders a speech, "speech" asks what became of it; the old API's have "_v3".
 */
export type Endpoint =
  | "create"
  | "info"
  | "token"
  | "quota"
  | "result"
  | "speak"
  | "speech"
  | "voices"
  | "speak_v3"
  | "speech_v3"
  | "voices_v3"
  | "speech_file"
  | "preview"
  | "faces"
  | "webhook"
  | "unknown";

export interface CallRecord {
  readonly endpoint: Endpoint;
  /** "POST /api/open/v3/getToken"; "webhook". */
  readonly line: string;
  readonly at: Date;
  /** Undefined while it is on its way, and for good where it hangs. */
  endedAt: Date | undefined;
  /** The TCP port it came from; undefined for the stand-in's own webhooks. */
  readonly port: number | undefined;
  /**
   * Of the render, or of the speech (for a preview, of the voice). Known from the start for whatever asks about
   * one, after the effect for create, speak and speak_v3.
   */
  renderId: string | undefined;
  /** AKOOL's code, an HTTP status, or what misbehaviour made of it. */
  outcome: string;
  /** How far it came. `cut` means that the app was gone or the connection was dropped before the answer. */
  phase: "received" | "effect" | "answered" | "cut";
}

export interface Rule {
  /** How many calls it spoils. Default 1. */
  readonly times?: number;
}

export class CallLog {
  readonly calls: CallRecord[] = [];
  onCall: ((call: CallRecord) => void | Promise<void>) | undefined;
  readonly #rules: { endpoint: Endpoint; how: Misbehaviour; left: number }[] = [];

  /** Returns how to take it back. */
  misbehave(endpoint: Endpoint, { times = 1, ...how }: Misbehaviour & Rule): () => void {
    const rule = { endpoint, how, left: times };
    this.#rules.push(rule);
    return () => {
      rule.left = 0;
    };
  }

  behave(): void {
    this.#rules.length = 0;
  }

  async begin(
    { endpoint, renderId, line }: Pick<CallRecord, "endpoint" | "renderId" | "line">,
    port?: number,
  ): Promise<CallRecord> {
    const call: CallRecord = {
      endpoint,
      line,
      at: new Date(),
      endedAt: undefined,
      port,
      renderId,
      outcome: "",
      phase: "received",
    };
    this.calls.push(call);
    await this.onCall?.(call);
    return call;
  }

  async moveTo(call: CallRecord, phase: CallRecord["phase"], outcome: string): Promise<void> {
    call.phase = phase;
    if (phase === "answered") call.endedAt = new Date();
    call.outcome = outcome;
    await this.onCall?.(call);
  }

  async answerCall(
    at: {
      endpoint: Endpoint;
      renderId: string | undefined;
      request: IncomingMessage;
      response: ServerResponse;
    },
    perform: (call: CallRecord) => Promise<Reply>,
  ): Promise<void> {
    const { request, response } = at;
    const line = `${request.method} ${URL.parse(request.url ?? "", "http://akool.invalid")?.pathname}`;
    const call = await this.begin({ ...at, line }, request.socket.remotePort);
    // Killed by the hook: as if the request had not reached AKOOL.
    if (response.destroyed || request.socket.destroyed) return cut(call, response, "gone");

    const how = this.#take(at.endpoint);
    if (how && !actsAfter(how)) {
      request.resume();
      if (how.kind === "drop") return cut(call, response, "dropped");
      if (how.kind === "hang") return hang(call, "hanging");
      return this.#send(call, request, response, insteadOf(how));
    }
    const reply = await perform(call);
    await this.moveTo(call, "effect", reply.outcome);
    if (how?.kind === "drop") return cut(call, response, `${reply.outcome}, dropped`);
    if (how?.kind === "hang") return hang(call, `${reply.outcome}, hanging`);
    if (how?.kind === "cut_body" || how?.kind === "short") return sendHalf(call, response, reply);
    if (how?.kind === "status" || how?.kind === "html") {
      const outcome = `${reply.outcome}, ${how.kind}`;
      return this.#send(call, request, response, { ...insteadOf(how), outcome });
    }
    await this.#send(call, request, response, how ? spoilResult(how, reply) : reply);
  }

  #take(endpoint: Endpoint): Misbehaviour | undefined {
    const rule = this.#rules.find((each) => each.endpoint === endpoint && each.left > 0);
    if (rule) rule.left -= 1;
    return rule?.how;
  }

  async #send(
    call: CallRecord,
    request: IncomingMessage,
    response: ServerResponse,
    reply: Reply,
  ): Promise<void> {
    response.writeHead(reply.status, reply.headers);
    try {
      const nothing = request.method === "HEAD";
      if (nothing && !Buffer.isBuffer(reply.body)) reply.body.destroy();
      const body = nothing ? [] : Buffer.isBuffer(reply.body) ? [reply.body] : reply.body;
      await pipeline(body, response);
    } catch {
      // The app hung up. That is its right, and the record says so.
      return cut(call, response, `${reply.outcome}, gone`);
    }
    await this.moveTo(call, "answered", reply.outcome);
  }
}

/** The connection stays open until the app, or the stand-in's end, closes it. */
function hang(call: CallRecord, outcome: string): void {
  call.outcome = outcome;
}

function cut(call: CallRecord, response: ServerResponse, outcome: string): void {
  call.phase = "cut";
  call.endedAt = new Date();
  call.outcome = outcome;
  response.destroy();
}

/** Announces the whole body, sends half of it, and hangs up. */
async function sendHalf(call: CallRecord, response: ServerResponse, reply: Reply): Promise<void> {
  const whole = Buffer.isBuffer(reply.body) ? reply.body : await buffer(reply.body);
  response.writeHead(reply.status, { ...reply.headers, "content-length": String(whole.length) });
  response.write(whole.subarray(0, Math.floor(whole.length / 2)), () =>
    cut(call, response, `${reply.outcome}, cut short`),
  );
}
