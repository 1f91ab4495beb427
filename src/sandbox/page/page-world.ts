/** The world behind the page: everybody who can be played, and the app with all the scopes it can use. */
import { surface } from "../../slack/surface.ts";
import type { AkoolOptions } from "../akool/options.ts";
import { startWorld, type World, type WorldOptions } from "../demo/start-world.ts";
import { ADMIN, ANNA, BEN, DORA, GENERAL, RANDOM, SECRET } from "../slack/slack-sandbox.ts";

/** Slack's own are 0, 1 and 5 minutes. Long enough for the app to be started again in between. */
const EVENT_RETRY_DELAYS_MS = [2000, 10_000, 30_000];

export interface PageWorldOptions extends Omit<WorldOptions, "slack" | "akool" | "settings"> {
  readonly renderer?: AkoolOptions["renderer"];
  readonly timeScale?: number;
  readonly eventRetryDelaysMs?: readonly number[];
}

export async function startPageWorld(options: PageWorldOptions, signal: AbortSignal): Promise<World> {
  const { renderer, timeScale, eventRetryDelaysMs = EVENT_RETRY_DELAYS_MS, ...rest } = options;
  const { bot, optional } = surface.scopes;
  const world = await startWorld(
    {
      ...rest,
      slack: { scopes: [...bot, ...optional], eventRetryDelaysMs },
      ...(renderer && { akool: { renderer } }),
      settings: { ADMIN_USERS: ADMIN, ...(timeScale && { TIME_SCALE: `${timeScale}` }) },
    },
    signal,
  );
  const { workspace } = world.slack;
  workspace.addUser({ id: ADMIN, name: "Admin", isBot: false });
  workspace.addUser({ id: DORA, name: "Dora", isBot: false, locale: "de-DE" });
  const everybody = [ANNA, BEN, DORA, ADMIN];
  for (const id of [GENERAL, RANDOM])
    for (const user of everybody) workspace.getChannel(id).members.add(user);
  workspace.getChannel(SECRET).members.add(ADMIN);
  for (const user of everybody) workspace.openDm(user);
  return world;
}
