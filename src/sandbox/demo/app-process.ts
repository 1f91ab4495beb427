/** The app as its operator runs it: `main.ts` in a process, a working folder and an environment of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { extname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** It takes about a second; a machine that is busy with other things takes many. */
const READY_WITHIN_MS = 60_000;
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
  /** The same after each start. */
  readonly url: string;
  readonly state: "starting" | "running" | "stopped";
  /** Asks it to end, and waits for that. */
  stop(): Promise<void>;
  /** SIGKILL: it gets no moment to put anything in order. */
  kill(): Promise<void>;
  /** Starts it once more, on the same data. Resolves once it is ready; at once where it has not ended. */
  start(signal: AbortSignal): Promise<void>;
}

/** Resolves once the app says that it is ready. */
export async function startApp(options: AppOptions, signal: AbortSignal): Promise<AppProcess> {
  const { folder, logPath, settings, onDeath } = options;
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...passedOn(), ...settings, HOST: "127.0.0.1", PORT: `${port}`, PUBLIC_URL: url };
  // Same extension as this file: .ts from source, .js once compiled.
  const main = fileURLToPath(new URL(`../../main${extname(import.meta.url)}`, import.meta.url));
  let state: AppProcess["state"] = "stopped";
  let child: ChildProcess | undefined;

  async function start(until: AbortSignal, logFlags: "w" | "a"): Promise<void> {
    if (state !== "stopped") return;
    state = "starting";
    const log = openSync(logPath, logFlags);
    const started = spawn(process.execPath, [main], { cwd: folder, env, stdio: ["ignore", log, log] });
    closeSync(log);
    child = started;
    // Where this process dies of an error, the app is not left behind.
    const takeAlong = () => void started.kill("SIGKILL");
    process.once("exit", takeAlong);
    started.once("exit", () => process.off("exit", takeAlong));
    // Of one that was told to end, `child` is no longer this.
    const died = (error: Error) => {
      if (child !== started) return;
      child = undefined;
      state = "stopped";
      onDeath(error);
    };
    started.once("error", (error) => died(new Error(`The app could not be started: ${error.message}.`)));
    started.once("exit", (code, by) =>
      died(new Error(`The app stopped by itself (${by ?? `exit code ${code}`}).`)),
    );
    const isGone = () => child !== started;
    try {
      await waitUntilReady(url, isGone, until);
    } catch (error) {
      if (!isGone()) await stop("SIGTERM");
      throw error;
    }
    if (!isGone()) state = "running";
  }

  async function stop(by: "SIGTERM" | "SIGKILL"): Promise<void> {
    const ending = child;
    if (!ending) return;
    child = undefined;
    await end(ending, by);
    state = "stopped";
  }

  await start(signal, "w");
  return {
    url,
    get state() {
      return state;
    },
    stop: () => stop("SIGTERM"),
    kill: () => stop("SIGKILL"),
    start: (until) => start(until, "a"),
  };
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

async function waitUntilReady(url: string, isGone: () => boolean, signal: AbortSignal): Promise<void> {
  for (const giveUpAt = performance.now() + READY_WITHIN_MS; performance.now() < giveUpAt; ) {
    if (isGone()) throw new Error("The app ended before it was ready.");
    const answer = await fetch(`${url}/readyz`, { signal }).catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(LOOK_AGAIN_MS, undefined, { signal });
  }
  throw new Error(`The app was not ready within ${READY_WITHIN_MS / 1000} s.`);
}

async function end(child: ChildProcess, by: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const force = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
  child.kill(by);
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
