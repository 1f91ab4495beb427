/** The two servers that are held against each other, and the far ends of ours. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import type { AkoolOptions } from "../src/sandbox/akool/options.ts";
import { type AkoolSandbox, startAkool } from "../src/sandbox/akool/start-akool.ts";
import { type SlackSandbox, startSlack } from "../src/sandbox/slack/slack-sandbox.ts";
import { type Links, SIGNING_SECRET } from "./command.ts";
import { type Cores, freePort, Server } from "./processes.ts";

const ROOT = join(import.meta.dirname, "..");
const MEDIA = join(ROOT, "test/fixtures/media");

/** Stand-ins for everything outside. They run in this process, so what they use counts for nobody. */
export interface FarEnd extends AsyncDisposable {
  readonly slack: SlackSandbox;
  readonly akool: AkoolSandbox;
  /** A photo and a recording that are really there. */
  readonly links: Links;
  readonly trustedHosts: string;
}

export interface Inputs {
  readonly photo: Uint8Array;
  readonly speech: Uint8Array;
}

export async function startFarEnd(options: AkoolOptions = {}, inputs?: Inputs): Promise<FarEnd> {
  const slack = await startSlack({ signingSecret: SIGNING_SECRET });
  const akool = await startAkool({ ...options, credit: 1_000_000 });
  const photo = inputs?.photo ?? (await readFile(join(MEDIA, "portrait.jpg")));
  const speech = inputs?.speech ?? (await readFile(join(MEDIA, "speech.mp3")));
  const files = new Map([
    ["/portrait.jpg", { type: "image/jpeg", bytes: photo }],
    ["/speech.mp3", { type: "audio/mpeg", bytes: speech }],
  ]);
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? "");
    if (!file) return response.writeHead(404).end();
    response
      .writeHead(200, { "content-type": file.type, "content-length": file.bytes.length })
      .end(file.bytes);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    slack,
    akool,
    links: {
      photoUrl: `http://127.0.0.1:${port}/portrait.jpg`,
      speechUrl: `http://127.0.0.1:${port}/speech.mp3`,
    },
    trustedHosts: `${slack.host},${akool.host},127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await Promise.all([slack.close(), akool.close()]);
    },
  };
}

export async function spawnBolt(dir: string): Promise<Server> {
  const settings = () => ({ SLACK_SIGNING_SECRET: SIGNING_SECRET });
  return Server.spawn([join(ROOT, "bench/bare-bolt.mjs")], dir, settings, await freePort());
}

/** As `npm start`, the image and the unit start it. */
const NODE_ARGS = ["--expose-gc"];
const MALLOC = { MALLOC_ARENA_MAX: "2", MALLOC_TRIM_THRESHOLD_: "131072" };

/** With every setting at its default but those that say where things are. `dir` becomes its DATA_DIR. */
export async function spawnApp(
  dir: string,
  { slack, akool, trustedHosts }: FarEnd,
  { script = "dist/main.js", env = {}, nodeArgs = [], cores = "server" }: SpawnOptions = {},
): Promise<Server> {
  const settings = (port: number) => ({
    SLACK_BOT_TOKEN: slack.settings.botToken,
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_API_URL: slack.apiUrl,
    AKOOL_API_KEY: akool.apiKey,
    AKOOL_CLIENT_ID: akool.clientId,
    AKOOL_API_URL: akool.url,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    TRUSTED_HOSTS: trustedHosts,
    DATA_DIR: dir,
    ...MALLOC,
    ...env,
  });
  return Server.spawn(
    [...NODE_ARGS, ...nodeArgs, join(ROOT, script)],
    dir,
    settings,
    await freePort(),
    cores,
  );
}

export interface SpawnOptions {
  readonly script?: string;
  readonly env?: Record<string, string>;
  readonly nodeArgs?: readonly string[];
  readonly cores?: Cores;
}
