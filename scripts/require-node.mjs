// One clear sentence instead of a stack trace on a Node that is too old. Imports nothing: it must run on any Node.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `Talking Photo needs Node 22.19 or newer and this is ${process.versions.node}: install Node 24, or use the npm scripts, which bring it along on Linux x64.`,
  );
  process.exit(1);
}
