import { createHash, randomBytes } from "node:crypto";
import type { AttemptKey } from "../job/ids.ts";
import type { AttemptAddresses } from "../job/step-deps.ts";

/** 192 random bits, 32 characters in a URL. */
const TOKEN_BYTES = 24;

export interface AddressSettings {
  /** Without a slash at the end. */
  readonly publicUrl: string;
  /** Whether AKOOL can call back: it signs with the client id. */
  readonly webhooks: boolean;
  readonly capabilityLife: number;
}

/** New addresses for one attempt: known to nobody before, dead with the job, stored as hashes only. */
export function mintAddresses(
  { publicUrl, webhooks, capabilityLife }: AddressSettings,
  now: number,
): AttemptAddresses {
  const [token, photo, speech] = [newToken(), newToken(), newToken()];
  const expiresAt = now + capabilityLife;
  return {
    key: hashOf(token) as AttemptKey,
    links: [
      { key: hashOf(photo), file: "photo", expiresAt },
      { key: hashOf(speech), file: "speech", expiresAt },
    ],
    photoUrl: `${publicUrl}/media/${photo}/photo.jpg`,
    speechUrl: `${publicUrl}/media/${speech}/speech.mp3`,
    ...(webhooks ? { webhookUrl: `${publicUrl}/akool/webhook/${token}` } : {}),
  };
}

export function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString("base64url");
}
