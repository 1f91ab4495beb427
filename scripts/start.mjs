// `npm start`: builds when there is something to build, then becomes the app: main.js runs in this very
// process, so signals reach it. What it needs of a newer Node is imported after the version check.
import "./require-node.mjs";

const { BuildError, buildIfStale } = await import("./build.mjs");
const { enableCompileCache } = await import("node:module");
const { fileURLToPath } = await import("node:url");
try {
  await buildIfStale(fileURLToPath(new URL("..", import.meta.url)));
} catch (error) {
  console.error(error instanceof BuildError ? error.message : error);
  process.exit(1);
}

// Code that was compiled at an earlier start is not compiled again.
enableCompileCache();
await import(new URL("../dist/main.js", import.meta.url).href);
