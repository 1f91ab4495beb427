/** `npm run crash -- [--repeats N] [--seed S] [--only part-of-a-name] [--faults] [--processes 3] [--entry file]`: the long run. */
import { parseArgs } from "node:util";
import { startPostgres } from "../postgres/start-postgres.ts";
import { build } from "./build.ts";
import type { Case } from "./case.ts";
import { pairedFaultCases, singleFaultCases } from "./fault-cases.ts";
import { clusterCases, killCases } from "./points.ts";
import { Random } from "./random.ts";
import { figures, inWords, runCases } from "./run-cases.ts";

const PAIRS = 40;

const { values } = parseArgs({
  options: {
    repeats: { type: "string", default: "1" },
    seed: { type: "string" },
    only: { type: "string", default: "" },
    /** Faults without a crash instead of kills. */
    faults: { type: "boolean", default: false },
    /** More than one: they share a PostgreSQL, the one at TEST_DATABASE_URL or one of our own. */
    processes: { type: "string", default: "1" },
    entry: { type: "string" },
  },
});
const repeats = Number(values.repeats);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
// The app is in a process group of its own: it ends with us however we end.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

if (!values.entry) await build();
console.log(`seed ${seed}, ${repeats} ${repeats === 1 ? "repeat" : "repeats"}`);
const random = new Random(seed);
const processes = Number(values.processes);
const postgres = processes > 1 ? await startPostgres() : undefined;
if (postgres) process.env.TEST_DATABASE_URL = postgres.url;
const cases = Array.from({ length: repeats }, () => random.shuffle(oneRound()))
  .flat()
  .filter((test) => test.name.includes(values.only))
  .map((test) => ({ ...test, world: { ...test.world, ...(values.entry && { entry: values.entry }) } }));

let ended = 0;
const results = await runCases(cases, (test, { violations, takeoversMs }) => {
  ended += 1;
  const took = takeoversMs.map((ms) => `${(ms / 1000).toFixed(1)} s`).join(", ");
  console.log(
    violations.length > 0
      ? `\n${inWords(violations)}\n`
      : `${ended}/${cases.length} ok: ${test.name}${took && `; taken over after ${took}`}`,
  );
});
for (const { name, invariant, what } of results.violations) console.log(`${invariant} in "${name}": ${what}`);
const kind = values.faults ? "faults" : processes > 1 ? `crashes of one of ${processes}` : "crashes";
console.log(figures(kind, cases, results, { repeats, seed }));
process.exitCode = results.violations.length === 0 ? 0 : 1;
await postgres?.close();

function oneRound(): Case[] {
  if (values.faults) return [...singleFaultCases(random), ...pairedFaultCases(PAIRS, random)];
  return processes > 1 ? clusterCases(processes, random) : killCases(random);
}
