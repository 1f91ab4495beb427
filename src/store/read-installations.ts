import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { InstallationId } from "../job/ids.ts";
import { databasePath } from "./open-database.ts";

export interface SealedInstallation {
  readonly id: InstallationId;
  readonly sealed: string;
}

const SELECT = "SELECT id, sealed FROM installations";

/** Ids and boxes of all installations, read beside processes that may be at work there. */
export async function readInstallations(from: {
  readonly dataDir: string;
  readonly databaseUrl?: string;
}): Promise<SealedInstallation[]> {
  const rows = from.databaseUrl === undefined ? readFile(from.dataDir) : await readDatabase(from.databaseUrl);
  return rows.map(({ id, sealed }) => ({ id: String(id) as InstallationId, sealed: String(sealed) }));
}

function readFile(dataDir: string): Record<string, unknown>[] {
  const path = databasePath(dataDir);
  if (!existsSync(path)) return [];
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const known = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'installations'").get();
    return known ? db.prepare(SELECT).all() : [];
  } finally {
    db.close();
  }
}

async function readDatabase(url: string): Promise<Record<string, unknown>[]> {
  const { Client } = (await import("pg")).default;
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  await client.connect();
  try {
    const known = await client.query("SELECT to_regclass('installations') IS NOT NULL AS known");
    return known.rows[0]?.known ? (await client.query(SELECT)).rows : [];
  } finally {
    await client.end();
  }
}
