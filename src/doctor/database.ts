import { MIGRATIONS } from "../store/postgres-database.ts";
import { type Finding, whyUnanswered } from "./finding.ts";

/** pg-boss needs nothing newer, and nothing older was tried. */
const OLDEST_VERSION = 13;

/** By SQLSTATE and by Node's code. */
const ADVICE: Readonly<Record<string, string>> = {
  "28P01": "the user or the password in DATABASE_URL is wrong",
  "28000": "the server lets this user in from here not at all: see its pg_hba.conf",
  "3D000": "there is no such database: make it with createdb, owned by the user in DATABASE_URL",
  "53300": "the server has no connection left: raise its max_connections",
  ENOTFOUND: "there is no such host: check the name in DATABASE_URL",
  ECONNREFUSED: "nothing listens there: is PostgreSQL running, and open to this machine?",
};

/** Whether the database can be reached and written to, and fits this version. Changes nothing that stays. */
export async function checkDatabase(url: string, timeoutMs: number): Promise<Finding> {
  const about = "Store";
  // Loaded only where there is something to ask.
  const { Client } = (await import("pg")).default;
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query(
      `SELECT current_setting('server_version_num')::int / 10000 AS version, pg_is_in_recovery() AS standby,
         has_database_privilege(current_database(), 'CREATE') AS may_create,
         to_regclass('talkingphoto_schema') IS NOT NULL AS known`,
    );
    const { version, standby, may_create: mayCreate, known } = rows[0];
    const bad = (text: string): Finding => ({ mark: "✗", about, text });
    if (version < OLDEST_VERSION)
      return bad(`this is PostgreSQL ${version}: ${OLDEST_VERSION} or newer is needed`);
    if (standby) return bad("DATABASE_URL leads to a standby, which only reads: name the primary server");
    if (!mayCreate)
      return bad(
        "this user may not create schemas there: GRANT CREATE ON DATABASE … TO the user of DATABASE_URL",
      );
    // Through a pooler that hands connections out by the transaction, the next question goes to another one.
    await client.query("LISTEN talkingphoto_doctor");
    const listening = await client.query("SELECT 1 FROM pg_listening_channels()");
    if (listening.rowCount === 0)
      return bad(
        "DATABASE_URL leads to a pooler in transaction mode: name the server itself, or use session mode",
      );
    if (!known)
      return { mark: "✓", about, text: `PostgreSQL ${version}, empty: the app sets it up at its start` };
    const schema = (await client.query("SELECT version FROM talkingphoto_schema")).rows[0]?.version ?? 0;
    if (schema > MIGRATIONS.length)
      return bad(`it was written by a newer version of this app (schema ${schema}): take that one`);
    return { mark: "✓", about, text: `PostgreSQL ${version}, schema ${schema} of ${MIGRATIONS.length}` };
  } catch (error) {
    const { hostname, port, pathname } = new URL(url);
    const where = `${hostname}:${port || "5432"}${pathname}`;
    const why = whyUnanswered(error);
    return {
      mark: "✗",
      about,
      text: `${where}: ${ADVICE[why] ?? `cannot be asked (${why}): check DATABASE_URL, and whether this machine may connect`}`,
    };
  } finally {
    await client.end().catch(() => {});
  }
}
