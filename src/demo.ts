import { runDemo } from "./sandbox/demo/run-demo.ts";

/** `npm run demo`: the whole app on this computer, with no account. */
process.exitCode = await runDemo(process.argv.slice(2));
