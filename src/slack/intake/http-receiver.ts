import type { IncomingMessage, ServerResponse } from "node:http";
import type { App } from "@slack/bolt";
import { BodyTooLargeError, readBody } from "../../http/read-body.ts";
import { dispatch, type FrontDesk } from "./dispatch.ts";
import { isUnwatchedEvent, parseSlackPayload } from "./slack-payload.ts";
import { isSignedBySlack } from "./verify-signature.ts";

/** Well above anything Slack sends; Bolt's own limit of 4 MB lets strangers park memory. */
const MAX_BODY_BYTES = 256 * 1024;

export interface HttpReceiverOptions {
  readonly app: Pick<App, "processEvent">;
  readonly signingSecret: string;
  readonly desk: FrontDesk;
  /** Seconds from the request to its 200. */
  readonly onAck: (seconds: number) => void;
  readonly log: { error(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/**
 * `POST /slack/events`: everything Slack sends over HTTP. Bolt's own receiver is not used because it accepts
 * future timestamps, dies of a signed `null`, holds unknown commands for three seconds and acks events unsaved.
 */
export function createHttpReceiver({ app, signingSecret, desk, onAck, log }: HttpReceiverOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const receivedAt = performance.now();
    let rawBody: Buffer;
    try {
      rawBody = await readBody(request, MAX_BODY_BYTES);
    } catch (error) {
      if (!(error instanceof BodyTooLargeError)) return void response.destroy();
      return end(response, 413);
    }
    const signed = isSignedBySlack(
      rawBody,
      {
        timestamp: header(request, "x-slack-request-timestamp"),
        signature: header(request, "x-slack-signature"),
      },
      signingSecret,
      Date.now(),
    );
    if (!signed) {
      log.warn(
        { retry: header(request, "x-slack-retry-num") },
        "a request without a valid Slack signature was refused",
      );
      return end(response, 401);
    }
    const payload = parseSlackPayload(rawBody, header(request, "content-type") ?? "");
    if (!payload) return end(response, 400);
    if (payload.type === "ssl_check") return end(response, 200);
    if (isUnwatchedEvent(payload)) return end(response, 200);
    if (payload.type === "url_verification") return end(response, 200, { challenge: payload.challenge });

    const reply = await dispatch(app, payload, retryOf(request), desk);
    if (reply.type === "ok") {
      end(response, 200, reply.body);
      return onAck((performance.now() - receivedAt) / 1000);
    }
    if (reply.type === "invalid") return end(response, 400);
    log.error(
      { err: reply.error },
      "a request from Slack could not be taken; Slack will deliver events again",
    );
    end(response, 500);
  };
}

function end(response: ServerResponse, status: number, body?: unknown): void {
  if (response.destroyed) return;
  if (body === undefined) {
    response.writeHead(status, { "content-length": 0 }).end();
    return;
  }
  const json = Buffer.from(JSON.stringify(body));
  response
    .writeHead(status, { "content-type": "application/json; charset=utf-8", "content-length": json.length })
    .end(json);
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function retryOf(request: IncomingMessage): { num?: number; reason?: string } {
  const num = header(request, "x-slack-retry-num");
  const reason = header(request, "x-slack-retry-reason");
  return { ...(num === undefined ? {} : { num: Number(num) }), ...(reason === undefined ? {} : { reason }) };
}
