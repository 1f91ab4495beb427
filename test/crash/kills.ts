import { setTimeout as sleep } from "node:timers/promises";
import type { AppProcess } from "./app-process.ts";
import type { CallPoint, Phase } from "./calls.ts";
import { Takeover } from "./takeover.ts";
import type { World } from "./world.ts";

export interface Kill {
  /** Without one, any call at any phase counts. */
  readonly at?: { readonly target: string; readonly phase: Phase };
  /** At the how-manieth such point, counted from the kill before. */
  readonly nth: number;
  /** So much after that point; 0 stops the world there. */
  readonly afterMs: number;
  /** First SIGTERM, and so much later SIGKILL, unless the app is gone by then. */
  readonly graceMs?: number;
}

/** What a host gives an app to stop by itself: given so much, it must be gone, and with exit code 0. */
export const FULL_GRACE_MS = 10_000;

/** A killed process's sockets are closed by the kernel; so much later everybody has noticed. */
const SOCKETS_CLOSE_MS = 5;

/**
 * Kills the process that is at the point, one kill after the other. A single process is started again each time;
 * of several the dead ones stay dead, so that it is really another that goes on.
 */
export class Killer {
  readonly #world: World;
  readonly takeover: Takeover;
  readonly #left: Kill[];
  #seen = 0;
  /** The moment has come, the kill has not: no other begins in between. */
  #aiming = false;
  #pending = 0;
  #started: Promise<void> = Promise.resolve();
  fired = 0;
  /** Stops that were not as they should be. */
  readonly badStops: string[] = [];

  constructor(world: World, kills: readonly Kill[]) {
    this.#world = world;
    this.takeover = new Takeover(world.app);
    this.#left = [...kills];
  }

  get isIdle(): boolean {
    return this.#pending === 0;
  }

  /** Throws what a start of the app threw. */
  async settled(): Promise<void> {
    await this.#started;
  }

  async onPoint(point: CallPoint): Promise<undefined | "drop"> {
    this.takeover.onPoint(point);
    const { target, phase, by } = point;
    const [kill] = this.#left;
    if (!kill || this.#aiming || (kill.at && (kill.at.target !== target || kill.at.phase !== phase)))
      return undefined;
    this.#seen += 1;
    if (this.#seen < kill.nth || !by) return undefined;
    this.#left.shift();
    this.#seen = 0;
    this.#aiming = true;
    this.#pending += 1;
    const done = this.#carryOut(kill, by).finally(() => {
      this.#pending -= 1;
    });
    if (kill.afterMs > 0 || kill.graceMs !== undefined) return undefined;
    await done;
    return "drop";
  }

  async #carryOut(kill: Kill, victim: AppProcess): Promise<void> {
    const { app, note } = this.#world;
    if (kill.afterMs > 0) await sleep(kill.afterMs);
    this.fired += 1;
    if (kill.graceMs !== undefined) {
      note(`=== SIGTERM ${victim.name}`);
      victim.signal("SIGTERM");
      const exitCode = await Promise.race([victim.gone(), sleep(kill.graceMs, "alive" as const)]);
      if (kill.graceMs >= FULL_GRACE_MS && exitCode !== 0)
        this.badStops.push(
          `told to stop, it was ${exitCode === "alive" ? "still there" : `gone with ${exitCode}`}`,
        );
    }
    note(`=== SIGKILL ${victim.name}`);
    victim.signal("SIGKILL");
    await victim.gone();
    this.takeover.died(victim);
    this.#aiming = false;
    await sleep(SOCKETS_CLOSE_MS);
    if (app.isCluster) return;
    note("=== start");
    this.#pending += 1;
    this.#started = this.#started
      .then(() => victim.start())
      .then(() => note("=== ready"))
      .finally(() => {
        this.#pending -= 1;
      });
    this.#started.catch(() => undefined);
  }
}
