import { AppProcess, type AppProcessOptions } from "./app-process.ts";
import { findCaller } from "./find-caller.ts";
import type { StoreReader } from "./read-store.ts";

/** The app as a case sees it: one process on a folder of its own, or several on one database. */
export class App {
  readonly processes: AppProcess[] = [];
  /** Called when a job has visibly gone on in a process. */
  onJobMoved: ((by: AppProcess) => void) | undefined;
  readonly #store: StoreReader;
  readonly #byPort = new Map<number, AppProcess>();
  #lastSeen: AppProcess | undefined;

  constructor(first: Omit<AppProcessOptions, "name">, store: StoreReader) {
    this.#store = store;
    this.add(first);
  }

  /** One more, not started yet. */
  add(options: Omit<AppProcessOptions, "name">): AppProcess {
    const name = String.fromCharCode("A".charCodeAt(0) + this.processes.length);
    const added = new AppProcess({ ...options, name }, () => this.onJobMoved?.(added));
    this.processes.push(added);
    return added;
  }

  /** All at once, as a deployment may. */
  async start(): Promise<void> {
    await Promise.all(this.processes.map((each) => each.start()));
  }

  /** Others take over where one has died. */
  get isCluster(): boolean {
    return this.processes.length > 1;
  }

  get isReady(): boolean {
    return this.processes.some((each) => each.isReady);
  }

  get output(): string {
    if (!this.isCluster) return this.processes.map((each) => each.output).join("");
    return this.processes.map((each) => `--- process ${each.name}\n${each.output}`).join("\n");
  }

  /** Who calls from `port`; where that cannot be seen any more, who was last seen to. */
  callerFrom(port: number | undefined, isNew: boolean): AppProcess | undefined {
    const [only, ...others] = this.processes;
    if (others.length === 0 || port === undefined) return only;
    const known = isNew ? undefined : this.#byPort.get(port);
    const running = this.processes.flatMap(({ pid }) => pid ?? []);
    const pid = known ? undefined : findCaller(port, running);
    const caller = known ?? this.processes.find((each) => pid !== undefined && each.pid === pid);
    if (caller) {
      this.#byPort.set(port, caller);
      this.#lastSeen = caller;
    }
    return caller ?? this.#lastSeen;
  }

  query(sql: string): Promise<Record<string, unknown>[]> {
    return this.#store.query(sql);
  }

  /** For good: a start that was still to come does nothing. */
  async close(): Promise<void> {
    await Promise.all(this.processes.map((each) => each.close()));
    await this.#store.close();
  }
}
