import { changedHabits, type Habits } from "../job/habits.ts";
import type { ChannelId, JobId, MessageTs } from "../job/ids.ts";
import type { JobStore, OpenForm, TakenFiles } from "../job/store.ts";
import type { Statements } from "./sqlite-statements.ts";

/** A form that has been open for longer is answered with "too old". */
export const FORMS_KEPT_MS = 24 * 60 * 60 * 1000;

type SideTables = Pick<
  JobStore,
  "isWatched" | "watchedChannels" | "setWatched" | "findHabits" | "saveHabits" | "saveForm" | "findForm"
>;

/** What is kept beside the jobs: watched channels, habits, and forms that are open. */
export function createSideTables(
  { sql, first, run }: Statements,
  write: <T>(work: () => T) => Promise<T>,
  now: () => number,
): SideTables {
  function habitsOf(workspaceId: string, whose: string): Habits | undefined {
    const row = first("SELECT habits FROM habits WHERE workspace_id = ? AND whose = ?", workspaceId, whose);
    return row && (JSON.parse(String(row.habits)) as Habits);
  }

  return {
    isWatched: async (workspaceId, channelId) =>
      first(
        "SELECT 1 FROM watched_channels WHERE workspace_id = ? AND channel_id = ?",
        workspaceId,
        channelId,
      ) !== undefined,
    watchedChannels: async (workspaceId) =>
      sql("SELECT channel_id FROM watched_channels WHERE workspace_id = ? ORDER BY channel_id")
        .all(workspaceId)
        .map((row) => String(row.channel_id) as ChannelId),
    setWatched: (workspaceId, channelId, by, on) =>
      write(() => {
        run("DELETE FROM watched_channels WHERE workspace_id = ? AND channel_id = ?", workspaceId, channelId);
        if (on) run("INSERT INTO watched_channels VALUES (?, ?, ?, ?)", workspaceId, channelId, by, now());
      }),

    saveForm: (form) =>
      write(() => {
        forgetOldForms({ run }, now());
        run(
          `INSERT OR IGNORE INTO forms (id, channel_id, thread_ts, taken, response_url, opened_at, job_id)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
          form.id,
          form.channelId ?? "",
          form.threadTs ?? null,
          JSON.stringify(form.taken),
          form.responseUrl ?? null,
          form.openedAt,
          form.jobId ?? null,
        );
      }),
    findForm: async (id) => {
      const row = first("SELECT * FROM forms WHERE id = ?", id);
      return row && formIn(id, row);
    },

    findHabits: async (workspaceId, whose) => habitsOf(workspaceId, whose),
    saveHabits: (workspaceId, whose, habits) =>
      write(() => {
        const now = changedHabits(habitsOf(workspaceId, whose) ?? {}, habits);
        run("INSERT OR REPLACE INTO habits VALUES (?, ?, ?)", workspaceId, whose, JSON.stringify(now));
      }),
  };
}

/** The same columns in both stores; without a channel, the form itself asks for it. */
export function formIn(id: string, row: Readonly<Record<string, unknown>>): OpenForm {
  return {
    id,
    openedAt: Number(row.opened_at),
    taken: JSON.parse(String(row.taken)) as TakenFiles,
    ...(row.channel_id === "" ? {} : { channelId: String(row.channel_id) as ChannelId }),
    ...(typeof row.job_id === "string" ? { jobId: row.job_id as JobId } : {}),
    ...(typeof row.thread_ts === "string" ? { threadTs: row.thread_ts as MessageTs } : {}),
    ...(typeof row.response_url === "string" ? { responseUrl: row.response_url } : {}),
  };
}

export function forgetOldForms({ run }: Pick<Statements, "run">, now: number): void {
  run("DELETE FROM forms WHERE opened_at < ?", now - FORMS_KEPT_MS);
}
