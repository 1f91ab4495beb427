/** `npm run crash -- [--repeats N] [--seed S] [--only part-of-a-name] [--faults] [--entry file]`: the long run. */
import { parseArgs } from "node:util";
import { build } from "./build.ts";
import { pairedFaultCases, singleFaultCases } from "./fault-cases.ts";
import { killCases } from "./points.ts";
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
const cases = Array.from({ length: repeats }, () =>
  random.shuffle(
    values.faults ? [...singleFaultCases(random), ...pairedFaultCases(PAIRS, random)] : killCases(random),
  ),
)
  .flat()
  .filter((test) => test.name.includes(values.only))
  .map((test) => ({ ...test, world: { ...test.world, ...(values.entry && { entry: values.entry }) } }));

let ended = 0;
const violations = await runCases(cases, (test, found) => {
  ended += 1;
  console.log(found.length > 0 ? `\n${inWords(found)}\n` : `${ended}/${cases.length} ok: ${test.name}`);
});
for (const { name, invariant, what } of violations) console.log(`${invariant} in "${name}": ${what}`);
console.log(figures(values.faults ? "faults" : "crashes", cases, violations, { repeats, seed }));
process.exitCode = violations.length === 0 ? 0 : 1;
