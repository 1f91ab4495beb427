import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const BENCH = join(import.meta.dirname, "../bench/main.ts");

it("the bench runs through, loses no acked command, and has figures for everything it names", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [BENCH, "--quick", "--json"]);
  const report = JSON.parse(stdout);
  expect(report.acks.saved).toBe(report.acks.acked);
  expect(report.acks.acked).toBeGreaterThan(0);
  expect(report.problems).toEqual([]);
  const sections = new Set(report.rows.map((row: { section: string }) => row.section));
  expect([...sections]).toEqual([
    "accepting a command",
    "accepting a command while jobs are worked on",
    "starting node dist/main.js",
    "starting node scripts/start.mjs",
    "delivering 10 MB from a source of 20 MB/s",
    "getting media ready, in a process of its own",
  ]);
  for (const row of report.rows) expect(row.app.median, row.what).toEqual(expect.any(Number));
}, 420_000);

it("the bench of scale runs through on both stores, delivers all, and prints its table", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [BENCH, "--scale", "--jobs", "4"]);
  const headings = stdout.split("\n").filter((line) => /^(waiting|throughput)/.test(line));
  expect(headings.map((line) => line.replace(/ after .*/, ""))).toEqual([
    "waiting jobs, one process on SQLite: 4 of 4 in line or in a slot",
    "waiting jobs, one process on PostgreSQL: 4 of 4 in line or in a slot",
    "throughput of 4 jobs, 1 process on SQLite: 4 of 4 delivered",
    "throughput of 4 jobs, 1 process on PostgreSQL: 4 of 4 delivered",
    "throughput of 4 jobs, 3 processes on PostgreSQL: 4 of 4 delivered",
  ]);
  for (const figure of ["memory over idle", "p99 latency of acks", "commits there, for each"])
    expect(stdout).toContain(figure);
  expect(stdout).toContain("The stand-ins object to: nothing.");
  expect(stdout).not.toMatch(/NaN|Infinity/);
}, 600_000);
