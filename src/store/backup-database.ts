import { existsSync } from "node:fs";
import { chmod, open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { markAsCopy } from "./identity.ts";
import { databasePath, withStoreStopped } from "./open-database.ts";

/** Its message is all the operator needs. */
export class BackupError extends Error {
  override readonly name = "BackupError";
}

/**
 * A consistent copy of the store in `dataDir`, also while the app works on it, as one file that knows that it is a
 * copy. The file is there whole or not at all. Media are not in it: an app that runs on the copy ends every
 * unfinished job, and nobody needs them.
 * @throws BackupError
 */
export async function backupDatabase(dataDir: string, toPath: string): Promise<{ readonly jobs: number }> {
  const from = databasePath(resolve(dataDir));
  const to = resolve(toPath);
  if (!existsSync(from)) throw new BackupError(`There is no store in ${resolve(dataDir)}: check DATA_DIR.`);
  if (existsSync(to))
    throw new BackupError(`${to} is there already: name a new file, or move that one away.`);
  if (!existsSync(dirname(to))) throw new BackupError(`There is no folder ${dirname(to)}: make it first.`);
  const partial = `${to}.partial`;
  await rm(partial, { force: true });
  try {
    const source = new DatabaseSync(from, { readOnly: true });
    try {
      await backup(source, partial);
    } finally {
      source.close();
    }
    await chmod(partial, 0o600);
    const jobs = finish(partial);
    await sync(partial);
    await rename(partial, to);
    await sync(dirname(to));
    return { jobs };
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/**
 * Makes the next start treat the store as a copy, for one that was put back in a way that cannot be seen.
 * @throws BackupError, StoreInUseError
 */
export function markDatabaseAsCopy(dataDir: string): void {
  const path = databasePath(resolve(dataDir));
  if (!existsSync(path)) throw new BackupError(`There is no store in ${resolve(dataDir)}: check DATA_DIR.`);
  withStoreStopped(dataDir, () => {
    const db = new DatabaseSync(path);
    try {
      markAsCopy(db);
    } finally {
      db.close();
    }
  });
}

/** Marks it, checks it, and leaves one file without a log beside it. */
function finish(path: string): number {
  const db = new DatabaseSync(path);
  try {
    db.exec("PRAGMA journal_mode = DELETE");
    markAsCopy(db);
    const verdict = db.prepare("PRAGMA integrity_check").get()?.integrity_check;
    if (verdict !== "ok") throw new BackupError(`The copy is damaged: ${verdict}`);
    return Number(db.prepare("SELECT count(*) AS n FROM jobs").get()?.n);
  } finally {
    db.close();
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
