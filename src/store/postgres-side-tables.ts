import type { Habits } from "../job/habits.ts";
import type { ChannelId } from "../job/ids.ts";
import type { JobStore } from "../job/store.ts";
import type { Connection } from "./postgres-database.ts";
import { FORMS_KEPT_MS, formIn } from "./sqlite-side-tables.ts";

type SideTables = Pick<
  JobStore,
  "isWatched" | "watchedChannels" | "setWatched" | "findHabits" | "saveHabits" | "saveForm" | "findForm"
>;

/** What is kept beside the jobs: watched channels, habits, and forms that are open. */
export function createSideTables({ query, first }: Connection, now: () => number): SideTables {
  return {
    isWatched: async (workspaceId, channelId) =>
      (await first("SELECT 1 FROM watched_channels WHERE workspace_id = $1 AND channel_id = $2", [
        workspaceId,
        channelId,
      ])) !== undefined,
    async watchedChannels(workspaceId) {
      const rows = await query(
        "SELECT channel_id FROM watched_channels WHERE workspace_id = $1 ORDER BY channel_id",
        [workspaceId],
      );
      return rows.map((row) => String(row.channel_id) as ChannelId);
    },
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

    async saveForm({ id, channelId, threadTs, taken, responseUrl, openedAt, jobId }) {
      await query("DELETE FROM forms WHERE opened_at < $1", [now() - FORMS_KEPT_MS]);
      await query(
        `INSERT INTO forms (id, channel_id, thread_ts, taken, response_url, opened_at, job_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
        [
          id,
          channelId ?? "",
          threadTs ?? null,
          JSON.stringify(taken),
          responseUrl ?? null,
          openedAt,
          jobId ?? null,
        ],
      );
    },
    async findForm(id) {
      const row = await first(
        "SELECT channel_id, thread_ts, taken, response_url, opened_at, job_id FROM forms WHERE id = $1",
        [id],
      );
      return row && formIn(id, row);
    },

    async findHabits(workspaceId, whose) {
      const row = await first("SELECT habits FROM habits WHERE workspace_id = $1 AND whose = $2", [
        workspaceId,
        whose,
      ]);
      return row && (JSON.parse(String(row.habits)) as Habits);
    },
    async saveHabits(workspaceId, whose, habits) {
      await query(
        `INSERT INTO habits VALUES ($1, $2, jsonb_strip_nulls($3::jsonb)::text)
         ON CONFLICT (workspace_id, whose)
         DO UPDATE SET habits = jsonb_strip_nulls(habits.habits::jsonb || $3::jsonb)::text`,
        [workspaceId, whose, JSON.stringify(habits)],
      );
    },
  };
}
