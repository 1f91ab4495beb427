/** AKOOL's side of a webhook: sealed, posted, and posted again until the answer is a plain 200. */
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { request } from "undici";
import type { CallLog } from "./call-log.ts";
import type { Settings } from "./options.ts";
import { type Envelope, seal, signEnvelope } from "./seal.ts";

const POST_TIMEOUT_MS = 10_000;

/** What there is to tell of a render or a speech. */
export interface News {
  readonly id: string;
  readonly webhookUrl: string | undefined;
  readonly status: number;
  /** As AKOOL names it. */
  readonly type: "talking photo" | "audio";
  /** Empty until there is a file. */
  readonly url: string;
  readonly deduction: number;
}

/** What `dataEncrypt` holds. */
export type WebhookPayload = Record<string, unknown>;

/** Anything given here replaces what AKOOL would have sent; the signature is then made over the result. */
export interface WebhookOverrides {
  /** Merged over the payload; a key set to undefined is left out. */
  readonly payload?: WebhookPayload;
  readonly timestamp?: number;
  readonly nonce?: string;
  readonly dataEncrypt?: string;
  readonly signature?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** Sent instead of any envelope. */
  readonly rawBody?: string;
}

export interface SentWebhook {
  /** Or of the speech. */
  readonly renderId: string;
  /** The status it told; undefined when a test replaced the payload's. */
  readonly status: unknown;
  readonly hasUrl: boolean;
  /** Every try carries its own timestamp, nonce and signature, as AKOOL's do. */
  tries: number;
  /** HTTP status of each try, 0 for no answer. */
  readonly answers: number[];
}

export class WebhookSender {
  readonly sent: SentWebhook[] = [];
  readonly #settings: Settings;
  readonly #log: CallLog;
  readonly #closing: AbortSignal;

  constructor(settings: Settings, log: CallLog, closing: AbortSignal) {
    this.#settings = settings;
    this.#log = log;
    this.#closing = closing;
  }

  /** Resolves when a 200 came or the tries are used up. Without a `webhookUrl`, nothing is sent. */
  async send(
    news: News,
    { to = news.webhookUrl, tries = this.#settings.webhookTries, ...overrides }: SendOptions = {},
  ): Promise<SentWebhook | undefined> {
    if (!to) return undefined;
    const payload = { ...payloadOf(news), ...overrides.payload };
    const record: SentWebhook = {
      renderId: news.id,
      status: payload.status,
      hasUrl: Boolean(payload.url),
      tries: 0,
      answers: [],
    };
    this.sent.push(record);
    while (record.tries < tries && !this.#closing.aborted) {
      if (record.tries > 0) await this.#pause(this.#settings.webhookSpacingMs);
      record.tries += 1;
      const call = await this.#log.begin({ endpoint: "webhook", renderId: news.id, line: "webhook" });
      const { status } = await this.post(to, { ...overrides, payload });
      record.answers.push(status);
      await this.#log.moveTo(call, "answered", String(status));
      if (status === 200) break;
    }
    return record;
  }

  /** One that says it failed, by somebody who knows the client id and not the secret. */
  forge(news: News): Promise<SentWebhook | undefined> {
    const clientSecret = "forged-".padEnd(this.#settings.clientSecret.length, "x");
    return this.send({ ...news, status: 4, url: "" }, { clientSecret, tries: 1 });
  }

  /** One post, whatever it holds. Status 0 when nothing answered. */
  async post(to: string, overrides: WebhookOverrides): Promise<{ status: number; body: string }> {
    try {
      const { statusCode, body } = await request(to, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: overrides.rawBody ?? JSON.stringify(this.#envelope(overrides)),
        reset: true,
        signal: AbortSignal.any([this.#closing, AbortSignal.timeout(POST_TIMEOUT_MS)]),
      });
      return { status: statusCode, body: await body.text() };
    } catch {
      return { status: 0, body: "" };
    }
  }

  #envelope(overrides: WebhookOverrides): Envelope {
    const { timestamp = Date.now(), nonce = String(randomInt(1000, 10_000)), payload = {} } = overrides;
    const { clientId = this.#settings.clientId, clientSecret = this.#settings.clientSecret } = overrides;
    const sealed = seal(JSON.stringify(payload), { clientId, clientSecret }, { timestamp, nonce });
    const dataEncrypt = overrides.dataEncrypt ?? sealed.dataEncrypt;
    const signature = overrides.signature ?? signEnvelope(clientId, timestamp, nonce, dataEncrypt);
    return { signature, dataEncrypt, timestamp, nonce };
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#closing, ref: false }).catch(() => undefined); // closing ends the loop
  }
}

export interface SendOptions extends WebhookOverrides {
  /** Another address than the one the order asked for. */
  readonly to?: string | undefined;
  readonly tries?: number;
}

/** Keys in the order AKOOL has them. `deduction_credit` is undocumented but real. */
function payloadOf({ id, status, type, url, deduction }: News): WebhookPayload {
  return { _id: id, status, type, ...(url && { url, deduction_credit: deduction }) };
}
