/** How many jobs a second are accepted, and how many delivered, and what each costs whom. */
import { setTimeout as sleep } from "node:timers/promises";
import { compare, type Row } from "./figures.ts";
import { workOf } from "./scale-postgres.ts";
import { ScaleLoad, ScaleWorld, type ScaleWorldOptions } from "./scale-world.ts";

const SLOTS = 1000;
const CONNECTIONS = 16;
/** PostgreSQL's own counts come about a second late. */
const COUNTS_LATE_MS = 1500;

export interface ThroughputOptions extends Pick<ScaleWorldOptions, "scratch" | "postgres" | "processes"> {
  readonly store: string;
  readonly sizes: readonly number[];
  readonly withinMs: number;
  readonly progress: (text: string) => void;
}

export async function measureThroughput(
  options: ThroughputOptions,
): Promise<{ rows: Row[]; problems: string[] }> {
  const rows: Row[] = [];
  const problems: string[] = [];
  using load = new ScaleLoad();
  for (const size of options.sizes) {
    options.progress(`throughput of ${size} jobs: ${options.store}`);
    const world = await ScaleWorld.start(
      { ...options, cores: "all", slots: SLOTS, finishes: true },
      `throughput-${options.store}-${options.processes}-${size}`,
    );
    try {
      rows.push(...(await measureOne(world, load, size, options)));
      problems.push(...world.problems);
    } finally {
      await world.close();
    }
  }
  return { rows, problems };
}

async function measureOne(
  world: ScaleWorld,
  load: ScaleLoad,
  size: number,
  { store, processes, postgres, withinMs }: ThroughputOptions,
): Promise<Row[]> {
  const { databaseUrl } = world;
  if (databaseUrl !== undefined) await sleep(COUNTS_LATE_MS);
  const workBefore = databaseUrl === undefined ? undefined : await workOf(databaseUrl);
  const before = { app: world.cpuMs(), database: postgres?.cpuMs(), own: ownCpuMs() };
  const startedAt = performance.now();
  const { acked, acksPerSecond } = await load.run(world, {
    connections: CONNECTIONS,
    seconds: withinMs / 1000,
    commands: size,
  });
  const { count } = await world.reached(
    "delivered",
    acked,
    Math.max(0, withinMs - (performance.now() - startedAt)),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const database = postgres?.cpuMs();
  const after = { app: world.cpuMs(), own: ownCpuMs() };

  const section = `throughput of ${size} jobs, ${processes} process${processes === 1 ? "" : "es"} on ${store}: ${count} of ${acked} delivered after ${seconds.toFixed(0)} s`;
  const row = (what: string, unit: string, value: number) =>
    compare({ section, what, unit }, { app: [value] });
  const rates = [
    row("accepted, saved and synced", "/s", acksPerSecond),
    row("delivered, from the command to the video", "/s", count / seconds),
  ];
  // Of a time in which nothing was delivered there is no share for each.
  if (count === 0) return rates;
  const rows = [
    ...rates,
    row("CPU of the app, for each delivered job", "ms", (after.app - before.app) / count),
    row("CPU of the stand-ins, for each", "ms", (after.own - before.own) / count),
  ];
  if (database !== undefined && before.database !== undefined)
    rows.push(row("CPU of PostgreSQL, for each", "ms", (database - before.database) / count));
  if (databaseUrl !== undefined && workBefore) {
    await sleep(COUNTS_LATE_MS);
    const work = await workOf(databaseUrl);
    rows.push(
      row("statements at PostgreSQL, for each", "", (work.statements - workBefore.statements) / count),
      row("commits there, for each", "", (work.commits - workBefore.commits) / count),
      row("database on disk, for each", "kB", (work.bytes - workBefore.bytes) / 1000 / acked),
    );
  }
  return rows;
}

/** The stand-ins run in this process. */
function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
