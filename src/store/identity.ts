import { chmodSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";

/**
 * Which file a store was written in, so that a copy of it is recognised: what was unfinished in the copy may have
 * been finished by the original. Kept inside the store, so that every way of copying it takes it along.
 */
const NAME = "identity";
/** Written instead into backups, which are copies wherever they are put. */
const COPY = "copy";

/** True when the store was last taken into use as another file than the one at `path`. */
export function isCopy(db: DatabaseSync, path: string): boolean {
  const row = db.prepare("SELECT value FROM meta WHERE name = ?").get(NAME);
  return row !== undefined && !sameFile(String(row.value), identityOf(path));
}

/** From now on the file at `path` is the original. */
export function becomeOriginal(db: DatabaseSync, path: string): void {
  write(db, identityOf(path));
}

/** Whoever opens this store next has a copy. Works on stores that a migration has not reached yet, too. */
export function markAsCopy(db: DatabaseSync): void {
  db.exec(
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
  );
  write(db, COPY);
}

function write(db: DatabaseSync, identity: string): void {
  db.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)").run(NAME, identity);
}

/** `inode-birthtime`. An inode's number is given to the next file soon after; the two together never are. */
function identityOf(path: string): string {
  const touched = touch(path);
  const { ino, birthtimeNs, ctimeNs } = statSync(path, { bigint: true });
  const isBirth = touched && birthtimeNs !== ctimeNs && birthtimeNs !== 0n;
  return `${ino}-${isBirth ? birthtimeNs : ""}`;
}

/** Where a file system knows no time of birth, what is called so is the time of the last change, which this moves on. */
function touch(path: string): boolean {
  try {
    chmodSync(path, 0o600);
    return true;
  } catch {
    // Somebody else's file, which we may only write.
    return false;
  }
}

function sameFile(stored: string, present: string): boolean {
  const [ino, born] = stored.split("-");
  const [presentIno, presentBorn] = present.split("-");
  return ino === presentIno && (born === presentBorn || born === "" || presentBorn === "");
}
