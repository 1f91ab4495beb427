import { createHmac, timingSafeEqual } from "node:crypto";

/** Slack's own tolerance; here it holds in both directions, so that a request dated tomorrow is no key for tomorrow. */
const TOLERANCE_SECONDS = 5 * 60;

/**
 * Whether `rawBody` was signed by Slack within the last (or next) five minutes.
 * Source: docs.slack.dev, "Verifying requests from Slack": `v0=` + HMAC-SHA256 of `v0:timestamp:body`.
 */
export function isSignedBySlack(
  rawBody: Buffer,
  headers: { timestamp: string | undefined; signature: string | undefined },
  signingSecret: string,
  nowMs: number,
): boolean {
  const { timestamp, signature } = headers;
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const expected = `v0=${createHmac("sha256", signingSecret).update(`v0:${timestamp}:`).update(rawBody).digest("hex")}`;
  const given = Buffer.from(signature);
  const wanted = Buffer.from(expected);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
