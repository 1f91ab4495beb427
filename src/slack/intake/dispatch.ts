import type { App } from "@slack/bolt";
import { z } from "zod";
import type { SlackPayload } from "./slack-payload.ts";

/** What Slack is to be answered. `body` undefined is an empty 200. */
export type Reply =
  | { readonly type: "ok"; readonly body?: unknown }
  /** Signed, but not what Slack sends: 400. */
  | { readonly type: "invalid" }
  /** Could not be saved: no 2xx, so that Slack delivers it again. */
  | { readonly type: "failed"; readonly error: unknown };

export interface UnknownReply {
  readonly body?: unknown;
  /** Something to do for the waiting person besides the answer itself. */
  readonly afterwards?: () => void;
}

/**
 * Hands one payload to Bolt and resolves as soon as Slack can be answered: for commands, actions and forms when
 * the listener acks; for events only when every listener is through, because Bolt itself acks an event
 * before its listeners run, and a crash in between would lose it.
 */
export function dispatch(
  app: Pick<App, "processEvent">,
  payload: Extract<SlackPayload, { body: unknown }>,
  retry: { num?: number; reason?: string },
  unknown: (payload: Extract<SlackPayload, { body: unknown }>) => UnknownReply,
): Promise<Reply> {
  return new Promise((resolve) => {
    let acked = false;
    const ack = async (response?: unknown): Promise<void> => {
      if (payload.type === "event") return;
      acked = true;
      resolve({ type: "ok", body: response });
    };
    const done = app.processEvent({
      body: payload.body,
      ack,
      ...(retry.num === undefined ? {} : { retryNum: retry.num }),
      ...(retry.reason === undefined ? {} : { retryReason: retry.reason }),
    });
    done.then(
      () => {
        if (payload.type === "event") return resolve({ type: "ok" });
        if (acked) return;
        const reply = unknown(payload);
        resolve({ type: "ok", body: reply.body });
        reply.afterwards?.();
      },
      (error: unknown) => resolve(isMalformed(error) ? { type: "invalid" } : { type: "failed", error }),
    );
  });
}

/** A payload that failed our schema, however deep Bolt has wrapped that. */
function isMalformed(error: unknown): boolean {
  for (
    let cause = error;
    cause instanceof Error;
    cause = "original" in cause ? cause.original : cause.cause
  ) {
    if (cause instanceof z.ZodError) return true;
  }
  return false;
}
