import { App, type Logger, LogLevel } from "@slack/bolt";
import type { WebClient } from "@slack/web-api";
import type { Delivery } from "../job/delivery.ts";
import type { SlackFileId, WorkspaceId } from "../job/ids.ts";
import type { Job } from "../job/job.ts";
import type { JobStore } from "../job/store.ts";
import type { AnswerPrivately } from "./delivery/slack-delivery.ts";
import { createSlackDelivery } from "./delivery/slack-delivery.ts";
import { type IntakeDeps, registerHandlers } from "./intake/handlers.ts";
import { createHttpReceiver } from "./intake/http-receiver.ts";
import { createSocketReceiver, type SocketReceiver } from "./intake/socket-receiver.ts";
import { createUnknownPayload } from "./intake/unknown-payload.ts";
import { createWebClient, type OnSlackCall, slackCall } from "./slack-call.ts";

export interface SlackAppOptions extends Omit<IntakeDeps, "clientFor"> {
  readonly store: JobStore;
  readonly botToken: string;
  readonly slackApiUrl: string;
  readonly answerPrivately: AnswerPrivately;
  readonly boltLogger: Logger;
  /** Seconds from a signed request to its 200. */
  readonly onAck: (seconds: number) => void;
  readonly onCall: OnSlackCall;
}

export interface SlackApp {
  readonly delivery: Delivery;
  /** The private address of a file that came without one; undefined when Slack does not tell. */
  findFileUrl(job: Job, fileId: SlackFileId): Promise<string | undefined>;
  /** The handler of `POST /slack/events`. */
  http(signingSecret: string): ReturnType<typeof createHttpReceiver>;
  socket(appToken: string): SocketReceiver;
}

/** The Slack side as a whole: Bolt with our listeners, the two ways in, and the one way out. */
export function createSlackApp(options: SlackAppOptions): SlackApp {
  const { store, botToken, slackApiUrl, answerPrivately, boltLogger, onAck, onCall, log, now } = options;
  const client = createWebClient(botToken, { slackApiUrl, logger: boltLogger, onCall });
  const clientFor = async (_workspaceId: WorkspaceId): Promise<WebClient> => client;

  const app = new App({
    // Requests reach Bolt through `dispatch`; it needs no receiver of its own.
    receiver: { init() {}, start: async () => {}, stop: async () => {} },
    authorize: async () => ({ botToken }),
    // Bolt would compare with ids that we do not ask for at start; our listeners know whom to ignore.
    ignoreSelf: false,
    convoStore: false,
    tokenVerificationEnabled: false,
    logger: boltLogger,
    logLevel: LogLevel.INFO,
    clientOptions: { slackApiUrl, retryConfig: { retries: 0 } },
  });
  // Not swallowed: a request that could not be saved must not be acked.
  app.error(async (error) => {
    throw error;
  });
  registerHandlers(app, { ...options, clientFor });

  const unknown = createUnknownPayload(answerPrivately);
  return {
    delivery: createSlackDelivery({
      clientFor,
      findJob: (id) => store.find(id),
      findResponseUrl: (id) => store.findResponseUrl(id, now()),
      answerPrivately,
    }),
    async findFileUrl(_job, fileId) {
      const info = await slackCall(
        () => client.files.info({ file: fileId }),
        ({ file }) => ({ url: file?.url_private_download ?? file?.url_private }),
      );
      return info.type === "ok" ? info.url : undefined;
    },
    http: (signingSecret) => createHttpReceiver({ app, signingSecret, unknown, onAck, log }),
    socket: (appToken) =>
      createSocketReceiver({ app, appToken, slackApiUrl, unknown, logger: boltLogger, onAck, log }),
  };
}
