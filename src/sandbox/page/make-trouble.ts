/** The switches of the page, on the stand-ins. Each holds until it is set otherwise. */
import type { World } from "../demo/start-world.ts";
import { NO_TROUBLE, type Switches } from "./switches.ts";

const RETRY_AFTER_SECONDS = 1;
const SHARE_LATE_MS = 6000;
const POSTS_AND_EDITS = ["chat.postMessage", "chat.postEphemeral", "chat.update"];

export class Trouble {
  readonly #world: World;
  readonly #takeBack = new Map<keyof Switches, () => void>();
  #switches: Switches = NO_TROUBLE;

  constructor({ world, switches = {} }: { world: World; switches?: Partial<Switches> }) {
    this.#world = world;
    this.set({ ...NO_TROUBLE, ...switches });
  }

  get switches(): Switches {
    return this.#switches;
  }

  set(changes: Partial<Switches>): void {
    this.#switches = { ...this.#switches, ...changes };
    const { renderSeconds, akoolFails, doneWithoutUrl, webhook, slackRateLimits, share } = this.#switches;
    const { akool, slack } = this.#world;
    akool.change({
      renderSeconds,
      webhookMode: webhook,
      renderEnd: akoolFails === "render" ? "failed" : doneWithoutUrl ? "done_without_url" : "done",
    });
    this.#rule("akoolFails", typeof akoolFails === "number", () =>
      akool.misbehave("create", {
        kind: "code",
        code: Number(akoolFails),
        times: Number.POSITIVE_INFINITY,
      }),
    );
    this.#rule("slackRateLimits", slackRateLimits, () => {
      let count = 0;
      const rules = POSTS_AND_EDITS.map((method) =>
        slack.misbehave(method, {
          kind: "429",
          retryAfterSeconds: RETRY_AFTER_SECONDS,
          times: Number.POSITIVE_INFINITY,
          only: () => ++count % 2 === 0,
        }),
      );
      return () => {
        for (const takeBack of rules) takeBack();
      };
    });
    this.#rule("share", share !== "at_once", () =>
      slack.misbehave("share", {
        kind: "share",
        mode: share === "never" ? "never" : "late",
        delayMs: SHARE_LATE_MS,
        times: Number.POSITIVE_INFINITY,
      }),
    );
  }

  #rule(name: keyof Switches, isOn: boolean, make: () => () => void): void {
    this.#takeBack.get(name)?.();
    this.#takeBack.delete(name);
    if (isOn) this.#takeBack.set(name, make());
  }
}
