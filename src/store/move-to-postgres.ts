import { existsSync } from "node:fs";
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { databasePath, openDatabase } from "./open-database.ts";
import { type Connection, openPostgres } from "./postgres-database.ts";

/** Rows sent in one statement. */
const BATCH = 500;
/** In `meta`: which store was moved here, so that a move that broke off after its commit is only finished. */
const MOVED_FROM = "moved_from";

/** Its message is all the operator needs. */
export class MoveError extends Error {
  override readonly name = "MoveError";
}

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** Columns that are 0 and 1 here and booleans there. */
  readonly booleans?: readonly string[];
  /** Numbered by the database itself: its count must go on after the highest. */
  readonly numbered?: boolean;
}

/** Everything but `meta`, which each store has its own of. */
export const TABLES: readonly Table[] = [
  {
    name: "jobs",
    columns: [
      ...[
        "id",
        "workspace_id",
        "requester_id",
        "status",
        "accepted_at",
        "due_at",
        "queued_at",
        "waits_for_slot",
      ],
      ...["holds_slot", "turn", "content_key", "response_url", "job"],
    ],
    booleans: ["waits_for_slot", "holds_slot"],
  },
  { name: "intake_keys", columns: ["key", "job_id", "seen_at"] },
  { name: "attempts", columns: ["key", "job_id", "number", "started_at", "render_id"] },
  { name: "media_links", columns: ["key", "job_id", "attempt_key", "file", "expires_at"] },
  { name: "audit", columns: ["id", "at", "job_id", "effect", "attempt", "outcome"], numbered: true },
  { name: "renders", columns: ["finished_at", "took_ms"] },
  {
    name: "watched_channels",
    columns: ["workspace_id", "channel_id", "switched_on_by", "switched_on_at"],
  },
  {
    name: "forms",
    columns: ["id", "channel_id", "thread_ts", "taken", "response_url", "opened_at", "job_id"],
  },
  { name: "speeches", columns: ["key", "job_id", "url", "at"] },
  { name: "habits", columns: ["workspace_id", "whose", "habits"] },
  {
    name: "installations",
    columns: [
      ...[
        "id",
        "name",
        "is_enterprise",
        "app_id",
        "bot_user_id",
        "scopes",
        "installed_by",
        "installed_at",
        "sealed",
      ],
    ],
    booleans: ["is_enterprise"],
  },
];

export interface Moved {
  readonly jobs: number;
  readonly unfinished: number;
  readonly rows: number;
}

/**
 * Brings everything in `dataDir` to the empty database at `url`, jobs in flight included: all or nothing. Then the
 * file is put aside, so that nobody goes on with the same jobs from there. Run again after it broke off, it goes on.
 * @throws MoveError, StoreInUseError
 */
export async function moveToPostgres(dataDir: string, url: string): Promise<Moved> {
  const path = databasePath(dataDir);
  if (!existsSync(path))
    throw new MoveError(`There is no store in ${dataDir}: check DATA_DIR, or is it moved already?`);
  const source = openDatabase(dataDir);
  try {
    if (source.restored)
      throw new MoveError(
        "This store is a restored copy: start the app on it once without DATABASE_URL, so that it ends what may be finished elsewhere.",
      );
    const target = await openPostgres(url, { onError: () => {} });
    try {
      const moved = await target.transaction((db) => copyAll(source.db, db));
      source.putAside(`${path}.moved`);
      return moved;
    } finally {
      await target.close();
    }
  } finally {
    source.close();
  }
}

async function copyAll(from: DatabaseSync, to: Connection): Promise<Moved> {
  const identity = String(from.prepare("SELECT value FROM meta WHERE name = 'identity'").get()?.value);
  await to.query("LOCK TABLE jobs IN EXCLUSIVE MODE");
  const movedFrom = (await to.first("SELECT value FROM meta WHERE name = $1", [MOVED_FROM]))?.value;
  const isMoved = movedFrom === identity;
  if (!isMoved && (await to.first("SELECT 1 FROM jobs LIMIT 1")))
    throw new MoveError("The database has jobs already: DATABASE_URL must name an empty one.");
  let rows = 0;
  if (!isMoved) {
    for (const table of TABLES) rows += await copyTable(table, from, to);
    await to.query(
      "INSERT INTO meta VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      [MOVED_FROM, identity],
    );
  }
  const count = (where: string) => Number(from.prepare(`SELECT count(*) AS n FROM jobs ${where}`).get()?.n);
  return { jobs: count(""), unfinished: count("WHERE due_at IS NOT NULL"), rows };
}

async function copyTable(
  { name, columns, booleans = [], numbered }: Table,
  from: DatabaseSync,
  to: Connection,
) {
  const list = columns.join(", ");
  let count = 0;
  let batch: Record<string, SQLOutputValue | boolean>[] = [];
  const send = async () => {
    if (batch.length === 0) return;
    await to.query(
      `INSERT INTO ${name} (${list}) SELECT ${list} FROM json_populate_recordset(NULL::${name}, $1::json)`,
      [JSON.stringify(batch)],
    );
    count += batch.length;
    batch = [];
  };
  for (const row of from.prepare(`SELECT ${list} FROM ${name}`).iterate()) {
    const values = Object.entries(row).map(([column, value]) => [
      column,
      booleans.includes(column) ? value === 1 : column === "job" ? JSON.parse(String(value)) : value,
    ]);
    batch.push(Object.fromEntries(values));
    if (batch.length === BATCH) await send();
  }
  await send();
  if (numbered && count > 0)
    await to.query(`SELECT setval(pg_get_serial_sequence('${name}', 'id'), (SELECT max(id) FROM ${name}))`);
  return count;
}
