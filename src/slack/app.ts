import { App, type Logger, LogLevel } from "@slack/bolt";
import type { WebClient } from "@slack/web-api";
import type { Delivery } from "../job/delivery.ts";
import { RequestProblem } from "../job/failure.ts";
import type { InstallationId } from "../job/ids.ts";
import { installationOf, type Job } from "../job/job.ts";
import type { JobStore } from "../job/store.ts";
import type { Installation, InstallationStore } from "../store/installations.ts";
import type { AnswerPrivately } from "./delivery/slack-delivery.ts";
import { createSlackDelivery } from "./delivery/slack-delivery.ts";
import { createFindFiles, type FindFiles } from "./find-files.ts";
import { registerHome } from "./home/home.ts";
import { createManyWorkspaces } from "./installations/many-workspaces.ts";
import { NoTokenError, TokenNotReadyError } from "./installations/token-errors.ts";
import { manyWorkspaces, oneWorkspace } from "./intake/caller.ts";
import { type IntakeDeps, registerHandlers } from "./intake/handlers.ts";
import { createHttpReceiver } from "./intake/http-receiver.ts";
import { createSocketReceiver, type SocketReceiver } from "./intake/socket-receiver.ts";
import { createNotInstalled, createUnknownPayload } from "./intake/unknown-payload.ts";
import { welcome } from "./intake/welcome.ts";
import { createReaders } from "./readers.ts";
import { type ClientFor, createWebClient, type OnSlackCall } from "./slack-call.ts";

type Installer = Pick<Installation, "id" | "installedBy">;

/** Clients are cheap to make; these are the ones of the workspaces that are busy now. */
const CLIENTS_KEPT = 200;

export type Credentials =
  | { readonly kind: "single"; readonly botToken: string }
  | {
      readonly kind: "oauth";
      readonly clientId: string;
      readonly clientSecret: string;
      readonly encryptionKeys: readonly string[];
    };

export interface SlackAppOptions extends Omit<IntakeDeps, "clientFor" | "readers"> {
  readonly store: JobStore;
  readonly installations: InstallationStore;
  readonly credentials: Credentials;
  readonly slackApiUrl: string;
  readonly authorizeUrl: string;
  /** Without a slash at the end. */
  readonly publicUrl: string;
  readonly answerPrivately: AnswerPrivately;
  readonly usualMs: () => number | undefined;
  readonly boltLogger: Logger;
  /** Seconds from a signed request to its 200. */
  readonly onAck: (seconds: number) => void;
  readonly onCall: OnSlackCall;
}

export interface SlackApp extends FindFiles {
  readonly delivery: Delivery;
  /**
   * The present bot token of the job's installation.
   * @throws RequestProblem when there is none any more
   */
  tokenFor(job: Job): Promise<string>;
  /** The handler of `POST /slack/events`. */
  http(signingSecret: string): ReturnType<typeof createHttpReceiver>;
  socket(appToken: string): SocketReceiver;
  /** Only where the app is installed by OAuth. */
  readonly many: Pick<ReturnType<typeof createManyWorkspaces>, "routes" | "checkSeals"> | undefined;
}

/** The Slack side as a whole: Bolt with our listeners, the two ways in, and the one way out. */
export function createSlackApp(options: SlackAppOptions): SlackApp {
  const {
    store,
    installations,
    credentials,
    slackApiUrl,
    answerPrivately,
    boltLogger,
    onAck,
    onCall,
    log,
    now,
  } = options;
  const many =
    credentials.kind === "oauth"
      ? createManyWorkspaces({ ...options, ...credentials, onInstalled: welcomeInstaller })
      : undefined;
  const presentToken = many
    ? many.tokenFor
    : async () => (credentials.kind === "single" ? credentials.botToken : "");
  const clientFor = createClients(presentToken, (token) =>
    createWebClient(token, { slackApiUrl, logger: boltLogger, onCall }),
  );

  const app = new App({
    // Requests reach Bolt through `dispatch`; it needs no receiver of its own.
    receiver: { init() {}, start: async () => {}, stop: async () => {} },
    // Listeners speak through `clientFor`, at the moment they speak: Bolt itself gets no token, so that nothing
    // stands between Slack and its answer, and no client is kept for each token there ever was.
    authorize: async () => ({}),
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
  const readers = createReaders({ clientFor, log });
  const intake: IntakeDeps = { ...options, clientFor, readers };
  // Before the others: it looks at what is pressed in it once they are done.
  const homes = registerHome(app, intake);
  registerHandlers(app, intake, many && installations);

  function welcomeInstaller({ id: installationId, installedBy: userId }: Installer): void {
    welcome({ installationId, userId }, { ...options, clientFor, readers }).catch((error: unknown) =>
      log.warn({ err: error, installationId, userId }, "a person could not be welcomed"),
    );
  }

  const desk = {
    callerOf: many ? manyWorkspaces(installations, log) : oneWorkspace,
    notInstalled: createNotInstalled(answerPrivately, log),
    unknown: createUnknownPayload(answerPrivately, readers),
  };
  const delivery = createSlackDelivery({
    clientFor,
    findJob: (id) => store.find(id),
    findResponseUrl: (id) => store.findResponseUrl(id, now()),
    answerPrivately,
    readers,
    usualMs: options.usualMs,
  });
  return {
    delivery: {
      ...delivery,
      postJobMessage(job, at) {
        homes.moved(job);
        return delivery.postJobMessage(job, at);
      },
      editJobMessage(job, ts, at) {
        homes.moved(job);
        return delivery.editJobMessage(job, ts, at);
      },
    },
    tokenFor: (job) =>
      presentToken(installationOf(job)).catch((error: unknown) => {
        if (!(error instanceof NoTokenError)) throw error;
        throw new RequestProblem({ reason: "slack_connection_revoked" }, { cause: error });
      }),
    ...createFindFiles(clientFor),
    http: (signingSecret) => createHttpReceiver({ app, signingSecret, desk, onAck, log }),
    socket: (appToken) =>
      createSocketReceiver({ app, appToken, slackApiUrl, desk, logger: boltLogger, onAck, log }),
    many,
  };
}

/** A client for each installation's present token, the last used ones kept. Each has headers of its own. */
function createClients(
  tokenFor: (id: InstallationId) => Promise<string>,
  create: (token: string) => WebClient,
): ClientFor {
  const clients = new Map<InstallationId, WebClient>();
  return async (id) => {
    const token = await tokenFor(id).catch((error: unknown) => {
      if (error instanceof NoTokenError || error instanceof TokenNotReadyError) throw error;
      // The store, most likely. Whatever it is, nothing has gone to Slack yet.
      throw new TokenNotReadyError(`no token for ${id} just now`, { cause: error });
    });
    const known = clients.get(id);
    const client = known?.token === token ? known : create(token);
    clients.delete(id);
    clients.set(id, client);
    const [oldest] = clients.keys();
    if (clients.size > CLIENTS_KEPT && oldest !== undefined) clients.delete(oldest);
    return client;
  };
}
