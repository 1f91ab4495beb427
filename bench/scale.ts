/** `npm run bench -- --scale`: thousands of jobs at once, on SQLite and on PostgreSQL, with one process and with three. */
import type { Row } from "./figures.ts";
import { pin } from "./processes.ts";
import { startMeasuredPostgres } from "./scale-postgres.ts";
import { measureThroughput } from "./scale-throughput.ts";
import { measureWaiting } from "./scale-waiting.ts";

const SIZES = [100, 1000, 10_000];
const FEW_JOBS = 100;

export interface ScaleOptions {
  /** The most at once. */
  readonly jobs: number;
  readonly scratch: string;
  readonly progress: (text: string) => void;
}

export interface ScaleReport {
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
  readonly problems: readonly string[];
}

export async function measureScale({ jobs, ...common }: ScaleOptions): Promise<ScaleReport> {
  await using postgres = await startMeasuredPostgres();
  const sizes = [...SIZES.filter((size) => size < jobs), jobs];
  const isSmall = jobs < FEW_JOBS;
  const rows: Row[] = [];
  const problems: string[] = [];
  const take = (found: { rows: Row[]; problems: string[] }) => {
    rows.push(...found.rows);
    problems.push(...found.problems);
  };

  pin(process.pid, "load");
  const waiting = {
    ...common,
    sizes,
    ...(isSmall
      ? { rounds: 1, ackSeconds: 1, acksPerSecond: 20, settleMs: 500, watchMs: 500 }
      : { rounds: 5, ackSeconds: 3, acksPerSecond: 50, settleMs: 25_000, watchMs: 10_000 }),
  };
  take(await measureWaiting({ ...waiting, store: "SQLite", fillWithinMs: 480_000 }));
  take(await measureWaiting({ ...waiting, store: "PostgreSQL", postgres, fillWithinMs: 120_000 }));

  pin(process.pid, "all");
  const throughput = { ...common, sizes, withinMs: 120_000 };
  take(await measureThroughput({ ...throughput, store: "SQLite", processes: 1 }));
  for (const processes of [1, 3])
    take(await measureThroughput({ ...throughput, store: "PostgreSQL", processes, postgres }));

  const notes = [
    `${postgres.description}.`,
    "The jobs came in as signed commands, with a photo of 256 pixels and a recording of a second, and went the whole way of a job; the stand-ins for Slack and AKOOL answer at once and run in the process of the bench.",
    "Waiting: AKOOL never finishes the two in its slots. Memory is RSS 25 seconds after the last job stands in line, nothing collected by the bench (the app itself gives back what a burst took), over that of the same process before its first job. Acks in turns with a process without jobs, the other one stopped meanwhile; the slept jobs of these rounds are counted neither as in line nor as accepted.",
    "Throughput: all processes, PostgreSQL and the stand-ins share all cores of this machine; the CPU for each job tells what a machine of its own would do. What the time did not suffice for is not extrapolated.",
  ];
  return { rows, notes, problems };
}
