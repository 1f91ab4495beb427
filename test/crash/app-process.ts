import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A machine that starts many at once takes its time. */
const READY_WITHIN_MS = 60_000;
const LOOK_AGAIN_MS = 15;
/** A run starts the app hundreds of times, and compiles it once. */
const COMPILE_CACHE = join(tmpdir(), "talkingphoto-compile-cache");

/** They are in groups of their own, and end with us all the same. */
const running = new Set<AppProcess>();
process.once("exit", () => {
  for (const each of running) each.signal("SIGKILL");
});

export interface AppProcessOptions {
  readonly name: string;
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  readonly dataDir: string;
}

/** The built app as its own process group, on one data folder that outlives it. Can be killed at any point. */
export class AppProcess {
  readonly name: string;
  readonly port: number;
  readonly dataDir: string;
  /** Everything it has printed, over all its starts. */
  output = "";
  starts = 0;
  /** Exit codes of all processes that are gone; null for one that was killed. */
  readonly exits: (number | null)[] = [];
  readonly #entry: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #onJobMoved: () => void;
  #child: ChildProcess | undefined;
  #ready = false;
  #closed = false;

  constructor(options: AppProcessOptions, onJobMoved: () => void) {
    this.name = options.name;
    this.#entry = options.entry;
    this.#env = options.env;
    this.port = options.port;
    this.dataDir = options.dataDir;
    this.#onJobMoved = onJobMoved;
  }

  /** Does nothing while it runs. Resolves once /readyz answers 200, or once the process is gone again: killed before it got that far. */
  async start(): Promise<void> {
    if (this.#closed || (this.#child && isAlive(this.#child))) return;
    this.starts += 1;
    const child = spawn(process.execPath, [this.#entry], {
      env: { PATH: process.env.PATH ?? "", NODE_COMPILE_CACHE: COMPILE_CACHE, ...this.#env },
      cwd: this.dataDir,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.#child = child;
    running.add(this);
    this.output += `--- start ${this.starts}\n`;
    child.stdout.on("data", (chunk) => {
      const text = String(chunk);
      this.output += text;
      if (text.includes('"job moved on"')) this.#onJobMoved();
    });
    child.stderr.on("data", (chunk) => {
      this.output += String(chunk);
    });
    child.once("exit", (code) => {
      this.exits.push(code);
      if (this.#child !== child) return;
      this.#ready = false;
      running.delete(this);
    });
    const giveUpAt = performance.now() + READY_WITHIN_MS;
    while (isAlive(child)) {
      if (await this.#answersReady()) {
        this.#ready = isAlive(child);
        return;
      }
      if (performance.now() > giveUpAt) throw new Error(`the app did not get ready:\n${this.output}`);
      await sleep(LOOK_AGAIN_MS);
    }
    if (child.signalCode !== "SIGKILL")
      throw new Error(`the app ended by itself (${child.signalCode ?? child.exitCode}):\n${this.output}`);
  }

  get isReady(): boolean {
    return this.#ready;
  }

  /** Undefined unless it runs. */
  get pid(): number | undefined {
    return this.#child && isAlive(this.#child) ? this.#child.pid : undefined;
  }

  /** To the whole group, as an operator's `kill -9` or a deploy would. Does nothing when it is gone. */
  signal(signal: NodeJS.Signals): void {
    const child = this.#child;
    if (!child || !isAlive(child) || child.pid === undefined) return;
    if (signal === "SIGKILL") this.#ready = false;
    process.kill(-child.pid, signal);
  }

  /** Resolves with the exit code once the process is gone. */
  async gone(): Promise<number | null> {
    const child = this.#child;
    if (!child) return null;
    if (isAlive(child)) await new Promise((exited) => child.once("exit", exited));
    return child.exitCode;
  }

  /** For good: a start that was still to come does nothing. */
  async close(): Promise<void> {
    this.#closed = true;
    this.signal("SIGKILL");
    await this.gone();
  }

  #answersReady(): Promise<boolean> {
    return fetch(`http://127.0.0.1:${this.port}/readyz`).then(
      (response) => response.status === 200,
      () => false,
    );
  }
}

function isAlive(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
