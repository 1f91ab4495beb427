import type { AttemptKey, JobId, RenderId, UserId } from "../job/ids.ts";
import { ENDED_STATUSES, type Job } from "../job/job.ts";
import { LANES } from "../job/lane.ts";
import { type JobStore, LeaseLostError } from "../job/store.ts";
import { createGroupCommit } from "./group-commit.ts";
import type { InstallationStore } from "./installations.ts";
import { parseJob } from "./job-row.ts";
import { openDatabase } from "./open-database.ts";
import { createSqliteInstallations } from "./sqlite-installations.ts";
import { createRows } from "./sqlite-rows.ts";
import { createSideTables, forgetOldForms } from "./sqlite-side-tables.ts";
import { createStatements } from "./sqlite-statements.ts";
import { isSqliteTrouble } from "./sqlite-trouble.ts";
import {
  ACCEPT_TRIES,
  INTAKE_KEYS_KEPT_MS,
  PATIENT_TRIES,
  type StoreOptions,
  TROUBLE_PAUSE_MS,
} from "./store-options.ts";
import { waitOutTrouble } from "./store-trouble.ts";

const ENDED_LIST = ENDED_STATUSES.map((status) => `'${status}'`).join(", ");

/** From one person to the next in the index of persons, not through all that the workspace ever asked for. */
const COUNT_BY_PERSON = `
WITH RECURSIVE people (id) AS (
  SELECT min(requester_id) FROM jobs WHERE workspace_id = :workspace
  UNION ALL
  SELECT (SELECT min(requester_id) FROM jobs WHERE workspace_id = :workspace AND requester_id > people.id)
  FROM people WHERE people.id IS NOT NULL
)
SELECT people.id AS id, count(*) AS asked, sum(jobs.status = 'delivered') AS delivered,
  total(coalesce(json_extract(jobs.job, '$.state.made.credits'), json_extract(jobs.job, '$.state.render.credits'),
    json_extract(jobs.job, '$.state.kept.render.credits'))) AS credits
FROM people JOIN jobs ON jobs.workspace_id = :workspace AND jobs.requester_id = people.id AND jobs.accepted_at >= :since
WHERE jobs.status <> 'duplicate' AND json_extract(jobs.job, '$.message.status') <> 'none'
GROUP BY people.id ORDER BY asked DESC, people.id`;

export interface SqliteStoreOptions extends StoreOptions {
  readonly dataDir: string;
}

/**
 * The embedded store: one SQLite file, one process. Leases live in memory, because the process holds the
 * file alone and with its death they are all over; that is what makes a restart take up every job at once.
 */
export function openSqliteStore(
  options: SqliteStoreOptions,
): JobStore & { readonly installations: InstallationStore } {
  const database = openDatabase(options.dataDir);
  const { db, close } = database;
  let { restored } = database;
  const { write, flush } = createGroupCommit(db);
  /** Each with the group in whose part of a lane it was taken. */
  const leased = new Map<JobId, string>();
  const statements = createStatements(db);
  const { sql, first, run } = statements;
  const { read, insert, save, wakeFirstInLine, viewFor, apply } = createRows(statements, options);
  const sideTables = createSideTables(statements, write, options.now);

  const committed = async <T>(work: () => T, tries = 1): Promise<T> => {
    const result = await waitOutTrouble(() => write(work), {
      tries,
      pauseMs: TROUBLE_PAUSE_MS,
      isTrouble: isSqliteTrouble,
    });
    options.onDue?.();
    return result;
  };

  return {
    accept: (intake) =>
      committed(() => {
        for (const key of [...intake.keys, ...(intake.unless ?? [])]) {
          const seen = first("SELECT job_id FROM intake_keys WHERE key = ?", key);
          const job = seen ? read(String(seen.job_id) as JobId) : undefined;
          if (job) return { job, isNew: false };
        }
        insert(intake);
        return { job: intake.job, isNew: true };
      }, ACCEPT_TRIES),

    firstTime: (key) =>
      write(() => {
        if (first("SELECT 1 FROM intake_keys WHERE key = ?", key)) return false;
        run("INSERT INTO intake_keys (key, job_id, seen_at) VALUES (?, '', ?)", key, options.now());
        return true;
      }),

    find: async (id) => read(id),

    update: (id, change, look = {}) =>
      committed(
        () => {
          const before = read(id);
          if (!before) throw new Error(`no job ${id}`);
          if (look.intent && !leased.has(id)) throw new LeaseLostError(`job ${id}`);
          const wanted = change(before, viewFor(before, look));
          return wanted ? apply(before, wanted, look.contentKey) : before;
        },
        look.patient ? PATIENT_TRIES : 1,
      ),

    findAttempt: async (key) => {
      const row = first("SELECT job_id, render_id FROM attempts WHERE key = ?", key);
      if (!row) return undefined;
      const jobId = String(row.job_id) as JobId;
      return row.render_id === null ? { jobId } : { jobId, renderId: String(row.render_id) as RenderId };
    },

    findMediaLink: async (key, now) => {
      const row = first(
        "SELECT job_id, attempt_key, file FROM media_links WHERE key = ? AND expires_at > ?",
        key,
        now,
      );
      if (!row) return undefined;
      return {
        jobId: String(row.job_id) as JobId,
        attempt: String(row.attempt_key) as AttemptKey,
        file: row.file === "photo" ? "photo" : "speech",
      };
    },

    isRestored: async () => restored,
    endRestored: async (change) => {
      const changed = await committed(() => {
        // Besides those that are due, the ones that a late webhook could bring back to life.
        const jobs = sql(
          `SELECT job FROM jobs WHERE due_at IS NOT NULL
           OR (status = 'failed' AND json_extract(job, '$.state.late') IS NOT NULL)
           OR (status = 'cancelled' AND json_extract(job, '$.state.kept') IS NOT NULL) ORDER BY accepted_at, id`,
        )
          .all()
          .map((row) => parseJob(row.job));
        const after = jobs.map((job, index) => change(job, index));
        const different = after.filter((job, index) => job !== jobs[index]);
        for (const [index, job] of jobs.entries()) {
          const next = after[index];
          if (next !== undefined && next !== job) save(next, job);
        }
        database.becomeOriginal();
        return different;
      });
      restored = false;
      return changed;
    },
    resumeAll: (change) =>
      committed(() => {
        forgetOldForms({ run }, options.now());
        run("DELETE FROM intake_keys WHERE seen_at < ?", options.now() - INTAKE_KEYS_KEPT_MS);
        // One after another: thousands of jobs at once would take up memory that is not given back.
        const unfinished = sql("SELECT id FROM jobs WHERE due_at IS NOT NULL ORDER BY accepted_at, id").all();
        for (const [index, { id }] of unfinished.entries()) {
          const job = read(String(id) as JobId);
          if (job) save(change(job, index), job);
        }
        wakeFirstInLine();
        return unfinished.length;
      }),
    changeAll: (installationId, change) =>
      committed(() => {
        let changed = 0;
        const rows = sql(
          `SELECT job FROM jobs WHERE due_at IS NOT NULL
           AND coalesce(json_extract(job, '$.installationId'), workspace_id) = ?`,
        ).all(installationId);
        for (const job of rows.map((row) => parseJob(row.job))) {
          const next = change(job);
          if (next === job) continue;
          save(next, job);
          changed += 1;
        }
        return changed;
      }, PATIENT_TRIES),
    claimDue: async (now, limit, { lane, ofOneGroup = Number.POSITIVE_INFINITY } = {}) => {
      const inHand = new Map<string, number>();
      for (const group of leased.values()) inHand.set(group, (inHand.get(group) ?? 0) + 1);
      const full = new Set([...inHand].filter(([, count]) => count >= ofOneGroup).map(([group]) => group));
      const jobs: Job[] = [];
      let fullBefore: number;
      do {
        fullBefore = full.size;
        // What is leased stays due until it is put back.
        const most = limit - jobs.length + leased.size;
        const rows = sql(
          `SELECT id, lane_group FROM jobs WHERE ${lane === undefined ? "" : "lane = ? AND "}due_at <= ?
           AND lane_group NOT IN (SELECT value FROM json_each(?)) ORDER BY due_at LIMIT ?`,
        ).all(...(lane === undefined ? [] : [lane]), now, JSON.stringify([...full]), most);
        for (const row of rows) {
          const [id, group] = [String(row.id) as JobId, String(row.lane_group)];
          if (jobs.length === limit) break;
          if (leased.has(id) || full.has(group)) continue;
          const job = read(id);
          if (!job) continue;
          const theirs = (inHand.get(group) ?? 0) + 1;
          inHand.set(group, theirs);
          if (theirs >= ofOneGroup) full.add(group);
          leased.set(id, group);
          jobs.push(job);
        }
        // One group may have taken up all that was looked at: behind it may be others.
      } while (jobs.length < limit && full.size > fullBefore);
      return jobs;
    },
    release: async (id) => {
      leased.delete(id);
      options.onDue?.();
    },
    nextDueAt: async (now) => {
      const moments = LANES.flatMap((lane) => {
        const row = first("SELECT min(due_at) AS due_at FROM jobs WHERE lane = ? AND due_at > ?", lane, now);
        return typeof row?.due_at === "number" ? row.due_at : [];
      });
      return moments.length === 0 ? undefined : Math.min(...moments);
    },

    renderSeconds: async (limit) =>
      sql("SELECT took_ms FROM renders ORDER BY rowid DESC LIMIT ?")
        .all(limit)
        .map((row) => Number(row.took_ms) / 1000),
    findResponseUrl: async (id, now) => {
      const row = first(
        "SELECT response_url FROM jobs WHERE id = ? AND accepted_at > ?",
        id,
        now - options.responseUrlLife,
      );
      return typeof row?.response_url === "string" ? row.response_url : undefined;
    },
    jobsOf: async (requesterId, workspaceId, limit) =>
      sql(
        "SELECT job FROM jobs WHERE workspace_id = ? AND requester_id = ? ORDER BY accepted_at DESC, id DESC LIMIT ?",
      )
        .all(workspaceId, requesterId, limit)
        .map((row) => parseJob(row.job)),
    endedJobsOf: async (requesterId, workspaceId, { limit, from, direction }) => {
      const [sign, order] = direction === "older" ? ["<", "DESC"] : [">", "ASC"];
      const after = from ? `AND (accepted_at, id) ${sign} (?, ?)` : "";
      const jobs = sql(
        `SELECT job FROM jobs WHERE workspace_id = ? AND requester_id = ? ${after} AND status IN (${ENDED_LIST})
         ORDER BY accepted_at ${order}, id ${order} LIMIT ?`,
      )
        .all(workspaceId, requesterId, ...(from ? [from.acceptedAt, from.id] : []), limit)
        .map((row) => parseJob(row.job));
      return direction === "older" ? jobs : jobs.reverse();
    },
    countByPerson: async (workspaceId, since) =>
      sql(COUNT_BY_PERSON)
        .all({ workspace: workspaceId, since })
        .map((row) => ({
          requesterId: String(row.id) as UserId,
          asked: Number(row.asked),
          delivered: Number(row.delivered),
          credits: Number(row.credits),
        })),
    countByStatus: async () =>
      Object.fromEntries(
        sql("SELECT status, count(*) AS n FROM jobs GROUP BY status")
          .all()
          .map((row) => [String(row.status), Number(row.n)]),
      ),

    queueAges: async (now) => {
      const line = first("SELECT min(queued_at) AS at FROM jobs WHERE queued_at IS NOT NULL")?.at;
      // Due at 0 says "at once" and not since when.
      const due = sql("SELECT id, due_at FROM jobs WHERE due_at > 0 AND due_at <= ? ORDER BY due_at LIMIT ?")
        .all(now, leased.size + 1)
        .find((row) => !leased.has(String(row.id) as JobId));
      return {
        ...(typeof line === "number" ? { lineMs: Math.max(0, now - line) } : {}),
        ...(due ? { dueMs: now - Number(due.due_at) } : {}),
      };
    },

    ...sideTables,
    installations: createSqliteInstallations(statements, (work) => committed(work, PATIENT_TRIES)),

    check: async () => {
      db.exec("BEGIN IMMEDIATE; ROLLBACK;");
    },
    close: async () => {
      flush();
      close();
    },
  };
}
