/**
 * `npm run bench`: the performance figures, as ratios against a bare Bolt app in the same run. About five minutes;
 * `-- --quick` is a smoke run of some half a minute, `-- --json` prints JSON instead of tables. `-- --scale` measures
 * thousands of jobs at once instead, in about a quarter of an hour; `--jobs 20` as its smoke run.
 */
import { existsSync, mkdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureAcks } from "./acks.ts";
import { measureDelivery } from "./delivery.ts";
import { isMet } from "./figures.ts";
import { measureMedia } from "./media.ts";
import { machine, tables } from "./print.ts";
import { canPin, pin } from "./processes.ts";
import { measureScale } from "./scale.ts";
import { measureStart } from "./start.ts";

const ROOT = join(import.meta.dirname, "..");
const TMPFS_MAGIC = 0x01021994;

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    scale: { type: "boolean", default: false },
    jobs: { type: "string", default: "10000" },
  },
});
if (!existsSync("/proc/self/stat")) {
  console.error("The bench reads CPU time and memory from /proc, so it runs on Linux only.");
  process.exit(1);
}
const { buildIfStale } = await import(new URL("../scripts/build.mjs", import.meta.url).href);
await buildIfStale(ROOT);

// Under the default DATA_DIR rather than in /tmp, which may be memory: there a sync to disk costs nothing.
const scratch = join(ROOT, "data", `bench-${process.pid}`);
mkdirSync(scratch, { recursive: true });
const common = { scratch, progress: (text: string) => process.stderr.write(`${text}\n`) };
const machineNote = machine();
const startedAt = performance.now();
try {
  await (flags.scale ? scale(Number(flags.jobs)) : single());
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function scale(jobs: number): Promise<void> {
  if (!Number.isInteger(jobs) || jobs < 3) throw new Error("--jobs takes a number from 3");
  const { rows, problems, notes } = await measureScale({ ...common, jobs });
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const checks = [`The stand-ins object to: ${problems.length === 0 ? "nothing" : problems.join("; ")}.`];
  const all = [`${machineNote}.`, ...notes, ...tmpfsNote()];
  if (flags.json) {
    console.log(JSON.stringify({ jobs, seconds, notes: all, checks, problems, rows }, null, 2));
  } else {
    console.log(`\n${tables(rows, { judge: jobs >= 10_000 })}\n\n${[...checks, ...all].join("\n")}`);
    console.log(`Took ${seconds} s.`);
  }
  if (problems.length > 0) process.exitCode = 1;
}

function tmpfsNote(): string[] {
  return statfsSync(scratch).type === TMPFS_MAGIC
    ? ["The store is on tmpfs: its syncs to disk cost nothing here."]
    : [];
}

/** One process, and one thing at a time. */
async function single(): Promise<void> {
  pin(process.pid, "load");
  const acks = await measureAcks({
    ...common,
    ...(flags.quick
      ? { rounds: 1, warmUpSeconds: 0.4, cellSeconds: 0.5 }
      : { rounds: 5, warmUpSeconds: 1.2, cellSeconds: 2 }),
  });
  const starts = await measureStart({ ...common, repeats: flags.quick ? 1 : 10 });
  const delivery = await measureDelivery({
    ...common,
    ...(flags.quick ? { rounds: 1, bytes: 10_000_000 } : { rounds: 5, bytes: 50_000_000 }),
    bytesPerSecond: 20_000_000,
  });
  const media = await measureMedia({ ...common, rounds: flags.quick ? 1 : 5 });

  const rows = [...acks.rows, ...starts, ...delivery.rows, ...media];
  const notes = [
    `${machineNote}; ${canPin ? "each server alone on one core, load and stand-ins on another" : "servers and load share all cores (no taskset, or one core)"}.`,
    ...tmpfsNote(),
    "Medians of the rounds, with the range in brackets; ratios are taken within each round. Bare Bolt acks and stores nothing.",
    "Accepting a command: one row committed with a full sync before each 200. The stand-in Slack leaves the jobs' first message unanswered, so they wait and cost nothing meanwhile; in the second table they are worked on, on the same core.",
    "Delivery: the whole way through the app's job, webhook, reading the render back, upload ticket and transfer.",
    "Media: decoded and encoded as for a job; the memory is that of a process that does nothing else, threads included.",
  ];
  const { acked, saved, refused } = acks.saved;
  const checks = [
    `Every 200 has its job: ${acked <= saved ? "yes" : "NO"} (${acked} acked, ${saved} in the store after SIGKILL, ${refused} not acked).`,
    `The stand-ins object to: ${delivery.problems.length === 0 ? "nothing" : delivery.problems.join("; ")}.`,
  ];
  const seconds = Math.round((performance.now() - startedAt) / 1000);

  if (flags.json) {
    const judged = rows.map((row) => ({ ...row, ...(flags.quick ? {} : { met: isMet(row) }) }));
    console.log(
      JSON.stringify(
        {
          quick: flags.quick,
          seconds,
          notes,
          checks,
          acks: acks.saved,
          problems: delivery.problems,
          rows: judged,
        },
        null,
        2,
      ),
    );
  } else {
    console.log(`\n${tables(rows, { judge: !flags.quick })}\n\n${[...checks, ...notes].join("\n")}`);
    if (flags.quick) console.log("A smoke run: far too short to judge anything by.");
    console.log(`Took ${seconds} s.`);
  }
  if (acked > saved || delivery.problems.length > 0) process.exitCode = 1;
}
