import pLimit from "p-limit";
import type { InstallationId, UserId } from "../job/ids.ts";
import type { Installation, InstallationStore } from "./installations.ts";
import { createLocalTurns } from "./local-turns.ts";
import type { PostgresDatabase, Row } from "./postgres-database.ts";

const COLUMNS = "id, name, is_enterprise, app_id, bot_user_id, scopes, installed_by, installed_at, sealed";

/** Each piece of exclusive work keeps a connection for its lock; the others are for everybody else. */
const EXCLUSIVE_AT_ONCE = 4;
/** One call to Slack, which is given up before, and a write. */
const LONGEST_WORK_MS = 30_000;

/** `patiently` writes what was learned from Slack and cannot be asked for again. */
export function createPostgresInstallations(
  database: PostgresDatabase,
  patiently: <T>(work: () => Promise<T>) => Promise<T>,
): InstallationStore {
  const { query, first } = database;
  // In one process a chain for each installation, so that the many who wait need no connection.
  const inTurn = createLocalTurns<InstallationId>();
  const exclusive = pLimit(EXCLUSIVE_AT_ONCE);

  return {
    async find(id) {
      return parse(await first(`SELECT ${COLUMNS} FROM installations WHERE id = $1`, [id]));
    },
    async save({
      id,
      name,
      isEnterpriseInstall,
      appId,
      botUserId,
      scopes,
      installedBy,
      installedAt,
      sealed,
    }) {
      await patiently(() =>
        query(
          `INSERT INTO installations (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           ON CONFLICT (id) DO UPDATE SET name = excluded.name, is_enterprise = excluded.is_enterprise,
             app_id = excluded.app_id, bot_user_id = excluded.bot_user_id, scopes = excluded.scopes,
             installed_by = excluded.installed_by, installed_at = excluded.installed_at, sealed = excluded.sealed`,
          [
            id,
            name,
            isEnterpriseInstall,
            appId,
            botUserId,
            scopes.join(","),
            installedBy,
            installedAt,
            sealed,
          ],
        ),
      );
    },
    async replaceSealed(id, was, sealed) {
      const rows = await patiently(() =>
        // Told a second time because the first answer was lost, it is still true.
        query("UPDATE installations SET sealed = $3 WHERE id = $1 AND sealed IN ($2, $3) RETURNING id", [
          id,
          was,
          sealed,
        ]),
      );
      return rows.length > 0;
    },
    async remove(id, upTo) {
      const removed = await patiently(() =>
        query("DELETE FROM installations WHERE id = $1 AND installed_at <= $2 RETURNING id", [id, upTo]),
      );
      if (removed.length > 0) return "removed";
      return (await first("SELECT 1 FROM installations WHERE id = $1", [id])) ? "newer" : "absent";
    },
    async list() {
      const rows = await query(`SELECT ${COLUMNS} FROM installations`);
      return rows.map(parse).filter((installation) => installation !== undefined);
    },
    exclusively: (id, work) =>
      inTurn(id, () =>
        exclusive(() =>
          // The lock ends with the transaction, and so with the process, however that ends.
          database.transaction(async (lock) => {
            await lock.query(`SET LOCAL idle_in_transaction_session_timeout = ${LONGEST_WORK_MS}`);
            await lock.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 2))", [id]);
            return work();
          }),
        ),
      ),
  };
}

function parse(row: Row | undefined): Installation | undefined {
  if (!row) return undefined;
  return {
    id: String(row.id) as InstallationId,
    name: String(row.name),
    isEnterpriseInstall: row.is_enterprise === true,
    appId: String(row.app_id),
    botUserId: String(row.bot_user_id),
    scopes: String(row.scopes).split(",").filter(Boolean),
    installedBy: String(row.installed_by) as UserId,
    installedAt: Number(row.installed_at),
    sealed: String(row.sealed),
  };
}
