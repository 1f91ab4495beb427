/** One installation under load: one or several processes on one store, with stand-ins that answer at once. */
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type LoadGenerator, type LoadOrder, type LoadResult, startLoadGenerator } from "./load.ts";
import type { Cores, Server } from "./processes.ts";
import { makeTinyInputs } from "./scale-inputs.ts";
import { type MeasuredPostgres, workOf } from "./scale-postgres.ts";
import { type FarEnd, spawnApp, startFarEnd } from "./servers.ts";

const LOOK_EVERY_MS = 250;

export interface ScaleWorldOptions {
  readonly scratch: string;
  readonly processes: number;
  readonly cores: Cores;
  readonly slots: number;
  /** With false the stand-in AKOOL never finishes. */
  readonly finishes: boolean;
  /** Undefined: SQLite. */
  readonly postgres?: MeasuredPostgres | undefined;
}

export class ScaleWorld {
  readonly far: FarEnd;
  readonly databaseUrl: string | undefined;
  readonly #options: ScaleWorldOptions;
  readonly #dir: string;
  apps: Server[] = [];

  private constructor(options: ScaleWorldOptions, far: FarEnd, dir: string, databaseUrl: string | undefined) {
    this.#options = options;
    this.far = far;
    this.#dir = dir;
    this.databaseUrl = databaseUrl;
  }

  static async start(options: ScaleWorldOptions, name: string): Promise<ScaleWorld> {
    const dir = join(options.scratch, name);
    mkdirSync(dir, { recursive: true });
    const far = await startFarEnd(
      { autoFinish: options.finishes, renderSeconds: 0.05 },
      await makeTinyInputs(),
    );
    const world = new ScaleWorld(options, far, dir, await options.postgres?.createDatabase());
    await world.startApps();
    return world;
  }

  /** All on one data folder, as processes on one machine share it: prepared media lie there. */
  async startApps(): Promise<void> {
    const env = {
      LOG_LEVEL: "warn",
      AKOOL_MAX_CONCURRENT: String(this.#options.slots),
      ...(this.databaseUrl === undefined ? {} : { DATABASE_URL: this.databaseUrl }),
    };
    const { cores, processes } = this.#options;
    this.apps = await Promise.all(
      Array.from({ length: processes }, () => spawnApp(this.#dir, this.far, { env, cores })),
    );
    await Promise.all(this.apps.map((app) => app.ready()));
  }

  async stopApps(): Promise<void> {
    await Promise.all(this.apps.map((app) => app.kill()));
  }

  async close(): Promise<void> {
    await this.stopApps();
    await this.far[Symbol.asyncDispose]();
  }

  /** How many jobs have each status. */
  async statuses(): Promise<Record<string, number>> {
    const text = await (await fetch(`${this.apps[0]?.origin}/metrics`)).text();
    return Object.fromEntries(
      [...text.matchAll(/status="(\w+)"\} (\d+)/g)].map(([, status, count]) => [status, Number(count)]),
    );
  }

  /** @returns how many there were when all were, or when the time was up */
  async reached(status: string, count: number, withinMs: number): Promise<{ count: number; ms: number }> {
    const startedAt = performance.now();
    for (;;) {
      const found = (await this.statuses())[status] ?? 0;
      const ms = performance.now() - startedAt;
      if (found >= count || ms >= withinMs) return { count: found, ms };
      await sleep(LOOK_EVERY_MS);
    }
  }

  cpuMs(): number {
    return this.apps.reduce((sum, app) => sum + app.cpuMs(), 0);
  }

  /** The database alone, without the media that wait beside it. */
  async storeBytes(): Promise<number> {
    if (this.databaseUrl !== undefined) return (await workOf(this.databaseUrl)).bytes;
    const files = readdirSync(this.#dir).filter((name) => name.startsWith("talkingphoto.sqlite"));
    return files.reduce((sum, name) => sum + statSync(join(this.#dir, name)).size, 0);
  }

  get problems(): readonly string[] {
    return [...this.far.slack.problems, ...this.far.akool.problems];
  }
}

/** Load for several processes at once, an equal part for each. */
export class ScaleLoad implements Disposable {
  readonly #generators: LoadGenerator[] = [];

  async run(
    world: ScaleWorld,
    order: Omit<LoadOrder, "origin" | "links"> & { commands: number },
  ): Promise<LoadResult> {
    const { apps, far } = world;
    const share = (index: number) => Math.floor((order.commands + index) / apps.length);
    const results = await Promise.all(
      apps.map((app, index) => {
        const generator = this.#generators[index] ?? startLoadGenerator();
        this.#generators[index] = generator;
        return generator.run({ ...order, origin: app.origin, links: far.links, commands: share(index) });
      }),
    );
    const sum = (key: keyof LoadResult) => results.reduce((total, each) => total + each[key], 0);
    const worst = (key: keyof LoadResult) => Math.max(...results.map((each) => each[key]));
    const tookSeconds = worst("tookSeconds");
    return {
      acked: sum("acked"),
      refused: sum("refused"),
      acksPerSecond: sum("acked") / tookSeconds,
      tookSeconds,
      p50Ms: worst("p50Ms"),
      p99Ms: worst("p99Ms"),
      maxMs: worst("maxMs"),
    };
  }

  [Symbol.dispose](): void {
    for (const generator of this.#generators) generator.stop();
  }
}
