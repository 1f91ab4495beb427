/** The app's own store, looked at and never written: which states each job was seen in. */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { hasEnded } from "../../job/job.ts";
import { parseJob } from "../../store/job-row.ts";
import { databasePath } from "../../store/open-database.ts";
import type { PageJob } from "./snapshot.ts";

const MOST_JOBS = 50;

interface Seen {
  readonly requester: string;
  readonly states: { readonly state: string; readonly at: number }[];
  isOver: boolean;
}

export class JobWatch {
  readonly #path: string;
  /** Oldest first. */
  readonly #seen = new Map<string, Seen>();
  #db: DatabaseSync | undefined;
  #version: unknown;

  constructor(dataDir: string) {
    this.#path = databasePath(dataDir);
  }

  /** Newest first. */
  get jobs(): PageJob[] {
    return [...this.#seen]
      .map(([id, { states, ...rest }]) => ({ id, ...rest, states: [...states] }))
      .reverse();
  }

  /** Does nothing while there is no store yet, or none that can be read. */
  look(): void {
    if (!this.#db && !existsSync(this.#path)) return;
    try {
      this.#db ??= new DatabaseSync(this.#path, { readOnly: true });
      // Another number whenever another process has written.
      const version = this.#db.prepare("PRAGMA data_version").get()?.data_version;
      if (version === this.#version) return;
      this.#read(this.#db);
      this.#version = version;
    } catch {
      // Locked, half made, or gone with the app: the next look opens it anew.
      this.close();
    }
  }

  close(): void {
    if (this.#db?.isOpen) this.#db.close();
    this.#db = undefined;
    this.#version = undefined;
  }

  #read(db: DatabaseSync): void {
    const rows = db
      .prepare("SELECT job FROM jobs ORDER BY accepted_at DESC, id DESC LIMIT ?")
      .all(MOST_JOBS)
      .reverse();
    for (const row of rows) {
      const job = parseJob(row.job);
      const seen = this.#seen.get(job.id) ?? { requester: job.requesterId, states: [], isOver: false };
      this.#seen.set(job.id, seen);
      const { state } = job;
      const name = state.status === "failed" ? `failed: ${state.failure.reason}` : state.status;
      if (seen.states.at(-1)?.state !== name) seen.states.push({ state: name, at: Date.now() });
      seen.isOver = hasEnded(job);
    }
    for (const id of [...this.#seen.keys()].slice(0, -MOST_JOBS)) this.#seen.delete(id);
  }
}
