import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeAll, onTestFinished } from "vitest";
import type { AkoolOptions } from "../../src/sandbox/akool/options.ts";
import { type AkoolSandbox, startAkool } from "../../src/sandbox/akool/start-akool.ts";
import {
  ANNA,
  BEN,
  type SlackOptions,
  type SlackSandbox,
  startSlack,
} from "../../src/sandbox/slack/slack-sandbox.ts";
import { freePort } from "../free-port.ts";
import { queryPostgres } from "../postgres/query.ts";
import { startPostgres } from "../postgres/start-postgres.ts";
import { type FileHost, startFileHost } from "./file-host.ts";

/** How much faster the app's own waits go by: a settling of 10 minutes takes 6 s, a poll gap of 5 s 50 ms. */
const TIME_SCALE = 100;
const READY_WITHIN_MS = 20_000;

export interface WorldOptions {
  readonly slack?: SlackOptions;
  readonly akool?: AkoolOptions;
  /** Settings of the app over the ones that connect it to this world; an empty string unsets. */
  readonly env?: Readonly<Record<string, string>>;
  readonly socketMode?: boolean;
  /** AKOOL gets no webhook address: polling alone. */
  readonly polling?: boolean;
  /** Where jobs are kept; by default what TEST_STORE says, else the embedded store. */
  readonly store?: "sqlite" | "postgres";
  /** Many workspaces: no bot token, the app is installed through the browser (installing.ts). */
  readonly oauth?: boolean;
}

export interface World {
  readonly slack: SlackSandbox;
  readonly akool: AkoolSandbox;
  readonly files: FileHost;
  readonly app: App;
  /** Another public channel with Anna, Ben and the app, so that tests in one world do not read each other's. */
  newChannel(): string;
}

/**
 * The whole program: the app as a separate process, a stand-in Slack and AKOOL, and a file host for public
 * links. Closes itself when the test ends, and fails the test when a stand-in saw something no right program does.
 */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const world = await openWorld(options);
  onTestFinished(async ({ task }) => {
    await world.close();
    const failed = task.result?.state === "fail";
    if (failed) process.stderr.write(`--- the app's log\n${world.app.output}\n`);
    else assertNoProblems(world);
  });
  await world.app.start();
  return world;
}

/** One world for all tests of a `describe`. Misbehaviour ends with the test that asked for it. */
export function useWorld(options: WorldOptions = {}): () => World {
  let world: OpenWorld | undefined;
  const get = () => {
    if (!world) throw new Error("the world opens before the tests, not while they are described");
    return world;
  };
  let seen = 0;
  beforeAll(async () => {
    world = await openWorld(options);
    await world.app.start();
  });
  afterEach(({ task }) => {
    const { slack, akool, app } = get();
    slack.behave();
    akool.behave();
    slack.onCall = undefined;
    akool.onCall = undefined;
    if (task.result?.state === "fail")
      process.stderr.write(`--- the app's log of this test\n${app.output.slice(seen)}\n`);
    seen = app.output.length;
  });
  afterAll(async () => {
    if (!world) return;
    await world.close();
    assertNoProblems(world);
  });
  return get;
}

interface OpenWorld extends World {
  close(): Promise<void>;
}

async function openWorld(options: WorldOptions): Promise<OpenWorld> {
  const slack = await startSlack({ ...options.slack });
  const akool = await startAkool({ renderSeconds: 0.03, ...options.akool });
  const files = await startFileHost();
  const dataDir = mkdtempSync(join(tmpdir(), "talkingphoto-test-"));
  const shared = (options.store ?? process.env.TEST_STORE) === "postgres";
  const postgres = shared ? await startPostgres() : undefined;
  const databaseUrl = await postgres?.createDatabase();
  const port = await freePort();
  const env: Record<string, string> = {
    ...(options.oauth
      ? {
          SLACK_CLIENT_ID: slack.oauth.clientId,
          SLACK_CLIENT_SECRET: slack.oauth.clientSecret,
          SLACK_AUTHORIZE_URL: slack.authorizeUrl,
          TOKEN_ENCRYPTION_KEY: newEncryptionKey(),
        }
      : { SLACK_BOT_TOKEN: slack.settings.botToken }),
    SLACK_SIGNING_SECRET: slack.settings.signingSecret,
    ...(options.socketMode ? { SLACK_APP_TOKEN: slack.settings.appToken } : {}),
    SLACK_API_URL: slack.apiUrl,
    AKOOL_API_KEY: akool.apiKey,
    ...(options.polling ? {} : { AKOOL_CLIENT_ID: akool.clientId }),
    AKOOL_API_URL: akool.url,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    HOST: "127.0.0.1",
    PORT: String(port),
    DATA_DIR: dataDir,
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    TRUSTED_HOSTS: [slack.host, akool.host, files.host].join(","),
    TIME_SCALE: String(TIME_SCALE),
    LOG_LEVEL: "debug",
    ...options.env,
  };
  const app = new App(env, port, dataDir);
  if (!options.socketMode) slack.setRequestUrl(`${app.url}/slack/events`);
  const newChannel = () => {
    const members = [ANNA, BEN, slack.settings.botUserId];
    return slack.workspace.addChannel({ name: `room-${slack.workspace.channels.size}`, members }).id;
  };
  const close = async () => {
    await app.kill();
    await Promise.all([slack.close(), akool.close(), files.close(), postgres?.close()]);
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { slack, akool, files, app, newChannel, close };
}

/** The app's own clock, which is not the one that signatures are checked against, this much ahead. */
export function clockAhead(ms: number): { NODE_OPTIONS: string } {
  const code = `Object.defineProperty(performance,"timeOrigin",{value:performance.timeOrigin+${ms}})`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}

export function newEncryptionKey(): string {
  return randomBytes(32).toString("base64");
}

function assertNoProblems({ slack, akool }: World): void {
  const atSlack = slack.town.worlds.flatMap(({ workspace }) => workspace.problems);
  const problems = [...atSlack, ...akool.problems];
  if (problems.length > 0) throw new Error(`the stand-ins object:\n${problems.join("\n")}`);
}

/** The app as its own process, on one data folder that outlives it. */
export class App {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  /** Everything it has printed, over all its starts. */
  output = "";
  readonly #env: Record<string, string>;
  #child: ChildProcess | undefined;

  constructor(env: Record<string, string>, port: number, dataDir: string) {
    this.#env = env;
    this.port = port;
    this.dataDir = dataDir;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Resolves once /readyz answers 200. `env` changes settings from now on. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    Object.assign(this.#env, env);
    const child = this.#spawn(this.#env, (text) => {
      this.output += text;
    });
    this.#child = child;
    const giveUpAt = Date.now() + READY_WITHIN_MS;
    while (!(await this.#isReady())) {
      if (child.exitCode !== null || Date.now() > giveUpAt)
        throw new Error(`the app did not get ready:\n${this.output}`);
      await new Promise((wait) => setTimeout(wait, 20));
    }
  }

  /** Starts a second one on the same data folder, at another port, and waits for it to give up. */
  async startSecond(): Promise<{ exitCode: number | null; output: string }> {
    let output = "";
    const child = this.#spawn({ ...this.#env, PORT: String(await freePort()) }, (text) => {
      output += text;
    });
    const exitCode = await new Promise<number | null>((ended) => child.once("close", ended));
    return { exitCode, output };
  }

  #spawn(env: Record<string, string>, onOutput: (text: string) => void): ChildProcess {
    const child = spawn(process.execPath, [resolve("src/main.ts")], {
      env: { PATH: process.env.PATH ?? "", ...env },
      cwd: this.dataDir,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    child.stdout.on("data", (chunk) => onOutput(String(chunk)));
    child.stderr.on("data", (chunk) => onOutput(String(chunk)));
    return child;
  }

  async #isReady(): Promise<boolean> {
    return fetch(`${this.url}/readyz`).then(
      (response) => response.status === 200,
      () => false,
    );
  }

  /** SIGKILL, as a crash would be. */
  kill(): Promise<number | null> {
    return this.stop("SIGKILL");
  }

  /** Resolves with the exit code once the process is gone. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const gone = new Promise<number | null>((resolveExit) => child.once("close", resolveExit));
    if (child.pid !== undefined) process.kill(-child.pid, signal);
    return gone;
  }

  get isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  /** What the settings are now. */
  get settings(): Readonly<Record<string, string>> {
    return this.#env;
  }

  /** Rows of the app's own store, for questions a person could not ask. */
  async query(sql: string): Promise<Record<string, unknown>[]> {
    if (this.#env.DATABASE_URL) return queryPostgres(this.#env.DATABASE_URL, sql);
    const db = new DatabaseSync(join(this.dataDir, "talkingphoto.sqlite"), { readOnly: true });
    try {
      return db.prepare(sql).all();
    } finally {
      db.close();
    }
  }
}
