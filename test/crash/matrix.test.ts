import { afterAll, describe, expect, it } from "vitest";
import { build } from "./build.ts";
import type { Case, Violation } from "./case.ts";
import { killCases } from "./points.ts";
import { Random } from "./random.ts";
import { figures, inWords, runCases } from "./run-cases.ts";

/** One fixed round here; `npm run crash` has as many others as one likes. */
const SEED = 20_260;
const CASE_LIMIT_MS = 40_000;

await build();
const cases = killCases(new Random(SEED));
const ran: Case[] = [];
const violations: Violation[] = [];

describe("a request survives the death of the app", () => {
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
    console.log(figures("crashes", ran, { violations, takeoversMs: [] }, { repeats: 1, seed: SEED })),
  );
});
