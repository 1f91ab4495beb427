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
  ]);
  for (const row of report.rows) expect(row.app.median, row.what).toEqual(expect.any(Number));
}, 180_000);
