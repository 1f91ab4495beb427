import { request } from "undici";
import type { Outbound } from "../../media/outbound.ts";
import { isSlackHost } from "../../media/slack-hosts.ts";
import type { AnswerPrivately } from "./slack-delivery.ts";

const TIMEOUT_MS = 10_000;

/**
 * Sends a sentence to the one person a request came from, through the `response_url` that came with it:
 * good for half an hour and five uses. Only Slack's own hosts are written to, whatever the payload says.
 */
export function createAnswerPrivately(outbound: Outbound): AnswerPrivately {
  return async (responseUrl, text, threadTs) => {
    const url = new URL(responseUrl);
    if (!isSlackHost(url, outbound)) return { type: "refused", code: "foreign_response_url" };
    try {
      const { statusCode, body } = await request(url, {
        method: "POST",
        dispatcher: outbound.agent,
        headers: { "content-type": "application/json; charset=utf-8" },
        body: JSON.stringify({
          response_type: "ephemeral",
          replace_original: false,
          text,
          ...(threadTs !== undefined && { thread_ts: threadTs }),
        }),
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
      });
      await body.dump();
      return statusCode >= 200 && statusCode < 300
        ? { type: "ok" }
        : { type: "refused", code: `response_url_${statusCode}` };
    } catch (error) {
      return { type: "unclear", error: error instanceof Error ? error : new Error(String(error)) };
    }
  };
}
