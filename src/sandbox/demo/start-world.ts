/** The app between its two stand-ins, and the samples under addresses on "the web". */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AkoolOptions } from "../akool/options.ts";
import { type AkoolSandbox, startAkool } from "../akool/start-akool.ts";
import type { SlackOptions } from "../slack/options.ts";
import { ANNA, BEN, type SlackSandbox, startSlack } from "../slack/slack-sandbox.ts";
import { type AppProcess, startApp } from "./app-process.ts";
import { type FileHost, hostFiles } from "./file-host.ts";

/** AKOOL takes minutes; long enough here for the messages in between to be seen. */
const RENDER_SECONDS = 2;
/** The app's own waits, such as the 3 s between two edits of one message, in keeping with that. */
const TIME_SCALE = 3;

export interface World {
  readonly slack: SlackSandbox;
  readonly akool: AkoolSandbox;
  readonly app: AppProcess;
  /** Where the app keeps its jobs. */
  readonly dataDir: string;
}

export interface DemoWorld extends World {
  readonly web: FileHost;
}

export interface WorldOptions {
  readonly hosted: readonly string[];
  readonly logPath: string;
  readonly onAppDeath: (error: Error) => void;
  /** Takes what is to be closed at the end, last first, also when the start goes wrong half-way. */
  readonly atEnd: (close: () => Promise<unknown>) => void;
  readonly slack?: SlackOptions;
  readonly akool?: AkoolOptions;
  /** On top of what the app is told anyway. */
  readonly settings?: Readonly<Record<string, string>>;
}

export async function startWorld(options: WorldOptions, signal: AbortSignal): Promise<DemoWorld> {
  const { hosted, logPath, onAppDeath, atEnd } = options;
  const folder = await mkdtemp(join(tmpdir(), "talking-photo-demo-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const slack = await startSlack(options.slack);
  atEnd(slack.close);
  const akool = await startAkool({ renderer: "real", renderSeconds: RENDER_SECONDS, ...options.akool });
  atEnd(() => akool.close());
  const web = await hostFiles(hosted);
  atEnd(web.close);

  slack.workspace.addUser({ id: ANNA, name: "Anna", isBot: false });
  slack.workspace.addUser({ id: BEN, name: "Ben", isBot: false });
  const dataDir = join(folder, "data");
  const settings = {
    ...settingsToReach({ slack, akool }),
    DATA_DIR: dataDir,
    TRUSTED_HOSTS: [slack.host, akool.host, web.host].join(","),
    TIME_SCALE: `${TIME_SCALE}`,
    LOG_LEVEL: "info",
    ...options.settings,
  };
  const app = await startApp({ folder, logPath, settings, onDeath: onAppDeath }, signal);
  atEnd(app.stop);
  slack.setRequestUrl(`${app.url}/slack/events`);
  return { slack, akool, web, app, dataDir };
}

/** What an app needs to talk to the two of them. */
export function settingsToReach({ slack, akool }: Pick<World, "slack" | "akool">): Record<string, string> {
  return {
    SLACK_BOT_TOKEN: slack.settings.botToken,
    SLACK_SIGNING_SECRET: slack.settings.signingSecret,
    SLACK_API_URL: slack.apiUrl,
    AKOOL_API_KEY: akool.apiKey,
    AKOOL_CLIENT_ID: akool.clientId,
    AKOOL_API_URL: akool.url,
  };
}
