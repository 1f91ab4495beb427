import type { Connection } from "./postgres-database.ts";

/** As on SQLite (`identity.ts`): kept inside the database, so that every way of copying it takes it along. */
const NAME = "identity";
const COPY = "copy";
/** SQLSTATE insufficient_privilege */
const NOT_ALLOWED = "42501";

/**
 * Whether what is in this database was last used as another one: restored from a dump, or brought to another server.
 * Used for the first time, it becomes an original. A server whose own disk was put back to an earlier state cannot
 * be told from itself: that is what `npm run restored` is for.
 */
export async function isCopy(connection: Connection): Promise<boolean> {
  const present = await identityOf(connection);
  await connection.query("INSERT INTO meta VALUES ($1, $2) ON CONFLICT DO NOTHING", [NAME, present]);
  const row = await connection.first("SELECT value FROM meta WHERE name = $1", [NAME]);
  return row?.value !== present;
}

/** From now on this database is the original. */
export async function becomeOriginal(connection: Connection): Promise<void> {
  await connection.query("UPDATE meta SET value = $2 WHERE name = $1", [NAME, await identityOf(connection)]);
}

/** Whoever opens this database next has a copy. */
export async function markAsCopy(connection: Connection): Promise<void> {
  await connection.query(
    "INSERT INTO meta VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value",
    [NAME, COPY],
  );
}

/** `system identifier-oid`: given to a cluster and to a database once, when they are made. */
async function identityOf(connection: Connection): Promise<string> {
  const row = await connection.first(
    "SELECT oid::text AS oid FROM pg_database WHERE datname = current_database()",
  );
  return `${await systemOf(connection)}-${row?.oid}`;
}

async function systemOf(connection: Connection): Promise<string> {
  // Not every hosted server lets its users ask; then the database's own number has to do.
  const row = await connection.first(
    "SELECT has_function_privilege('pg_control_system()', 'execute') AS allowed",
  );
  if (row?.allowed !== true) return "";
  try {
    const system = await connection.first("SELECT system_identifier::text AS id FROM pg_control_system()");
    return String(system?.id);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === NOT_ALLOWED) return "";
    throw error;
  }
}
