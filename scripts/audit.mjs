// `npm audit` of what runs in production. Some registries have no list of advisories: then there is nothing
// to compare with, which is said and lets the run go on. A finding of high or worse fails it.
import { spawnSync } from "node:child_process";

const TIMEOUT_MS = 120_000;

const args = ["audit", "--omit=dev", "--audit-level=high", "--json"];
const { status, stdout } = spawnSync("npm", args, { encoding: "utf8", timeout: TIMEOUT_MS });
const counts = reportOf(stdout)?.metadata?.vulnerabilities;

if (!counts) {
  console.log(
    "npm audit brought no report (not every registry has a list of advisories): nothing was compared.",
  );
} else {
  console.log(`Known vulnerabilities: ${JSON.stringify(counts)}`);
  if (status !== 0) console.error("High or critical ones: see npm audit --omit=dev.");
  process.exitCode = status ?? 1;
}

function reportOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
