/** `npm run messages`: makes docs/messages.md and its pictures anew. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderDocs } from "./render-docs.ts";

const DOCS = join(import.meta.dirname, "../../docs");

rmSync(join(DOCS, "messages"), { recursive: true, force: true });
mkdirSync(join(DOCS, "messages"));
const files = await renderDocs();
for (const [path, content] of files) writeFileSync(join(DOCS, path), content);
console.log(`${files.size - 1} pictures and docs/messages.md`);
