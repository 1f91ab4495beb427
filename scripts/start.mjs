// `npm start`: builds when there is something to build, then becomes the app: main.js runs in this very
// process, so signals reach it. Only the version check runs on an old Node, so nothing is imported above it.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `Talking Photo needs Node 22.19 or newer and this is ${process.versions.node}: install Node 24, or use npm start, which brings it along on Linux x64.`,
  );
  process.exit(1);
}

const { BuildError, buildIfStale } = await import("./build.mjs");
const { fileURLToPath } = await import("node:url");
try {
  await buildIfStale(fileURLToPath(new URL("..", import.meta.url)));
} catch (error) {
  console.error(error instanceof BuildError ? error.message : error);
  process.exit(1);
}

process.setSourceMapsEnabled(true);
await import(new URL("../dist/main.js", import.meta.url).href);
