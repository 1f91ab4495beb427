import { runSandbox } from "./run-sandbox.ts";

const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => ending.abort());

process.exitCode = await runSandbox(process.argv.slice(2), ending.signal);
