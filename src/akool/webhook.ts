import { createDecipheriv, createHash, timingSafeEqual } from "node:crypto";
import type { RenderId } from "../job/ids.ts";
import { webhookEnvelope, webhookPayload } from "./schemas.ts";

/**
 * AKOOL's webhooks, as they really are (reference/akool.md 4; the documented test vector does not verify).
 *
 * The signature is a SHA-1 over the client id, the timestamp, the nonce and the cipher text: no secret is in
 * it. The content is AES-CBC under the API key with a constant IV. So a webhook that passes here is a hint
 * that a render moved, and the render is then read back through the API.
 */

/** AES takes its variant from the key's length; live secrets have 32 bytes, the documentation speaks of 24. */
const KEY_BYTES = [16, 24, 32];
const IV_BYTES = 16;

export interface WebhookCredentials {
  readonly clientId: string;
  /** The API key: the same value under its older name. */
  readonly clientSecret: string;
}

/** What a webhook says. `succeeded` without `hasUrl` comes about a minute before the video does. */
export interface WebhookFact {
  readonly renderId: RenderId;
  readonly status: "pending" | "succeeded" | "failed";
  readonly hasUrl: boolean;
  readonly creditsUsed?: number;
}

export class WebhookError extends Error {
  override readonly name = "WebhookError";
  /** `malformed`: not an AKOOL webhook (400). `unauthentic`: signed or encrypted by someone else (401). */
  readonly kind: "malformed" | "unauthentic";

  constructor(kind: "malformed" | "unauthentic", problem: string) {
    super(`AKOOL webhook: ${problem}`);
    this.kind = kind;
  }
}

/** Throws when webhooks could never be read with these credentials. For the start, before one is asked for. */
export function assertWebhookCredentials({ clientId, clientSecret }: WebhookCredentials): void {
  if (!clientId) throw new Error("AKOOL webhooks need the client id");
  const sizeBytes = Buffer.byteLength(clientSecret);
  if (!KEY_BYTES.includes(sizeBytes)) {
    throw new Error(`AKOOL webhooks need an API key of 16, 24 or 32 bytes; this one has ${sizeBytes}`);
  }
}

/** The fact in a webhook's body. Throws WebhookError, or Error as `assertWebhookCredentials` does. */
export function parseWebhook(rawBody: Buffer, credentials: WebhookCredentials): WebhookFact {
  assertWebhookCredentials(credentials);
  const { data: envelope } = webhookEnvelope.safeParse(parseJson(rawBody.toString("utf8")));
  if (!envelope) throw new WebhookError("malformed", "body is not a webhook");

  const { dataEncrypt, timestamp, nonce } = envelope;
  const expected = sign([credentials.clientId, timestamp, nonce, dataEncrypt]);
  if (!equalInConstantTime(envelope.signature, expected))
    throw new WebhookError("unauthentic", "wrong signature");

  const { data: payload } = webhookPayload.safeParse(parseJson(decrypt(dataEncrypt, credentials)));
  if (!payload) throw new WebhookError("malformed", "content is not that of a webhook");
  return {
    renderId: payload._id,
    status: statusNames[payload.status],
    hasUrl: Boolean(payload.url),
    ...(payload.deduction_credit !== undefined && { creditsUsed: payload.deduction_credit }),
  };
}

const statusNames = { 1: "pending", 2: "pending", 3: "succeeded", 4: "failed" } as const;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new WebhookError("malformed", "not JSON");
  }
}

/** The order is that of code units: `+ / 0-9 = A-Z a-z`. `localeCompare` would sort differently. */
function sign(parts: readonly string[]): string {
  return createHash("sha1")
    .update([...parts].sort().join(""))
    .digest("hex");
}

function equalInConstantTime(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function decrypt(dataEncrypt: string, { clientId, clientSecret }: WebhookCredentials): string {
  const key = Buffer.from(clientSecret);
  // The vendor's crypto-js ignores what is beyond 16 bytes and reads what is missing as zero; node would throw.
  const iv = Buffer.alloc(IV_BYTES);
  Buffer.from(clientId).copy(iv);
  try {
    const decipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, iv);
    const plain = Buffer.concat([decipher.update(decodeBase64(dataEncrypt)), decipher.final()]);
    // One wrong key in 256 passes the padding, and then leaves noise.
    return new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch {
    throw new WebhookError("unauthentic", "content does not decrypt");
  }
}

function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  // Buffer.from passes over what is not base64.
  if (bytes.toString("base64") !== text) throw new Error("not base64");
  return bytes;
}
