import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { InstallationId } from "../job/ids.ts";

/** Ids and boxes of the installations in `dataDir`, read beside a process that may be at work there. */
export function readInstallations(dataDir: string): { id: InstallationId; sealed: string }[] {
  const path = join(dataDir, "talkingphoto.sqlite");
  if (!existsSync(path)) return [];
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const known = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'installations'").get();
    const rows = known ? db.prepare("SELECT id, sealed FROM installations").all() : [];
    return rows.map(({ id, sealed }) => ({ id: String(id) as InstallationId, sealed: String(sealed) }));
  } finally {
    db.close();
  }
}
