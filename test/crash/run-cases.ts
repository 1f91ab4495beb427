import pLimit from "p-limit";
import { type Case, type Ran, runCase, type Violation } from "./case.ts";

/** Two cores, and a case waits about half of its time. */
const AT_ONCE = 3;
/** One with several processes waits for the heartbeat of a dead one nearly all the time. */
const CLUSTERS_AT_ONCE = 6;

/** What is promised; printed, not asserted. */
const TAKEOVER_AIM_MS = 15_000;

export interface Results {
  /** In the order of the cases. */
  readonly violations: readonly Violation[];
  readonly takeoversMs: readonly number[];
}

/** Runs them side by side. */
export async function runCases(
  cases: readonly Case[],
  onEnd?: (test: Case, ran: Ran) => void,
): Promise<Results> {
  const limit = pLimit(cases.some(isCluster) ? CLUSTERS_AT_ONCE : AT_ONCE);
  const results = await Promise.all(
    cases.map((test) =>
      limit(async () => {
        const first = await runCase(test);
        // A port that was taken, a kill that came too late: the case has shown nothing yet.
        const { violations } = first;
        const shown = violations.length === 0 || violations.some(({ invariant }) => invariant !== "harness");
        const ran = shown ? first : await runCase(test);
        onEnd?.(test, ran);
        return ran;
      }),
    ),
  );
  return {
    violations: results.flatMap(({ violations }) => violations),
    takeoversMs: results.flatMap(({ takeoversMs }) => takeoversMs),
  };
}

function isCluster({ world }: Case): boolean {
  return (world.processes ?? 1) > 1;
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
  { violations, takeoversMs }: Results,
  { repeats, seed }: { repeats: number; seed: number },
): string {
  const points = new Set(cases.map((test) => test.point)).size;
  const broken = new Set(violations.map((violation) => violation.name)).size;
  const counted = `${kind}: ${points} points, ${repeats} ${repeats === 1 ? "repeat" : "repeats"}, ${cases.length} cases, ${broken} with a violation`;
  return `${counted}${takeovers(takeoversMs)} (seed ${seed})`;
}

function takeovers(all: readonly number[]): string {
  if (all.length === 0) return "";
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  const slow = all.filter((ms) => ms > TAKEOVER_AIM_MS).length;
  return `, ${all.length} takeovers, the slowest ${seconds(Math.max(...all))} s, ${slow} over ${TAKEOVER_AIM_MS / 1000} s`;
}
