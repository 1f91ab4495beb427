import type { SQLOutputValue } from "node:sqlite";
import type { InstallationId, UserId } from "../job/ids.ts";
import type { Installation, InstallationStore } from "./installations.ts";
import { createLocalTurns } from "./local-turns.ts";
import type { Statements } from "./sqlite-statements.ts";

/** `patiently` writes what was learned from Slack and cannot be asked for again. */
export function createSqliteInstallations(
  { sql, first, run }: Statements,
  patiently: <T>(work: () => T) => Promise<T>,
): InstallationStore {
  // One process: its own turns will do.
  const inTurn = createLocalTurns<InstallationId>();

  return {
    find: async (id) => parse(first("SELECT * FROM installations WHERE id = ?", id)),
    save: (installation) =>
      patiently(() =>
        run(
          `INSERT INTO installations
             (id, name, is_enterprise, app_id, bot_user_id, scopes, installed_by, installed_at, sealed)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET name = excluded.name, is_enterprise = excluded.is_enterprise,
             app_id = excluded.app_id, bot_user_id = excluded.bot_user_id, scopes = excluded.scopes,
             installed_by = excluded.installed_by, installed_at = excluded.installed_at, sealed = excluded.sealed`,
          installation.id,
          installation.name,
          installation.isEnterpriseInstall ? 1 : 0,
          installation.appId,
          installation.botUserId,
          installation.scopes.join(","),
          installation.installedBy,
          installation.installedAt,
          installation.sealed,
        ),
      ),
    replaceSealed: (id, was, sealed) =>
      patiently(
        () =>
          sql("UPDATE installations SET sealed = ? WHERE id = ? AND sealed = ?").run(sealed, id, was)
            .changes > 0,
      ),
    remove: (id, upTo) =>
      patiently(() => {
        if (sql("DELETE FROM installations WHERE id = ? AND installed_at <= ?").run(id, upTo).changes > 0)
          return "removed";
        return first("SELECT 1 FROM installations WHERE id = ?", id) ? "newer" : "absent";
      }),
    list: async () =>
      sql("SELECT * FROM installations")
        .all()
        .map(parse)
        .filter((installation) => installation !== undefined),
    exclusively: inTurn,
  };
}

function parse(row: Record<string, SQLOutputValue> | undefined): Installation | undefined {
  if (!row) return undefined;
  return {
    id: String(row.id) as InstallationId,
    name: String(row.name),
    isEnterpriseInstall: row.is_enterprise === 1,
    appId: String(row.app_id),
    botUserId: String(row.bot_user_id),
    scopes: String(row.scopes).split(",").filter(Boolean),
    installedBy: String(row.installed_by) as UserId,
    installedAt: Number(row.installed_at),
    sealed: String(row.sealed),
  };
}
