import pLimit from "p-limit";
import { type Case, runCase, type Violation } from "./case.ts";

/** Two cores, and a case waits about half of its time. */
const AT_ONCE = 3;

/** Runs them side by side; the violations come in the order of the cases. */
export async function runCases(
  cases: readonly Case[],
  onEnd?: (test: Case, violations: readonly Violation[]) => void,
): Promise<Violation[]> {
  const limit = pLimit(AT_ONCE);
  const results = await Promise.all(
    cases.map((test) =>
      limit(async () => {
        const first = await runCase(test);
        // A port that was taken, a kill that came too late: the case has shown nothing yet.
        const shown = first.length === 0 || first.some(({ invariant }) => invariant !== "harness");
        const violations = shown ? first : await runCase(test);
        onEnd?.(test, violations);
        return violations;
      }),
    ),
  );
  return results.flat();
}

/** One case's violations with everything needed to understand them. */
export function inWords(violations: readonly Violation[]): string {
  const [first] = violations;
  if (!first) return "no violation";
  const what = violations.map((each) => `  ${each.invariant}: ${each.what}`);
  return [`VIOLATION in "${first.name}"`, ...what, first.report].join("\n");
}

/** The one line at the end of a run. */
export function figures(
  kind: string,
  cases: readonly Case[],
  violations: readonly Violation[],
  { repeats, seed }: { repeats: number; seed: number },
): string {
  const points = new Set(cases.map((test) => test.point)).size;
  const broken = new Set(violations.map((violation) => violation.name)).size;
  return `${kind}: ${points} points, ${repeats} ${repeats === 1 ? "repeat" : "repeats"}, ${cases.length} cases, ${broken} with a violation (seed ${seed})`;
}
