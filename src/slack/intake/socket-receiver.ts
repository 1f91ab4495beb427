import type { App } from "@slack/bolt";
import { LogLevel, SocketModeClient } from "@slack/socket-mode";
import type { WebClientOptions } from "@slack/web-api";
import { dispatch, type FrontDesk } from "./dispatch.ts";
import { classifySocketPayload, isUnwatchedEvent } from "./slack-payload.ts";

export interface SocketReceiver {
  /** Resolves once connected; from then on it reconnects by itself. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface SocketReceiverOptions {
  readonly app: Pick<App, "processEvent">;
  readonly appToken: string;
  readonly slackApiUrl: string;
  readonly desk: FrontDesk;
  /** Seconds from an envelope to its ack. */
  readonly onAck: (seconds: number) => void;
  readonly logger: NonNullable<WebClientOptions["logger"]>;
  readonly log: { error(fields: object, message: string): void };
}

interface SlackEvent {
  readonly ack: (response?: Record<string, unknown>) => Promise<void>;
  readonly body: unknown;
  readonly retry_num?: number;
  readonly retry_reason?: string;
}

/**
 * Socket Mode: the same payloads over a WebSocket that the app opens, so no public address is needed for
 * Slack. An envelope is acked only when its request is saved; unacked, Slack sends events again.
 */
export function createSocketReceiver(options: SocketReceiverOptions): SocketReceiver {
  const { app, desk, onAck, log } = options;
  const client = new SocketModeClient({
    appToken: options.appToken,
    logger: options.logger,
    logLevel: LogLevel.INFO,
    // An object of its own: the client writes its retry settings into it. A reconnect that runs out of
    // retries is an unhandled rejection, so there are many; the call is harmless to repeat.
    clientOptions: {
      slackApiUrl: options.slackApiUrl,
      retryConfig: { retries: 100, factor: 1.3, maxTimeout: 30_000 },
    },
  });

  client.on("slack_event", async ({ ack, body, retry_num, retry_reason }: SlackEvent) => {
    const receivedAt = performance.now();
    const payload = classifySocketPayload(body);
    try {
      if (
        !payload ||
        payload.type === "url_verification" ||
        payload.type === "ssl_check" ||
        isUnwatchedEvent(payload)
      )
        return await ack();
      const retry = {
        ...(retry_num === undefined ? {} : { num: retry_num }),
        ...(retry_reason === undefined ? {} : { reason: retry_reason }),
      };
      const reply = await dispatch(app, payload, retry, desk);
      if (reply.type === "failed") throw reply.error;
      // What cannot be read now cannot be read when it comes again either.
      await ack(
        reply.type === "ok" && reply.body !== undefined ? (reply.body as Record<string, unknown>) : undefined,
      );
      onAck((performance.now() - receivedAt) / 1000);
    } catch (error) {
      log.error({ err: error }, "a request from Slack could not be taken; Slack will deliver events again");
    }
  });

  return {
    start: async () => {
      await client.start();
    },
    stop: async () => {
      await client.disconnect();
    },
  };
}
