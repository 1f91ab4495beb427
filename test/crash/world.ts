import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { AkoolOptions } from "../../src/sandbox/akool/options.ts";
import { type AkoolSandbox, startAkool } from "../../src/sandbox/akool/start-akool.ts";
import {
  ANNA,
  BEN,
  type SlackOptions,
  type SlackSandbox,
  startSlack,
} from "../../src/sandbox/slack/slack-sandbox.ts";
import { type FileHost, startFileHost } from "../flow/file-host.ts";
import { freePort } from "../free-port.ts";
import { startPostgres } from "../postgres/start-postgres.ts";
import { App } from "./app.ts";
import type { AppProcess, AppProcessOptions } from "./app-process.ts";
import { type CallPoint, phaseOf } from "./calls.ts";
import { type FrontDoor, openFrontDoor } from "./front-door.ts";
import { Random } from "./random.ts";
import { readPostgres, readSqlite } from "./read-store.ts";

/** A poll gap of 5 s takes 50 ms, a settling of 1 minute 0.6 s. */
const TIME_SCALE = 100;
/**
 * Several processes look around several times as often, and a takeover is not scaled: a gap of 5 s takes 200 ms, and
 * while a job waits for its takeover, 5 minutes of its own time go by.
 */
const CLUSTER_TIME_SCALE = 25;
/** AKOOL repeats a webhook until it gets its 200: long enough to outlast every restart of a case. */
const WEBHOOK_TRIES = 250;
const WEBHOOK_SPACING_MS = 60;
/** Slack's own are 0, 1 and 5 minutes. */
const EVENT_RETRIES_MS = [0, 1500, 6000];

export interface WorldOptions {
  readonly slack?: SlackOptions;
  readonly akool?: AkoolOptions;
  readonly env?: Readonly<Record<string, string>>;
  /** AKOOL gets no webhook address. */
  readonly polling?: boolean;
  /** The app to run; by default the built one. */
  readonly entry?: string;
  /** One on the embedded store, or several on one PostgreSQL. Default 1. */
  readonly processes?: number;
  /** Which of the processes gets which request. */
  readonly seed?: number;
}

export interface World {
  readonly slack: SlackSandbox;
  readonly akool: AkoolSandbox;
  readonly files: FileHost;
  readonly door: FrontDoor;
  readonly app: App;
  /** A public channel with Anna, Ben and the app in it. */
  readonly channel: string;
  /** Everything that happened at the stand-ins, for people to read. */
  readonly diary: string[];
  onPoint: ((point: CallPoint) => undefined | "drop" | Promise<undefined | "drop">) | undefined;
  note(line: string): void;
  /** One more process on the same store, not started yet. */
  addProcess(): Promise<AppProcess>;
  /** All processes are up, and the front door has seen it. */
  start(): Promise<void>;
  /** Files and folders in the spools of the processes. */
  spool(): string[];
  close(): Promise<void>;
}

/** Stand-ins, a front door, and an app that is not started yet. Closing it ends the app. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const slack = await startSlack({ eventRetryDelaysMs: EVENT_RETRIES_MS, ...options.slack });
  const akool = await startAkool({
    webhookTries: WEBHOOK_TRIES,
    webhookSpacingMs: WEBHOOK_SPACING_MS,
    ...options.akool,
  });
  const files = await startFileHost();
  const count = options.processes ?? 1;
  const postgres = count > 1 ? await startPostgres() : undefined;
  const databaseUrl = await postgres?.createDatabase();
  const folder = mkdtempSync(join(tmpdir(), "talkingphoto-crash-"));
  const startedAt = performance.now();
  const diary: string[] = [];
  const note = (line: string) =>
    void diary.push(`${String(Math.round(performance.now() - startedAt)).padStart(6)} ${line}`);

  let world: World | undefined;
  const onPoint = async (point: CallPoint) => {
    const { target, phase, outcome, by } = point;
    const who = world?.app.isCluster ? ` ${by?.name ?? "?"}` : "";
    note(`${target} ${phase}${outcome ? ` (${outcome})` : ""}${who}`);
    return world?.onPoint?.(point);
  };
  const callerOf = (port: number | undefined, phase: string) =>
    world?.app.callerFrom(port, phase === "received");
  slack.onCall = ({ method, phase, outcome, port }) => {
    const named = phaseOf(phase);
    return named && onPoint({ target: `slack:${method}`, phase: named, outcome, by: callerOf(port, phase) });
  };
  akool.onCall = async ({ endpoint, phase, outcome, port }) => {
    const named = phaseOf(phase);
    // A webhook is seen at the front door, where more of it can be seen.
    if (named && endpoint !== "webhook")
      await onPoint({ target: `akool:${endpoint}`, phase: named, outcome, by: callerOf(port, phase) });
  };
  const door = await openFrontDoor({
    processes: () => world?.app.processes ?? [],
    onCall: onPoint,
    random: new Random(options.seed ?? 0),
  });
  slack.setRequestUrl(`${door.url}/slack/events`);

  const env = {
    SLACK_BOT_TOKEN: slack.settings.botToken,
    SLACK_SIGNING_SECRET: slack.settings.signingSecret,
    SLACK_API_URL: slack.apiUrl,
    AKOOL_API_KEY: akool.apiKey,
    ...(options.polling ? {} : { AKOOL_CLIENT_ID: akool.clientId }),
    AKOOL_API_URL: akool.url,
    PUBLIC_URL: door.url,
    HOST: "127.0.0.1",
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    TRUSTED_HOSTS: [slack.host, akool.host, files.host].join(","),
    TIME_SCALE: String(count > 1 ? CLUSTER_TIME_SCALE : TIME_SCALE),
    SETTLE_MINUTES: "1",
    RENDER_DEADLINE_MINUTES: "10",
    LOG_LEVEL: "debug",
    ...options.env,
  };
  const newProcess = async (): Promise<Omit<AppProcessOptions, "name">> => {
    const port = await freePort();
    const dataDir = mkdtempSync(join(folder, "data-"));
    return {
      entry: resolve(options.entry ?? "dist/main.js"),
      port,
      dataDir,
      env: { ...env, PORT: String(port), DATA_DIR: dataDir },
    };
  };
  const first = await newProcess();
  const app = new App(
    first,
    databaseUrl === undefined ? readSqlite(first.dataDir) : readPostgres(databaseUrl),
  );
  while (app.processes.length < count) app.add(await newProcess());

  const members = [ANNA, BEN, slack.settings.botUserId];
  world = {
    slack,
    akool,
    files,
    door,
    app,
    channel: slack.workspace.addChannel({ name: "room", members }).id,
    diary,
    note,
    onPoint: undefined,
    addProcess: async () => app.add(await newProcess()),
    async start() {
      await app.start();
      await door.look();
    },
    spool: () =>
      app.processes
        // A dead one of several is not started again here; it would sweep its own.
        .filter(({ pid }) => !app.isCluster || pid !== undefined)
        .flatMap(({ dataDir }) => listFolder(join(dataDir, "spool"))),
    async close() {
      await app.close();
      await Promise.all([slack.close(), akool.close(), files.close(), door.close()]);
      await postgres?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path, { recursive: true }).map(String);
  } catch {
    return [];
  }
}
