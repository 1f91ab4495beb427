/** Both stand-ins and the page, on ports that stay; the app is somebody else's, and not started here. */
import { type AkoolSandbox, startAkool } from "../akool/start-akool.ts";
import { type SlackSandbox, startSlack } from "../slack/slack-sandbox.ts";

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
  /** What an app needs in its environment to talk to these two. */
  readonly settings: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** One sentence for whoever chose the port. */
export class PortTakenError extends Error {}

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { slackPort, akoolPort, requestUrl } = options;
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of closers.splice(0)) await end();
  };
  try {
    const slack = await orTaken("--slack-port", slackPort, startSlack({ port: slackPort, requestUrl }));
    closers.unshift(slack.close);
    const akool = await orTaken("--akool-port", akoolPort, startAkool({ port: akoolPort, renderer: "real" }));
    closers.unshift(() => akool.close());
    return { slack, akool, settings: settingsFor(slack, akool, requestUrl), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function settingsFor(slack: SlackSandbox, akool: AkoolSandbox, requestUrl: string): Record<string, string> {
  const app = new URL(requestUrl);
  return {
    SLACK_BOT_TOKEN: slack.settings.botToken,
    SLACK_SIGNING_SECRET: slack.settings.signingSecret,
    SLACK_API_URL: slack.apiUrl,
    AKOOL_API_KEY: akool.apiKey,
    AKOOL_CLIENT_ID: akool.clientId,
    AKOOL_API_URL: akool.url,
    TRUSTED_HOSTS: [slack.host, akool.host].join(","),
    PUBLIC_URL: app.origin,
    HOST: app.hostname,
    PORT: app.port || (app.protocol === "https:" ? "443" : "80"),
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
