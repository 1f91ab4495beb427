/** The app as its operator runs it: `main.ts` in a process, a working folder and an environment of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { extname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const READY_WITHIN_MS = 20_000;
/** The app itself takes up to 10 s for what it is at. */
const STOP_WITHIN_MS = 12_000;
const LOOK_AGAIN_MS = 50;
/** Of the surrounding environment, only what Node needs to run: no setting and no proxy of the user's gets in. */
const PASSED_ON = ["PATH", "TMPDIR", "TEMP", "TMP", "SystemRoot"];

export interface AppOptions {
  /** Working folder, without a `.env` in it. */
  readonly folder: string;
  readonly logPath: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Called when the app ends before it is told to. */
  readonly onDeath: (error: Error) => void;
}

export interface AppProcess {
  readonly url: string;
  stop(): Promise<void>;
}

/** Resolves once the app says that it is ready. */
export async function startApp(options: AppOptions, signal: AbortSignal): Promise<AppProcess> {
  const { folder, logPath, settings, onDeath } = options;
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...passedOn(), ...settings, HOST: "127.0.0.1", PORT: `${port}`, PUBLIC_URL: url };
  // Same extension as this file: .ts from source, .js once compiled.
  const main = fileURLToPath(new URL(`../../main${extname(import.meta.url)}`, import.meta.url));
  const log = openSync(logPath, "w");
  const child = spawn(process.execPath, [main], { cwd: folder, env, stdio: ["ignore", log, log] });
  closeSync(log);

  let stopping = false;
  child.once("error", (error) => onDeath(new Error(`The app could not be started: ${error.message}.`)));
  child.once("exit", (code, by) => {
    if (!stopping) onDeath(new Error(`The app stopped by itself (${by ?? `exit code ${code}`}).`));
  });
  const stop = async () => {
    stopping = true;
    await end(child);
  };
  try {
    await waitUntilReady(url, signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

/** The end of the app's log, a line each, for people. */
export async function lastLogLines(logPath: string, count: number): Promise<string[]> {
  const text = await readFile(logPath, "utf8").catch(() => "");
  return text.split("\n").filter(Boolean).slice(-count).map(readableLogLine);
}

function readableLogLine(line: string): string {
  try {
    const { level, msg, err } = JSON.parse(line);
    return [level, msg, err?.message].filter(Boolean).join(": ");
  } catch {
    return line;
  }
}

function passedOn(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
}

async function waitUntilReady(url: string, signal: AbortSignal): Promise<void> {
  for (const giveUpAt = performance.now() + READY_WITHIN_MS; performance.now() < giveUpAt; ) {
    const answer = await fetch(`${url}/readyz`, { signal }).catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(LOOK_AGAIN_MS, undefined, { signal });
  }
  throw new Error(`The app was not ready within ${READY_WITHIN_MS / 1000} s.`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const force = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
  child.kill("SIGTERM");
  await gone;
  clearTimeout(force);
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("There is no free port.");
  return address.port;
}
