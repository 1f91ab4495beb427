import type { ChannelId, MessageTs } from "../job/ids.ts";
import type { JobStore, TakenFiles } from "../job/store.ts";
import type { Connection } from "./postgres-database.ts";
import { FORMS_KEPT_MS } from "./sqlite-side-tables.ts";

type SideTables = Pick<JobStore, "isWatched" | "setWatched" | "saveForm" | "findForm">;

/** What is kept beside the jobs: watched channels and forms that are open. */
export function createSideTables({ query, first }: Connection, now: () => number): SideTables {
  return {
    isWatched: async (workspaceId, channelId) =>
      (await first("SELECT 1 FROM watched_channels WHERE workspace_id = $1 AND channel_id = $2", [
        workspaceId,
        channelId,
      ])) !== undefined,
    async setWatched(workspaceId, channelId, by, on) {
      await (on
        ? query("INSERT INTO watched_channels VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", [
            workspaceId,
            channelId,
            by,
            now(),
          ])
        : query("DELETE FROM watched_channels WHERE workspace_id = $1 AND channel_id = $2", [
            workspaceId,
            channelId,
          ]));
    },

    async saveForm({ id, channelId, threadTs, taken, responseUrl, openedAt }) {
      await query("DELETE FROM forms WHERE opened_at < $1", [now() - FORMS_KEPT_MS]);
      await query("INSERT INTO forms VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING", [
        id,
        channelId,
        threadTs ?? null,
        JSON.stringify(taken),
        responseUrl ?? null,
        openedAt,
      ]);
    },
    async findForm(id) {
      const row = await first(
        "SELECT channel_id, thread_ts, taken, response_url, opened_at FROM forms WHERE id = $1",
        [id],
      );
      if (!row) return undefined;
      return {
        id,
        channelId: String(row.channel_id) as ChannelId,
        openedAt: Number(row.opened_at),
        taken: JSON.parse(String(row.taken)) as TakenFiles,
        ...(typeof row.thread_ts === "string" ? { threadTs: row.thread_ts as MessageTs } : {}),
        ...(typeof row.response_url === "string" ? { responseUrl: row.response_url } : {}),
      };
    },
  };
}
