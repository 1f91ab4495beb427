// `node scripts/run.mjs src/demo.ts …`: runs a TypeScript source as it stands, after a check of the Node version.
import "./require-node.mjs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const script = resolve(process.argv[2] ?? "");
process.argv.splice(1, 2, script);
await import(pathToFileURL(script).href);
