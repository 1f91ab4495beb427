/** An app that somebody else has started, as far as it can be seen from here: whether anything answers there. */
import type { AppProcess } from "../demo/app-process.ts";
import { NotPossible } from "../slack/not-possible.ts";

const LOOK_EVERY_MS = 1000;

export interface WatchedApp extends AppProcess {
  /** Ends the watching, and leaves the app alone. */
  close(): Promise<void>;
}

export function watchApp(url: string): WatchedApp {
  let state: AppProcess["state"] = "stopped";
  const look = async () => {
    const answers = await fetch(url, { signal: AbortSignal.timeout(LOOK_EVERY_MS) }).then(
      // Left unread, it would hold a connection of the app's.
      async ({ body }) => {
        await body?.cancel();
        return true;
      },
      () => false,
    );
    state = answers ? "running" : "stopped";
  };
  void look();
  const looking = setInterval(look, LOOK_EVERY_MS);
  const notOurs = async () => {
    throw new NotPossible("the sandbox has not started this app: start and stop it where it runs");
  };
  return {
    url,
    get state() {
      return state;
    },
    stop: notOurs,
    kill: notOurs,
    start: notOurs,
    close: async () => clearInterval(looking),
  };
}
