import { afterAll, describe, expect, it } from "vitest";
import { build } from "./build.ts";
import type { Case, Violation } from "./case.ts";
import { clusterCases, onePerPoint } from "./points.ts";
import { Random } from "./random.ts";
import { figures, inWords, runCases } from "./run-cases.ts";

/** Every call at every phase once; `npm run crash -- --processes 3` has all the moments in between. */
const SEED = 20_261;
const PROCESSES = 3;
const CASE_LIMIT_MS = 60_000;

await build();
const random = new Random(SEED);
const cases = onePerPoint(clusterCases(PROCESSES, random), random);
const ran: Case[] = [];
const violations: Violation[] = [];
const takeoversMs: number[] = [];

// All at once, and not group by group: a case waits for most of its time.
describe(`a request survives the death of one of ${PROCESSES} processes`, () => {
  it(
    "whatever it was at",
    async () => {
      const results = await runCases(cases, (test) => ran.push(test));
      violations.push(...results.violations);
      takeoversMs.push(...results.takeoversMs);
      for (const each of Map.groupBy(violations, ({ name }) => name).values()) console.error(inWords(each));
      expect(violations.map(({ name, invariant, what }) => `${invariant} in "${name}": ${what}`)).toEqual([]);
    },
    cases.length * CASE_LIMIT_MS,
  );

  afterAll(() =>
    console.log(
      figures(`crashes of one of ${PROCESSES}`, ran, { violations, takeoversMs }, { repeats: 1, seed: SEED }),
    ),
  );
});
