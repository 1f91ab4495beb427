import { afterAll, describe, expect, it } from "vitest";
import { build } from "./build.ts";
import type { Case, Violation } from "./case.ts";
import { pairedFaultCases, singleFaultCases } from "./fault-cases.ts";
import { Random } from "./random.ts";
import { figures, inWords, runCases } from "./run-cases.ts";

/** One fixed round here; `npm run crash -- --faults` has as many others as one likes. */
const SEED = 20_260;
const PAIRS = 40;
const CASE_LIMIT_MS = 40_000;

await build();
const random = new Random(SEED);
const cases = [...singleFaultCases(random), ...pairedFaultCases(PAIRS, random)];
const ran: Case[] = [];
const violations: Violation[] = [];

describe("a request survives trouble at Slack and AKOOL", () => {
  const byCall = Map.groupBy(cases, (test) => test.group);
  it.each([...byCall])(
    "%s",
    async (_group, group) => {
      const { violations: found } = await runCases(group);
      ran.push(...group);
      violations.push(...found);
      for (const each of Map.groupBy(found, ({ name }) => name).values()) console.error(inWords(each));
      expect(found.map(({ name, invariant, what }) => `${invariant} in "${name}": ${what}`)).toEqual([]);
    },
    cases.length * CASE_LIMIT_MS,
  );

  afterAll(() =>
    console.log(figures("faults", ran, { violations, takeoversMs: [] }, { repeats: 1, seed: SEED })),
  );
});
