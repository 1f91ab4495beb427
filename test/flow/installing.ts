/** Installing the app as a person does: in a browser, from /slack/install over Slack's page and back. */
import {
  ANNA,
  addWorkspace,
  BEN,
  type SlackOptions,
  type SlackSandbox,
} from "../../src/sandbox/slack/slack-sandbox.ts";
import type { World } from "./world.ts";

export interface Page {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** A browser that keeps its cookies and follows redirects one by one. */
export class Browser {
  readonly #cookies = new Map<string, string>();
  readonly #languages: string;

  /** What its user reads, as in an Accept-Language header. */
  constructor(languages = "en-US,en;q=0.9") {
    this.#languages = languages;
  }

  copy(): Browser {
    const copy = new Browser(this.#languages);
    for (const [name, value] of this.#cookies) copy.#cookies.set(name, value);
    return copy;
  }

  async open(url: string): Promise<Page & { readonly location: string }> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, {
      redirect: "manual",
      headers: { "accept-language": this.#languages, ...(cookie && { cookie }) },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Max-Age=0\b/i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const location = response.headers.get("location") ?? "";
    return { status: response.status, text: await response.text(), headers: response.headers, location };
  }
}

/** Up to Slack's page: the address Slack sends the browser back to, with code and state. */
export async function allow(
  { app }: Pick<World, "app">,
  slack: SlackSandbox,
  { browser = new Browser(), deny = false } = {},
): Promise<string> {
  const start = await browser.open(`${app.url}/slack/install`);
  const atSlack = new URL(start.location);
  atSlack.searchParams.set("team", slack.settings.enterprise?.id ?? slack.settings.teamId);
  if (deny) atSlack.searchParams.set("deny", "1");
  return (await browser.open(atSlack.href)).location;
}

/** The whole way. */
export async function install(
  world: Pick<World, "app">,
  slack: SlackSandbox,
  browser = new Browser(),
): Promise<Page> {
  const page = await browser.open(await allow(world, slack, { browser }));
  if (page.status !== 200) throw new Error(`the app was not installed: ${page.status} ${page.text}`);
  return page;
}

/** Another workspace at the same Slack, with the app installed, and the world as it looks from there. */
export async function anotherWorkspace(
  world: World,
  teamId: string,
  options: Omit<SlackOptions, "teamId"> = {},
): Promise<World> {
  const slack = addWorkspace(world.slack, {
    teamId,
    botUserId: `U0BOT${teamId}`,
    botId: `B0${teamId}`,
    ...options,
  });
  await install(world, slack);
  return seenFrom(world, slack);
}

export function seenFrom(world: World, slack: SlackSandbox): World {
  const newChannel = () => {
    const members = [ANNA, BEN, slack.settings.botUserId];
    return slack.workspace.addChannel({ name: `room-${slack.workspace.channels.size}`, members }).id;
  };
  return { ...world, slack, newChannel };
}

/** Calls that asked Slack for other tokens. */
export function refreshes({ slack }: World): number {
  return slack.town.worlds
    .flatMap(({ log }) => log.calls)
    .filter(({ method, args }) => method === "oauth.v2.access" && args.grant_type === "refresh_token").length;
}
