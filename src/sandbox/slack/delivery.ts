/** From Slack to the app: signed HTTP to the request URL, or an envelope by Socket Mode. */
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { setTimeout as wait } from "node:timers/promises";
import type { Payloads } from "./payloads.ts";
import { sign } from "./signing.ts";
import type { SocketMode } from "./socket-mode.ts";
import { newId, type Wire } from "./wire.ts";
import type { Workspace } from "./workspace.ts";

/** How the app answered. `status` 0: not at all, and `body` says why, in Slack's word for it. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly ms: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Delivered extends Answer {
  readonly eventId: string;
  readonly type: string;
  readonly retryNum: number;
}

/** One try of one delivery, from its beginning. */
export interface DeliveryRecord {
  /** "event app_mention", "slash command", "block_actions". */
  readonly what: string;
  readonly at: Date;
  readonly retryNum: number;
  answer: Answer | undefined;
}

export interface RawOptions {
  /** Seconds; signs with it. Default now. */
  readonly timestamp?: number;
  readonly method?: string;
  /** Default: the request URL. */
  readonly url?: string;
  /** Default the sandbox's. */
  readonly signingSecret?: string;
}

const USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)";
const FORM = "application/x-www-form-urlencoded";

export class Deliveries {
  /** Each try of each event. */
  readonly events: Delivered[] = [];
  /** Each try of everything that was delivered. */
  readonly records: DeliveryRecord[] = [];
  requestUrl: string | undefined;
  readonly #workspace: Workspace;
  readonly #payloads: Payloads;
  readonly #socket: SocketMode;
  readonly #closing = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(workspace: Workspace, payloads: Payloads, socket: SocketMode) {
    this.#workspace = workspace;
    this.#payloads = payloads;
    this.#socket = socket;
  }

  command(payload: Record<string, string>): Promise<Answer> {
    return this.#recorded("slash command", 0, () =>
      this.#socket.inUse
        ? this.#bySocket("slash_commands", payload)
        : this.raw(new URLSearchParams(payload).toString(), { "content-type": FORM }),
    );
  }

  interaction(payload: Wire): Promise<Answer> {
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    return this.#recorded(String(payload.type), 0, () =>
      this.#socket.inUse ? this.#bySocket("interactive", payload) : this.raw(body, { "content-type": FORM }),
    );
  }

  /**
   * Delivers one event, and again under the same id while the app does not say 2xx. `repeats` are deliveries on top
   * of that, which happen when Slack did not get an answer that the app did send.
   */
  async event(
    event: Wire,
    { repeats = 0, eventId = newId("Ev"), at = Date.now() } = {},
  ): Promise<Delivered[]> {
    const delays = this.#workspace.settings.eventRetryDelaysMs;
    const tries: Delivered[] = [];
    const payload = this.#payloads.envelope(event, eventId, at);
    let reason = "";
    for (let retryNum = 0; retryNum <= delays.length + repeats; retryNum++) {
      if (retryNum > 0 && tries.length > repeats) await this.#pause(delays[retryNum - 1 - repeats] ?? 0);
      if (this.#closing.signal.aborted) break;
      const answer = await this.#recorded(`event ${String(event.type)}`, retryNum, () =>
        this.#deliverEvent(payload, retryNum, reason),
      );
      const delivered = { ...answer, eventId, type: String(event.type), retryNum };
      tries.push(delivered);
      this.events.push(delivered);
      const good = answer.status >= 200 && answer.status < 300;
      if (good && retryNum >= repeats) break;
      if (!good && answer.headers["x-slack-no-retry"] === "1") break;
      reason = good ? "http_timeout" : answer.status > 0 ? "http_error" : answer.body;
    }
    return tries;
  }

  /** The same, for what nobody waits for. */
  eventInBackground(event: Wire): void {
    this.inBackground(this.event(event));
  }

  /** Deliveries that nobody waits for but the end. */
  inBackground(deliveries: Promise<unknown>): void {
    const all = deliveries.finally(() => this.#underWay.delete(all));
    this.#underWay.add(all);
  }

  /** Any body, signed unless a header given here says otherwise; `undefined` takes a header away. */
  raw(
    body: string | Uint8Array,
    headers: Record<string, string | undefined> = {},
    options: RawOptions = {},
  ): Promise<Answer> {
    const target = options.url ?? this.requestUrl;
    if (!target) throw new Error("the Slack sandbox has no request URL: call setRequestUrl first");
    const all = {
      "user-agent": USER_AGENT,
      accept: "application/json,*/*",
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(body)),
      ...sign(options.signingSecret ?? this.#workspace.settings.signingSecret, body, options.timestamp),
      ...headers,
    };
    const kept = Object.entries(all).filter((header): header is [string, string] => header[1] !== undefined);
    return this.#post(target, options.method ?? "POST", Object.fromEntries(kept), body);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#underWay);
  }

  #deliverEvent(payload: Wire, retryNum: number, reason: string): Promise<Answer> {
    if (this.#socket.inUse) {
      const more = { retry_attempt: retryNum, retry_reason: retryNum > 0 ? reason.replace("http_", "") : "" };
      return this.#bySocket("events_api", payload, more);
    }
    const retry = { "x-slack-retry-num": String(retryNum), "x-slack-retry-reason": reason };
    return this.raw(JSON.stringify(payload), retryNum > 0 ? retry : {});
  }

  async #recorded(what: string, retryNum: number, deliver: () => Promise<Answer>): Promise<Answer> {
    const record: DeliveryRecord = { what, at: new Date(), retryNum, answer: undefined };
    this.records.push(record);
    record.answer = await deliver();
    return record.answer;
  }

  async #bySocket(type: string, payload: Wire, more: Wire = {}): Promise<Answer> {
    const startedAt = performance.now();
    const ack = await this.#socket.send(type, payload, more, this.#workspace.settings.ackTimeoutMs);
    const ms = performance.now() - startedAt;
    if (!ack) return { status: 0, body: "timeout", ms, headers: {} };
    const { payload: said } = ack;
    const body =
      said === undefined || said === "" ? "" : typeof said === "string" ? said : JSON.stringify(said);
    return { status: 200, body: body === "{}" ? "" : body, ms, headers: {} };
  }

  #post(
    url: string,
    method: string,
    headers: Record<string, string>,
    body: string | Uint8Array,
  ): Promise<Answer> {
    const startedAt = performance.now();
    const send = url.startsWith("https:") ? httpsRequest : httpRequest;
    return new Promise((resolve) => {
      const failed = (reason: string) => {
        clearTimeout(timer);
        request.destroy();
        resolve({ status: 0, body: reason, ms: performance.now() - startedAt, headers: {} });
      };
      // A connection of its own each time: a reused one may be the dead end of an app that was just restarted.
      const request = send(url, { method, headers, agent: false, signal: this.#closing.signal });
      const timer = setTimeout(() => failed("http_timeout"), this.#workspace.settings.ackTimeoutMs);
      request.on("error", () => failed("connection_failed"));
      request.on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", () => failed("connection_failed"));
        response.on("end", () => {
          clearTimeout(timer);
          const text = Buffer.concat(chunks).toString();
          const ms = performance.now() - startedAt;
          resolve({ status: response.statusCode ?? 0, body: text, ms, headers: response.headers });
        });
      });
      request.end(body);
    });
  }

  async #pause(delayMs: number): Promise<void> {
    await wait(delayMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }
}
