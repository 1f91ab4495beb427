/**
 * AKOOL's webhook envelope, as it really is (reference/akool.md 4): AES-CBC under the whole secret with the
 * first 16 bytes of the client id as IV, and a SHA-1 over client id, timestamp, nonce and cipher text. The
 * stand-in has its own, so that the app's reading of the same rules is checked against something.
 */
import { createCipheriv, createHash } from "node:crypto";

const IV_BYTES = 16;

export interface SealingAccount {
  readonly clientId: string;
  /** 16, 24 or 32 bytes. */
  readonly clientSecret: string;
}

export interface Envelope {
  readonly signature: string;
  readonly dataEncrypt: string;
  /** Unix milliseconds. */
  readonly timestamp: number;
  readonly nonce: string;
}

/** The envelope around `plaintext`. The same input gives the same envelope, as at AKOOL. */
export function seal(
  plaintext: string,
  account: SealingAccount,
  { timestamp, nonce }: Pick<Envelope, "timestamp" | "nonce">,
): Envelope {
  const dataEncrypt = encrypt(plaintext, account);
  return {
    signature: signEnvelope(account.clientId, timestamp, nonce, dataEncrypt),
    dataEncrypt,
    timestamp,
    nonce,
  };
}

export function signEnvelope(
  clientId: string,
  timestamp: number | string,
  nonce: number | string,
  dataEncrypt: string,
): string {
  // By code unit, as JavaScript sorts strings by itself.
  const parts = [clientId, String(timestamp), String(nonce), dataEncrypt].sort();
  return createHash("sha1").update(parts.join(""), "utf8").digest("hex");
}

function encrypt(plaintext: string, { clientId, clientSecret }: SealingAccount): string {
  const key = Buffer.from(clientSecret, "utf8");
  const iv = Buffer.concat([Buffer.from(clientId, "utf8"), Buffer.alloc(IV_BYTES)]).subarray(0, IV_BYTES);
  const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, iv);
  return cipher.update(plaintext, "utf8", "base64") + cipher.final("base64");
}
