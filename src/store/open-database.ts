import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { becomeOriginal, isCopy } from "./identity.ts";
import { start } from "./migrations/001-start.ts";
import { installations } from "./migrations/002-installations.ts";
import { meta } from "./migrations/003-meta.ts";
import { turns } from "./migrations/004-turns.ts";
import { lanes } from "./migrations/005-lanes.ts";
import { speech } from "./migrations/006-speech.ts";

export const MIGRATIONS: readonly string[] = [start, installations, meta, turns, lanes, speech];
const FILE_NAME = "talkingphoto.sqlite";

/** Another process works on this DATA_DIR. The message says which. */
export class StoreInUseError extends Error {
  override readonly name = "StoreInUseError";
}

export interface OpenDatabase {
  readonly db: DatabaseSync;
  /** It is a copy of another one; until `becomeOriginal`. */
  readonly restored: boolean;
  /** Runs on the connection, so it belongs to the transaction that is open there. */
  becomeOriginal(): void;
  /** Closes it, and gives its file another name while nobody else can have it. */
  putAside(toPath: string): void;
  close(): void;
}

/**
 * Opens the one database of `dataDir` for this process alone and brings it to the newest version.
 * The claim is a lock in a file of its own that the kernel drops when the process dies, however it dies;
 * the database itself stays readable for backups and for looking at.
 * @throws StoreInUseError when another process holds it.
 */
export function openDatabase(dataDir: string): OpenDatabase {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = claim(dataDir);
  try {
    const path = databasePath(dataDir);
    const db = new DatabaseSync(path);
    db.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 100; PRAGMA foreign_keys = ON;",
    );
    migrate(db);
    const restored = isCopy(db, path);
    if (!restored) becomeOriginal(db, path);
    return {
      db,
      restored,
      becomeOriginal: () => becomeOriginal(db, path),
      putAside(toPath) {
        // One file, without a log beside it.
        db.exec("PRAGMA journal_mode = DELETE");
        db.close();
        renameSync(path, toPath);
      },
      close() {
        if (db.isOpen) db.close();
        lock.close();
      },
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** Runs `work` while no app can be on this store. @throws StoreInUseError */
export function withStoreStopped(dataDir: string, work: () => void): void {
  const lock = claim(dataDir);
  try {
    work();
  } finally {
    lock.close();
  }
}

export function databasePath(dataDir: string): string {
  return join(dataDir, FILE_NAME);
}

function claim(dataDir: string): DatabaseSync {
  const ownerPath = join(dataDir, "owner.json");
  const lock = new DatabaseSync(join(dataDir, "lock.sqlite"));
  try {
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;");
  } catch (error) {
    lock.close();
    throw new StoreInUseError(
      `The data folder is in use by ${ownerOf(ownerPath)}. Stop that one first, or set another DATA_DIR.`,
      {
        cause: error,
      },
    );
  }
  writeFileSync(
    ownerPath,
    JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() }),
  );
  return lock;
}

function ownerOf(path: string): string {
  try {
    const { pid, host, since } = JSON.parse(readFileSync(path, "utf8"));
    return `process ${pid} on ${host} since ${since}`;
  } catch {
    return "another process";
  }
}

/** Forwards only, each version in a transaction of its own. */
function migrate(db: DatabaseSync): void {
  const row = db.prepare("PRAGMA user_version").get();
  const version = Number(row?.user_version ?? 0);
  if (version > MIGRATIONS.length) {
    throw new Error(
      `The data folder was written by a newer version (schema ${version}, this one knows ${MIGRATIONS.length}).`,
    );
  }
  MIGRATIONS.slice(version).forEach((sql, index) => {
    db.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${version + index + 1}; COMMIT;`);
  });
}
