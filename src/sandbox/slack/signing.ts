import { createHmac } from "node:crypto";

/** The two headers with which Slack signs what it delivers: v0, HMAC-SHA256 over the raw body. */
export function sign(
  signingSecret: string,
  body: string | Uint8Array,
  timestampSeconds: number = Math.floor(Date.now() / 1000),
): { "x-slack-request-timestamp": string; "x-slack-signature": string } {
  const hmac = createHmac("sha256", signingSecret).update(`v0:${timestampSeconds}:`).update(body);
  return {
    "x-slack-request-timestamp": String(timestampSeconds),
    "x-slack-signature": `v0=${hmac.digest("hex")}`,
  };
}
