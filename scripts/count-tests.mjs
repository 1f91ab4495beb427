// Prints "N passed, N failed" from vitest's JSON report, a form that every CI can read, and fails where no
// test ran.
import { readFileSync } from "node:fs";

const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(process.argv[2], "utf8"));
console.log(`${numPassedTests} passed, ${numFailedTests} failed`);
process.exitCode = numPassedTests > 0 && numFailedTests === 0 ? 0 : 1;
