import type { App } from "@slack/bolt";
import { z } from "zod";
import type { InstallationId } from "../../job/ids.ts";
import type { CallerOf } from "./caller.ts";
import type { SlackPayload } from "./slack-payload.ts";
import type { ReplyTo } from "./unknown-payload.ts";

type Payload = Extract<SlackPayload, { body: unknown }>;

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

/** What is decided about a payload around Bolt: whose it is, and what to say where no listener gets to speak. */
export interface FrontDesk {
  readonly callerOf: CallerOf;
  readonly notInstalled: ReplyTo;
  readonly unknown: ReplyTo;
}

const GOODBYES: ReadonlySet<unknown> = new Set(["app_uninstalled", "tokens_revoked"]);

/** Hands one payload to Bolt, with the installation it belongs to, and resolves as soon as Slack can be answered. */
export async function dispatch(
  app: Pick<App, "processEvent">,
  payload: Payload,
  retry: { num?: number; reason?: string },
  desk: FrontDesk,
): Promise<Reply> {
  const installationId = await desk.callerOf(payload.body);
  if (installationId === undefined && !isGoodbye(payload)) {
    const reply = await desk.notInstalled(payload, undefined);
    reply.afterwards?.();
    return { type: "ok", body: reply.body };
  }
  return process(app, payload, retry, installationId, desk.unknown);
}

/** Of these the second one comes when the app is gone already, and there may still be something to end. */
function isGoodbye({ type, body }: Payload): boolean {
  return type === "event" && GOODBYES.has((body.event as { type?: unknown } | undefined)?.type);
}

/**
 * Resolves as soon as Slack can be answered: for commands, actions and forms when
 * the listener acks; for events only when every listener is through, because Bolt itself acks an event
 * before its listeners run, and a crash in between would lose it.
 */
function process(
  app: Pick<App, "processEvent">,
  payload: Payload,
  retry: { num?: number; reason?: string },
  installationId: InstallationId | undefined,
  unknown: ReplyTo,
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
      customProperties: { installationId },
      ...(retry.num === undefined ? {} : { retryNum: retry.num }),
      ...(retry.reason === undefined ? {} : { retryReason: retry.reason }),
    });
    const answered = done.then(
      async () => {
        if (payload.type === "event") return resolve({ type: "ok" });
        if (acked) return;
        const reply = await unknown(payload, installationId);
        resolve({ type: "ok", body: reply.body });
        reply.afterwards?.();
      },
      (error: unknown) => resolve(isMalformed(error) ? { type: "invalid" } : { type: "failed", error }),
    );
    answered.catch((error: unknown) => resolve({ type: "failed", error }));
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
