/** The world behind the page: everybody who can be played, and the app with all the scopes it can use. */
import { surface } from "../../slack/surface.ts";
import type { AkoolOptions } from "../akool/options.ts";
import { type DemoWorld, startWorld, type WorldOptions } from "../demo/start-world.ts";
import {
  ADMIN,
  ANNA,
  BEN,
  DORA,
  GENERAL,
  RANDOM,
  SECRET,
  type SlackOptions,
  type SlackSandbox,
} from "../slack/slack-sandbox.ts";

/** Slack's own are 0, 1 and 5 minutes. Long enough for the app to be started again in between. */
const EVENT_RETRY_DELAYS_MS = [2000, 10_000, 30_000];

export interface PageWorldOptions extends Omit<WorldOptions, "slack" | "akool" | "settings"> {
  readonly renderer?: AkoolOptions["renderer"];
  readonly timeScale?: number;
  readonly eventRetryDelaysMs?: readonly number[];
}

export async function startPageWorld(options: PageWorldOptions, signal: AbortSignal): Promise<DemoWorld> {
  const { renderer, timeScale, eventRetryDelaysMs = EVENT_RETRY_DELAYS_MS, ...rest } = options;
  const world = await startWorld(
    {
      ...rest,
      slack: { ...pageSlack(), eventRetryDelaysMs },
      ...(renderer && { akool: { renderer } }),
      settings: { ADMIN_USERS: ADMIN, ...(timeScale && { TIME_SCALE: `${timeScale}` }) },
    },
    signal,
  );
  moveIn(world.slack);
  return world;
}

/** A Slack in which the app may do all that it can. */
export function pageSlack(): SlackOptions {
  const { bot, optional } = surface.scopes;
  return { scopes: [...bot, ...optional], eventRetryDelaysMs: EVENT_RETRY_DELAYS_MS };
}

/** Everybody who can be played. */
export function moveIn({ workspace }: SlackSandbox): void {
  workspace.addUser({ id: ANNA, name: "Anna", isBot: false });
  workspace.addUser({ id: BEN, name: "Ben", isBot: false });
  workspace.addUser({ id: ADMIN, name: "Admin", isBot: false });
  workspace.addUser({ id: DORA, name: "Dora", isBot: false, locale: "de-DE" });
  const everybody = [ANNA, BEN, DORA, ADMIN];
  for (const id of [GENERAL, RANDOM])
    for (const user of everybody) workspace.getChannel(id).members.add(user);
  workspace.getChannel(SECRET).members.add(ADMIN);
  for (const user of everybody) workspace.openDm(user);
}
