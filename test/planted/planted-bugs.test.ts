import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { BUGS, type PlantedBug } from "./bugs.ts";

/**
 * The tests prove themselves: each of these mistakes is made in a copy of the program, and the named test of the
 * normal suite must fail there, with its own assertion and not for want of compiling.
 */

const COPIED = [
  "src",
  "test",
  "scripts",
  "package.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "vitest.config.ts",
];
/** Enough for every one of these to show up in the simulation. */
const HISTORIES = "3000";

const report = z.object({
  numTotalTests: z.number(),
  testResults: z.array(
    z.object({
      message: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

const folder = mkdtempSync(join(tmpdir(), "talkingphoto-planted-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a mistake in the program", () => {
  for (const name of COPIED) cpSync(resolve(name), join(folder, name), { recursive: true });
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));

  it.each(BUGS)("is caught: $name", { timeout: 900_000 }, async (bug) => {
    const path = join(folder, bug.file);
    const right = readFileSync(path, "utf8");
    expect(right.split(bug.find), "what the patch replaces").toHaveLength(2);
    writeFileSync(
      path,
      right.replace(bug.find, () => bug.replace),
    );
    try {
      expect(await failingTests(bug)).not.toEqual([]);
    } finally {
      writeFileSync(path, right);
    }
  });

  it("is none of the program as it is", { timeout: 900_000 }, async () => {
    const files = new Map(BUGS.map((bug) => [`${bug.caughtBy.file} ${bug.caughtBy.test}`, bug]));
    for (const bug of files.values()) expect(await failingTests(bug), bug.caughtBy.test).toEqual([]);
  });

  afterAll(() => console.log(`planted bugs: ${BUGS.length}, each caught by a named test`));
});

/** The tests that were meant to fail, and did. */
async function failingTests({ caughtBy }: PlantedBug): Promise<string[]> {
  const output = join(folder, "report.json");
  const only = caughtBy.test === "" ? [] : ["-t", caughtBy.test];
  const args = ["run", caughtBy.file, ...only, "--reporter=json", `--outputFile=${output}`];
  const child = spawn(process.execPath, [resolve("node_modules/vitest/vitest.mjs"), ...args], {
    cwd: folder,
    env: { ...process.env, HISTORIES },
    stdio: "ignore",
  });
  await new Promise((exited) => child.once("exit", exited));
  const { testResults } = report.parse(JSON.parse(readFileSync(output, "utf8")));
  const ran = testResults.flatMap(({ assertionResults }) => assertionResults);
  const broken = testResults.filter(({ assertionResults }) => assertionResults.length === 0);
  expect(
    broken.map(({ message }) => message),
    "test files that could not be loaded",
  ).toEqual([]);
  const named = (wanted: string) =>
    ran.filter(({ status }) => status === wanted).map(({ fullName }) => fullName);
  // A test that was kept from running, by a hook that failed, say, says nothing about the mistake.
  const failed = named("failed");
  expect([...failed, ...named("passed")], `what ran of ${caughtBy.file}`).not.toEqual([]);
  return failed;
}
