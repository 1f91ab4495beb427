import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { freePort } from "./free-port.ts";

/** The shell that npm puts in between must not keep the signal for itself. */
it("npm start passes SIGTERM on to the app, which ends with 0", { timeout: 60_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "talkingphoto-start-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const port = await freePort();
  const env = {
    SLACK_BOT_TOKEN: "xoxb-1-canary",
    SLACK_SIGNING_SECRET: "0123456789abcdef",
    AKOOL_API_KEY: "0123456789abcdef0123456789abcdef",
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    HOST: "127.0.0.1",
    PORT: String(port),
    DATA_DIR: dataDir,
  };
  const npm = spawn("npm", ["start"], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void npm.kill("SIGKILL"));
  let output = "";
  const ready = new Promise<void>((resolve) => {
    npm.stdout.on("data", (chunk) => {
      output += chunk;
      if (output.includes('"msg":"ready"')) resolve();
    });
  });
  const exited = new Promise<number | null>((resolve) => npm.once("exit", resolve));
  await ready;
  npm.kill("SIGTERM");
  expect(await exited).toBe(0);
  expect(output).toContain('"msg":"stopped"');
});
