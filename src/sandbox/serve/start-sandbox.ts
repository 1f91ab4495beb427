/** Both stand-ins and the page, on ports that stay. The app is somebody else's, and not started here. */
import { resolve } from "node:path";
import { type AkoolSandbox, startAkool } from "../akool/start-akool.ts";
import { settingsToReach, type World } from "../demo/start-world.ts";
import { buildPage } from "../page/build-page.ts";
import { moveIn, pageSlack } from "../page/page-world.ts";
import { type Page, startPage } from "../page/start-page.ts";
import { ADMIN, type SlackSandbox, startSlack } from "../slack/slack-sandbox.ts";
import { watchApp } from "./watch-app.ts";

/** Apart from ./data, where a real installation keeps its jobs. */
const DATA_DIR = "sandbox-data";

export interface SandboxOptions {
  /** Ports of 127.0.0.1; 0 takes any that is free. */
  readonly pagePort: number;
  readonly slackPort: number;
  readonly akoolPort: number;
  /** The app's /slack/events. */
  readonly requestUrl: string;
}

export interface Sandbox {
  readonly slack: SlackSandbox;
  readonly akool: AkoolSandbox;
  readonly page: Page;
  /** What an app needs in its environment to talk to these two. */
  readonly settings: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** One sentence for whoever chose the port. */
export class PortTakenError extends Error {}

export async function startSandbox(options: SandboxOptions, onBuild: () => void): Promise<Sandbox> {
  const { pagePort, slackPort, akoolPort, requestUrl } = options;
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of closers.splice(0)) await end();
  };
  const up = <T extends { close: () => Promise<unknown> }>(part: T): T => {
    closers.unshift(() => part.close());
    return part;
  };
  try {
    const slackOptions = { ...pageSlack(), port: slackPort, requestUrl };
    const slack = up(await orTaken("--slack-port", slackPort, startSlack(slackOptions)));
    moveIn(slack);
    const akoolOptions = { port: akoolPort, renderer: "real" } as const;
    const akool = up(await orTaken("--akool-port", akoolPort, startAkool(akoolOptions)));
    const app = up(watchApp(new URL(requestUrl).origin));
    const dataDir = resolve(DATA_DIR);
    const folder = await buildPage({ onBuild });
    const world = { slack, akool, app, dataDir };
    const page = up(await orTaken("--page-port", pagePort, startPage({ world, folder, port: pagePort })));
    return { slack, akool, page, settings: settingsFor(world), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function settingsFor({ slack, akool, app, dataDir }: World): Record<string, string> {
  const { origin, hostname, port } = new URL(app.url);
  const isHere = ["127.0.0.1", "localhost"].includes(hostname);
  return {
    ...settingsToReach({ slack, akool }),
    TRUSTED_HOSTS: [slack.host, akool.host].join(","),
    PUBLIC_URL: origin,
    ...(isHere && { HOST: hostname, ...(port && { PORT: port }) }),
    ADMIN_USERS: ADMIN,
    DATA_DIR: dataDir,
  };
}

async function orTaken<T>(option: string, port: number, starting: Promise<T>): Promise<T> {
  try {
    return await starting;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE")
      throw new PortTakenError(
        `Port ${port} is in use: stop what listens there, or choose another with ${option}.`,
      );
    if (code === "EACCES")
      throw new PortTakenError(`Port ${port} may not be used here: choose another with ${option}.`);
    throw error;
  }
}
