import { createHash, randomBytes } from "node:crypto";
import type { AttemptKey } from "../job/ids.ts";
import type { Job } from "../job/job.ts";
import type { AttemptAddresses } from "../job/step-deps.ts";
import { FILE_NAMES, type PreparedMedia, type PresignedMedia } from "./prepared-media.ts";

/** 192 random bits, 32 characters in a URL. */
const TOKEN_BYTES = 24;

export interface AddressSettings {
  readonly home: PreparedMedia;
  /** Without a slash at the end; empty where nobody is to come. */
  readonly publicUrl: string;
  /** Whether AKOOL can call back: it signs with the client id. */
  readonly webhooks: boolean;
  readonly capabilityLife: number;
}

/** New addresses for one attempt: known to nobody before, dead with the job, stored as hashes only. */
export async function mintAddresses(
  job: Job,
  { home, publicUrl, webhooks, capabilityLife }: AddressSettings,
  now: number,
): Promise<AttemptAddresses> {
  const { key, webhookUrl } = mintCallback(publicUrl, webhooks);
  const media =
    home.kind === "served"
      ? servedHere(publicUrl, now + capabilityLife)
      : await servedElsewhere(home, job, capabilityLife);
  return { key, ...media, ...(webhookUrl === undefined ? {} : { webhookUrl }) };
}

/** For a call without media: where AKOOL is to say that it is done, if it can. */
export function mintCallback(
  publicUrl: string,
  webhooks: boolean,
): Pick<AttemptAddresses, "key" | "webhookUrl"> {
  const token = newToken();
  return {
    key: hashOf(token) as AttemptKey,
    ...(webhooks ? { webhookUrl: `${publicUrl}/akool/webhook/${token}` } : {}),
  };
}

type MediaAddresses = Pick<AttemptAddresses, "links" | "photoUrl" | "speechUrl">;

function servedHere(publicUrl: string, expiresAt: number): MediaAddresses {
  const [photo, speech] = [newToken(), newToken()];
  return {
    links: [
      { key: hashOf(photo), file: "photo", expiresAt },
      { key: hashOf(speech), file: "speech", expiresAt },
    ],
    photoUrl: `${publicUrl}/media/${photo}/${FILE_NAMES.photo}`,
    speechUrl: `${publicUrl}/media/${speech}/${FILE_NAMES.speech}`,
  };
}

/** The signature is the capability; that AKOOL came is seen by nobody here. */
async function servedElsewhere(home: PresignedMedia, { id }: Job, lifeMs: number): Promise<MediaAddresses> {
  const [photoUrl, speechUrl] = await Promise.all([
    home.presign(id, "photo", lifeMs),
    home.presign(id, "speech", lifeMs),
  ]);
  return { links: [], photoUrl, speechUrl };
}

export function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString("base64url");
}
