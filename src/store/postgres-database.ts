import { Pool, type PoolClient } from "pg";
import { start } from "./postgres-migrations/001-start.ts";
import { speech } from "./postgres-migrations/002-speech.ts";

export const MIGRATIONS: readonly string[] = [start, speech];

const POOL_SIZE = 24;
const CONNECT_TIMEOUT_MS = 10_000;
/** Nothing here is slow: what takes longer waits for a server in trouble. Slack gives up after 3 s. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** Of a machine that has vanished the server hears nothing for hours; what it had locked must not wait for that. */
const IDLE_IN_TRANSACTION_MS = 10_000;
/** "talkingph" in hex: no other program on this database takes this lock. */
const MIGRATION_LOCK = "0x74616c6b696e6770";

export type Row = Readonly<Record<string, unknown>>;

export interface Connection {
  query(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  first(text: string, values?: readonly unknown[]): Promise<Row | undefined>;
  /** For texts that vary without end: a plan of each would be kept for ever. */
  queryOnce(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

export interface PostgresDatabase extends Connection {
  /** All that `work` writes is kept, or nothing. Resolves once it is on disk. */
  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Connects to `url` and brings the database to the newest version. Many processes may do so at once. */
export async function openPostgres(
  url: string,
  { onError }: { onError: (error: Error) => void },
): Promise<PostgresDatabase> {
  const pool = new Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    application_name: "talkingphoto",
    keepAlive: true,
  });
  pool.on("error", onError);
  // A connection that is cut between two statements of a transaction: the next statement says so. Without a
  // listener the process would end.
  pool.on("connect", (client) => client.on("error", () => {}));
  const database = createDatabase(pool);
  try {
    await migrate(pool);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

function createDatabase(pool: Pool): PostgresDatabase {
  return {
    ...connectionOn(pool),
    async transaction(work) {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query("BEGIN");
        const result = await work(connectionOn(client));
        await client.query("COMMIT");
        return result;
      } catch (error) {
        await client.query("ROLLBACK").catch((failure: Error) => {
          broken = failure;
        });
        throw error;
      } finally {
        // A connection that cannot even roll back is not used again.
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}

/** Statements by their text, each planned once a connection: most of them run for every step of every job. */
const names = new Map<string, string>();

function connectionOn(client: Pool | PoolClient): Connection {
  const query = async (text: string, values: readonly unknown[] = []): Promise<readonly Row[]> => {
    const name = names.get(text) ?? `talkingphoto_${names.size + 1}`;
    names.set(text, name);
    const { rows } = await client.query<Row>({ name, text, values: [...values] });
    return rows;
  };
  return {
    query,
    first: async (text, values) => (await query(text, values))[0],
    queryOnce: async (text, values = []) => (await client.query<Row>(text, [...values])).rows,
  };
}

/** Forwards only, one process at a time, each version in a transaction of its own. */
async function migrate(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    // Whoever comes second waits here until the first is done, however long that takes.
    await client.query("SET statement_timeout = 0");
    await client.query(`SELECT pg_advisory_lock(x'${MIGRATION_LOCK.slice(2)}'::bigint)`);
    await client.query("CREATE TABLE IF NOT EXISTS talkingphoto_schema (version integer NOT NULL)");
    const { rows } = await client.query("SELECT version FROM talkingphoto_schema");
    const version = Number(rows[0]?.version ?? 0);
    if (version > MIGRATIONS.length) {
      throw new Error(
        `The database was written by a newer version (schema ${version}, this one knows ${MIGRATIONS.length}).`,
      );
    }
    for (const [index, sql] of MIGRATIONS.entries()) {
      if (index < version) continue;
      const mark =
        index === 0
          ? "INSERT INTO talkingphoto_schema VALUES (1)"
          : `UPDATE talkingphoto_schema SET version = ${index + 1}`;
      await client.query(`BEGIN; ${sql}; ${mark}; COMMIT;`);
    }
  } finally {
    // Its settings, and the lock with it, go with the connection.
    client.release(true);
  }
}
