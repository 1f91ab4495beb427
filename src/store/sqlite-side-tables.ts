import type { ChannelId, MessageTs } from "../job/ids.ts";
import type { JobStore, TakenFiles } from "../job/store.ts";
import type { Statements } from "./sqlite-statements.ts";

/** A form that has been open for longer is answered with "too old". */
export const FORMS_KEPT_MS = 24 * 60 * 60 * 1000;

type SideTables = Pick<JobStore, "isWatched" | "setWatched" | "saveForm" | "findForm">;

/** What is kept beside the jobs: watched channels and forms that are open. */
export function createSideTables(
  { first, run }: Pick<Statements, "first" | "run">,
  write: <T>(work: () => T) => Promise<T>,
  now: () => number,
): SideTables {
  return {
    isWatched: async (workspaceId, channelId) =>
      first(
        "SELECT 1 FROM watched_channels WHERE workspace_id = ? AND channel_id = ?",
        workspaceId,
        channelId,
      ) !== undefined,
    setWatched: (workspaceId, channelId, by, on) =>
      write(() => {
        run("DELETE FROM watched_channels WHERE workspace_id = ? AND channel_id = ?", workspaceId, channelId);
        if (on) run("INSERT INTO watched_channels VALUES (?, ?, ?, ?)", workspaceId, channelId, by, now());
      }),

    saveForm: (form) =>
      write(() => {
        forgetOldForms({ run }, now());
        run(
          "INSERT OR IGNORE INTO forms VALUES (?, ?, ?, ?, ?, ?)",
          form.id,
          form.channelId,
          form.threadTs ?? null,
          JSON.stringify(form.taken),
          form.responseUrl ?? null,
          form.openedAt,
        );
      }),
    findForm: async (id) => {
      const row = first("SELECT * FROM forms WHERE id = ?", id);
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

export function forgetOldForms({ run }: Pick<Statements, "run">, now: number): void {
  run("DELETE FROM forms WHERE opened_at < ?", now - FORMS_KEPT_MS);
}
