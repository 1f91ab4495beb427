import type { App } from "./app.ts";
import type { AppProcess } from "./app-process.ts";
import type { CallPoint } from "./calls.ts";

/**
 * Far above what it takes on a machine that does nothing else (13 s: pg-boss's heartbeat and its looking): no test
 * asserts how fast this machine is.
 */
export const TAKEOVER_LIMIT_MS = 30_000;

/** How long a job lay still after the process that had it was killed. */
export class Takeover {
  readonly #dead = new Set<AppProcess>();
  #since: number | undefined;
  /** Milliseconds from each kill to the first sign of life at another process. */
  readonly tookMs: number[] = [];

  constructor(app: App) {
    if (!app.isCluster) return;
    app.onJobMoved = (by) => this.#isAlive(by);
  }

  /** The process is dead from now on, however it came to that. */
  died(process: AppProcess): void {
    this.#dead.add(process);
    this.#since = performance.now();
  }

  /** An outward call is a sign of life. */
  onPoint({ target, phase, by }: CallPoint): void {
    if (by && phase === "before" && !target.startsWith("in:")) this.#isAlive(by);
  }

  #isAlive(process: AppProcess): void {
    if (this.#since === undefined || this.#dead.has(process)) return;
    this.tookMs.push(performance.now() - this.#since);
    this.#since = undefined;
  }
}
