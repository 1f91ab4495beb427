/** The processes under measurement, watched from outside through /proc. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect, createServer } from "node:net";
import { cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Links, PUBLIC_LINKS, signedCommand } from "./command.ts";

const START_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 2;
const FIELDS_BEFORE_UTIME = 11;

/** The server has one core to itself; the generator and the stand-ins share the next. Or everybody has all. */
const CORES = { server: "0", load: "1", all: `0-${cpus().length - 1}` } as const;
export type Cores = keyof typeof CORES;
export const canPin = Object.values(CORES).every(
  (core) => spawnSync("taskset", ["-c", core, "true"]).status === 0,
);

export function pin(pid: number | undefined, to: Cores): void {
  if (canPin && pid !== undefined) spawnSync("taskset", ["-a", "-c", "-p", CORES[to], String(pid)]);
}

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export class Server {
  readonly origin: string;
  readonly #child: ChildProcess;
  readonly #spawnedAt: number;
  readonly #logPath: string;

  private constructor(child: ChildProcess, port: number, spawnedAt: number, logPath: string) {
    this.#child = child;
    this.#spawnedAt = spawnedAt;
    this.#logPath = logPath;
    this.origin = `http://127.0.0.1:${port}`;
  }

  /** `node <args>` with nothing of this process's environment but PATH; its log goes to a file, as it would in use. */
  static spawn(
    args: readonly string[],
    dir: string,
    settings: (port: number) => Record<string, string>,
    port: number,
    cores: Cores = "server",
  ): Server {
    const logPath = join(dir, "log");
    const log = openSync(logPath, "a");
    const command = canPin ? ["taskset", "-c", CORES[cores], process.execPath] : [process.execPath];
    const [program = process.execPath, ...before] = command;
    const env = { PATH: process.env.PATH ?? "", HOST: "127.0.0.1", PORT: String(port), ...settings(port) };
    const spawnedAt = performance.now();
    const child = spawn(program, [...before, ...args], { cwd: dir, env, stdio: ["ignore", log, log] });
    closeSync(log);
    return new Server(child, port, spawnedAt, logPath);
  }

  /** Milliseconds from spawn until the port takes connections. */
  async listening(): Promise<number> {
    return this.#until("listening", () => canConnect(Number(new URL(this.origin).port)));
  }

  /** Milliseconds from spawn until a command gets its 200. */
  async firstAck(links: Links = PUBLIC_LINKS): Promise<number> {
    return this.#until("acking", () => isAcked(this.origin, links));
  }

  /** Our app only. */
  async ready(): Promise<void> {
    const isReady = () =>
      fetch(`${this.origin}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await this.#until("ready", isReady);
  }

  /** For an error message. */
  logEnd(): string {
    return readFileSync(this.#logPath, "utf8").slice(-4000);
  }

  /** User and system time of all threads, in milliseconds, in steps of 10. */
  cpuMs(): number {
    return cpuOf(this.#pid).ownMs;
  }

  /** Stands still until `resume`: it costs nobody anything meanwhile. */
  suspend(): void {
    this.#child.kill("SIGSTOP");
  }

  resume(): void {
    this.#child.kill("SIGCONT");
  }

  rssMb(): number {
    return this.#memoryMb("VmRSS");
  }

  /** The kernel's high-water mark since the start or the last `resetPeak`. */
  peakMb(): number {
    return this.#memoryMb("VmHWM");
  }

  resetPeak(): void {
    writeFileSync(`/proc/${this.#pid}/clear_refs`, "5");
  }

  /** SIGKILL: what it had not written down by then is lost. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await gone;
  }

  get #pid(): number {
    if (this.#child.pid === undefined) throw new Error("the server did not start");
    return this.#child.pid;
  }

  #memoryMb(field: "VmRSS" | "VmHWM"): number {
    const status = readFileSync(`/proc/${this.#pid}/status`, "utf8");
    const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1];
    return (Number(kibibytes) * 1024) / 1e6;
  }

  async #until(what: string, isSo: () => Promise<boolean>): Promise<number> {
    while (!(await isSo())) {
      if (this.#child.exitCode !== null || performance.now() - this.#spawnedAt > START_WITHIN_MS) {
        throw new Error(`a server is not ${what}; its log:\n${this.logEnd()}`);
      }
      await sleep(LOOK_EVERY_MS);
    }
    return performance.now() - this.#spawnedAt;
  }
}

/** User and system time of a process, and of its children that have ended. */
export function cpuOf(pid: number): { readonly ownMs: number; readonly endedMs: number } {
  const fields = statOf(pid);
  const ms = (at: number) => ((Number(fields[at]) + Number(fields[at + 1])) * 1000) / TICKS_PER_SECOND;
  return { ownMs: ms(FIELDS_BEFORE_UTIME), endedMs: ms(FIELDS_BEFORE_UTIME + 2) };
}

/** The process that started this one. */
export function parentOf(pid: number): number {
  return Number(statOf(pid)[1]);
}

/** Everything after the name of the program: state, parent, … */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** A folder under `root`, gone when the scope ends. */
export function scratchFolder(root: string): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(root, "run-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
    socket.once("connect", () => socket.destroy());
  });
}

function isAcked(origin: string, links: Links): Promise<boolean> {
  const { body, headers } = signedCommand(links);
  return new Promise((resolve) => {
    const call = request(`${origin}/slack/events`, {
      method: "POST",
      agent: false,
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
    });
    call.once("error", () => resolve(false));
    call.once("response", (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode === 200));
      response.once("error", () => resolve(false));
    });
    call.end(body);
  });
}
