import pLimit from "p-limit";
import type { AttemptKey, JobId, RenderId, UserId } from "../job/ids.ts";
import { ENDED_STATUSES, type Job } from "../job/job.ts";
import { type Intake, type JobStore, LeaseLostError } from "../job/store.ts";
import type { InstallationStore } from "./installations.ts";
import { type JobRow, parseJob, toJobRow } from "./job-row.ts";
import { type Connection, openPostgres, type PostgresDatabase, type Row } from "./postgres-database.ts";
import { becomeOriginal, isCopy } from "./postgres-identity.ts";
import { createPostgresInstallations } from "./postgres-installations.ts";
import { createRows } from "./postgres-rows.ts";
import { createSideTables } from "./postgres-side-tables.ts";
import { isPostgresTrouble } from "./postgres-trouble.ts";
import { isHeldSql, startWakeUps } from "./postgres-wake-ups.ts";
import { FORMS_KEPT_MS } from "./sqlite-side-tables.ts";
import {
  ACCEPT_TRIES,
  INTAKE_KEYS_KEPT_MS,
  PATIENT_TRIES,
  type StoreOptions,
  TROUBLE_PAUSE_MS,
} from "./store-options.ts";
import { waitOutTrouble } from "./store-trouble.ts";

/** How many jobs are looked through, or changed, in one transaction at start. */
const BATCH = 500;
/**
 * Of the pool's connections, those that work on jobs: the rest are for requests that are being accepted, which must
 * never wait behind a hundred jobs in hand.
 */
const WORKING_AT_ONCE = 10;
const KEYS_AT_ONCE = 2000;
const FORGET_EVERY_MS = 60 * 60 * 1000;

export interface PostgresStoreOptions extends StoreOptions {
  readonly url: string;
  readonly onError: (error: Error) => void;
  /** By how many milliseconds the database's clock is ahead of `now`; told at the start and every minute. */
  readonly onClock?: (aheadMs: number) => void;
}

/**
 * The shared store: any number of processes on one PostgreSQL. What a wake-up, a lease and its heartbeat are is
 * pg-boss's affair; the row is still the truth. While this process holds a job, its own changes plan no wake-up:
 * giving the job up plans the next from the row as it then is, and a crash makes the held one due again.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<{
  readonly store: JobStore & { readonly installations: InstallationStore };
  readonly database: PostgresDatabase;
}> {
  const { now, wakeAt, manyWorkspaces = false, onError } = options;
  const rowOptions = { wakeAt, manyWorkspaces };
  const database = await openPostgres(options.url, options);
  const { query, first, transaction } = database;
  const working = pLimit(WORKING_AT_ONCE);
  /** In one process one at a time: all others would only wait for its lock, each with a connection in hand. */
  const inLine = pLimit(1);
  const work = <T>(write: (db: Connection) => Promise<T>) => working(() => transaction(write));
  const onDue = () => options.onDue?.();
  const wakeUps = await startWakeUps({
    url: options.url,
    connection: database,
    onDue,
    onError,
    now,
    onClock: options.onClock ?? (() => {}),
  }).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });

  let restored = false;

  async function plan(db: Connection, job: Job, { dueAt, place }: JobRow): Promise<boolean | undefined> {
    if (dueAt === null || wakeUps.isHeld(job.id)) return undefined;
    await wakeUps.plan(db, job.id, place, dueAt - now());
    return dueAt <= now();
  }

  const { lockJob, insert, save, viewFor, lockFor, write, findByKeys } = createRows({
    now,
    ...rowOptions,
    plan,
  });

  /** Announced once it is committed: then whoever hears of it finds it. Nothing was planned: nobody need look. */
  function announced(isDue: boolean | undefined): void {
    if (isDue) wakeUps.announce();
    if (isDue !== undefined) onDue();
  }

  /**
   * A freed slot goes to whoever waits longest for one. After the commit, in a transaction that holds nothing
   * else, so that two jobs that leave the line never wait for each other; if it is lost, the job looks itself.
   */
  async function wakeFirstInLine(): Promise<void> {
    const isDue = await work(async (db) => {
      const row = await db.first(
        `SELECT job FROM jobs WHERE queued_at IS NOT NULL AND waits_for_slot
         ORDER BY turn, queued_at, id LIMIT 1 FOR UPDATE`,
      );
      const waiting = row && parseJob(row.job);
      if (waiting?.state.status !== "queued") return false;
      return (await save(db, { ...waiting, dueAt: now() }, waiting, true)).isDue;
    });
    announced(isDue);
  }

  /** By and by: what has piled up must hold up neither a start nor anybody else. */
  async function forgetOldKeys(): Promise<void> {
    for (;;) {
      const gone = await query(
        `DELETE FROM intake_keys WHERE key IN (SELECT key FROM intake_keys WHERE seen_at < $1 LIMIT ${KEYS_AT_ONCE})
         RETURNING 1`,
        [now() - INTAKE_KEYS_KEPT_MS],
      );
      if (gone.length < KEYS_AT_ONCE) return;
    }
  }
  const forgetting = setInterval(() => void forgetOldKeys().catch(onError), FORGET_EVERY_MS);
  forgetting.unref();

  const patiently = <T>(work: () => Promise<T>, tries: number) =>
    waitOutTrouble(work, { tries, pauseMs: TROUBLE_PAUSE_MS, isTrouble: isPostgresTrouble });

  async function accept(intake: Intake): Promise<{ job: Job; isNew: boolean }> {
    const { keys, unless = [], job } = intake;
    const known = await transaction(async (db) => {
      // Of the two events for one post each knows the other's key: they must not miss each other.
      const post = unless.length > 0 ? unless : keys.filter((key) => key.startsWith("post:"));
      for (const key of post) await db.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))", [key]);
      const refused = unless.length > 0 ? await findByKeys(db, unless) : undefined;
      if (refused) return refused;
      if (await insert(db, intake)) return undefined;
      // Some of the keys may be new: they belong to a job that does not come to be.
      throw new SeenBefore();
    }).catch(async (error: unknown) => {
      if (!(error instanceof SeenBefore)) throw error;
      // A key without a job is a gesture that made none, or one of a job whose row is gone: then it is free again.
      const seen = await findByKeys(database, keys);
      if (seen) return seen;
      await query("DELETE FROM intake_keys WHERE key = ANY($1)", [keys]);
      if (await transaction((db) => insert(db, intake))) return undefined;
      const other = await findByKeys(database, keys);
      if (!other) throw new Error("a request could be neither saved nor found");
      return other;
    });
    if (known) return { job: known, isNew: false };
    announced(true);
    return { job, isNew: true };
  }

  const store = {
    installations: createPostgresInstallations(database, (work) => patiently(work, PATIENT_TRIES)),

    accept: (intake) => patiently(() => accept(intake), ACCEPT_TRIES),

    async firstTime(key) {
      const rows = await query(
        "INSERT INTO intake_keys (key, job_id, seen_at) VALUES ($1, '', $2) ON CONFLICT DO NOTHING RETURNING key",
        [key, now()],
      );
      return rows.length > 0;
    },

    async find(id) {
      const row = await first("SELECT job FROM jobs WHERE id = $1", [id]);
      return row && parseJob(row.job);
    },

    async update(id, change, look = {}) {
      const inTurn = <T>(write: () => Promise<T>) => (look.line ? inLine(write) : write());
      const changeRow = () =>
        work(async (db) => {
          await lockFor(db, look);
          const row = await lockJob(db, id);
          if (!row) throw new Error(`no job ${id}`);
          const before = row.job;
          if (look.intent && !(await wakeUps.stillHeld(db, id))) throw new LeaseLostError(`job ${id}`);
          const wanted = change(before, await viewFor(db, before, look));
          if (!wanted) return { job: before, isDue: undefined, lineMoved: false };
          const saved =
            wanted.job === before
              ? { isDue: undefined, lineMoved: false }
              : await save(db, wanted.job, before, row.hasTurn, look.contentKey);
          await write(db, before, wanted);
          return { job: wanted.job, ...saved };
        });
      const { job, isDue, lineMoved } = await patiently(
        () => inTurn(changeRow),
        look.patient ? PATIENT_TRIES : 1,
      );
      announced(isDue);
      if (lineMoved) await wakeFirstInLine().catch(onError);
      return job;
    },

    async findAttempt(key) {
      const row = await first("SELECT job_id, render_id FROM attempts WHERE key = $1", [key]);
      if (!row) return undefined;
      const jobId = String(row.job_id) as JobId;
      return row.render_id === null ? { jobId } : { jobId, renderId: String(row.render_id) as RenderId };
    },

    async findMediaLink(key, at) {
      const row = await first(
        "SELECT job_id, attempt_key, file FROM media_links WHERE key = $1 AND expires_at > $2",
        [key, at],
      );
      if (!row) return undefined;
      return {
        jobId: String(row.job_id) as JobId,
        attempt: String(row.attempt_key) as AttemptKey,
        file: row.file === "photo" ? "photo" : "speech",
      };
    },

    async isRestored() {
      restored = await isCopy(database);
      return restored;
    },
    endRestored: (change) =>
      transaction(async (db) => {
        // Several processes may start on one copy: the first does it, the others wait and find it done.
        await db.query("SELECT pg_advisory_xact_lock(hashtextextended('restored', 0))");
        if (restored && !(await isCopy(db))) return [];
        const rows = await db.query(
          `SELECT job, turn IS NOT NULL AS has_turn FROM jobs WHERE due_at IS NOT NULL
           OR (status = 'failed' AND job -> 'state' -> 'late' IS NOT NULL)
           OR (status = 'cancelled' AND job -> 'state' -> 'kept' IS NOT NULL) ORDER BY accepted_at, id FOR UPDATE`,
        );
        const changed: Job[] = [];
        for (const [index, row] of rows.entries()) {
          const before = parseJob(row.job);
          const after = change(before, index);
          if (after === before) continue;
          await save(db, after, before, row.has_turn === true);
          changed.push(after);
        }
        await becomeOriginal(db);
        return changed;
      }),

    /** Only what nobody plans or holds: what was brought here from another store, or restored without pg-boss. */
    async resumeAll(change) {
      await query("DELETE FROM forms WHERE opened_at < $1", [now() - FORMS_KEPT_MS]);
      const unfinished = await query("SELECT id FROM jobs WHERE due_at IS NOT NULL ORDER BY accepted_at, id");
      let index = 0;
      for (let from = 0; from < unfinished.length; from += BATCH) {
        const ids = unfinished.slice(from, from + BATCH).map(({ id }) => String(id) as JobId);
        const forgotten = new Set(await wakeUps.findForgotten(database, ids));
        for (const id of ids.filter((each) => forgotten.has(each))) {
          await transaction(async (db) => {
            const row = await lockJob(db, id);
            if (row) await save(db, change(row.job, index), row.job, row.hasTurn);
          });
          index += 1;
        }
      }
      if (index > 0) {
        announced(true);
        await wakeFirstInLine();
      }
      return index;
    },

    async changeAll(installationId, change) {
      const changed = await patiently(
        () =>
          work(async (db) => {
            const rows = await db.query(
              `SELECT job, turn IS NOT NULL AS has_turn FROM jobs WHERE due_at IS NOT NULL
               AND coalesce(job ->> 'installationId', workspace_id) = $1 ORDER BY id FOR UPDATE`,
              [installationId],
            );
            let count = 0;
            for (const row of rows) {
              const before = parseJob(row.job);
              const after = change(before);
              if (after === before) continue;
              await save(db, after, before, row.has_turn === true);
              count += 1;
            }
            return count;
          }),
        PATIENT_TRIES,
      );
      if (changed > 0) {
        announced(true);
        await wakeFirstInLine().catch(onError);
      }
      return changed;
    },

    async claimDue(at, limit, among = {}) {
      const ids = await wakeUps.take(limit, among);
      if (ids.length === 0) return [];
      const rows = await query("SELECT id, due_at, job FROM jobs WHERE id = ANY($1) ORDER BY due_at", [
        ids,
      ]).catch((error: unknown) => {
        // Nobody would ever work on what is held here and not handed out.
        for (const id of ids) wakeUps.letGo(id);
        throw error;
      });
      const isDue = ({ due_at: dueAt }: Row) => dueAt !== null && Number(dueAt) <= at;
      const jobs = rows.filter(isDue).map((row) => parseJob(row.job));
      // Taken too early, or at rest by now: an extra wake-up changes nothing.
      const due = new Set(jobs.map(({ id }) => id));
      for (const id of ids.filter((each) => !due.has(each)))
        await release(id).catch((error: unknown) => onError(asError(error)));
      return jobs;
    },
    release,
    async nextDueAt(at) {
      const row = await first("SELECT min(due_at) AS due_at FROM jobs WHERE due_at > $1", [at]);
      return row === undefined || row.due_at === null ? undefined : Number(row.due_at);
    },

    async renderSeconds(limit) {
      const rows = await query("SELECT took_ms FROM renders ORDER BY id DESC LIMIT $1", [limit]);
      return rows.map((row) => Number(row.took_ms) / 1000);
    },
    async findResponseUrl(id, at) {
      const row = await first("SELECT response_url FROM jobs WHERE id = $1 AND accepted_at > $2", [
        id,
        at - options.responseUrlLife,
      ]);
      return typeof row?.response_url === "string" ? row.response_url : undefined;
    },
    async jobsOf(requesterId, workspaceId, limit) {
      const rows = await query(
        "SELECT job FROM jobs WHERE workspace_id = $1 AND requester_id = $2 ORDER BY accepted_at DESC, id DESC LIMIT $3",
        [workspaceId, requesterId, limit],
      );
      return rows.map((row) => parseJob(row.job));
    },
    async endedJobsOf(requesterId, workspaceId, { limit, from, direction }) {
      const [sign, order] = direction === "older" ? ["<", "DESC"] : [">", "ASC"];
      const after = from ? `AND (accepted_at, id) ${sign} ($5, $6)` : "";
      const rows = await query(
        `SELECT job FROM jobs WHERE workspace_id = $1 AND requester_id = $2 ${after} AND status = ANY($3)
         ORDER BY accepted_at ${order}, id ${order} LIMIT $4`,
        [workspaceId, requesterId, ENDED_STATUSES, limit, ...(from ? [from.acceptedAt, from.id] : [])],
      );
      const jobs = rows.map((row) => parseJob(row.job));
      return direction === "older" ? jobs : jobs.reverse();
    },
    /** From one person to the next in the index of persons, not through all that the workspace ever asked for. */
    async countByPerson(workspaceId, since) {
      const rows = await query(
        `WITH RECURSIVE people (id) AS (
           SELECT min(requester_id) FROM jobs WHERE workspace_id = $1
           UNION ALL
           SELECT (SELECT min(requester_id) FROM jobs WHERE workspace_id = $1 AND requester_id > people.id)
           FROM people WHERE people.id IS NOT NULL
         )
         SELECT people.id AS id, count(*) AS asked, count(*) FILTER (WHERE jobs.status = 'delivered') AS delivered,
           coalesce(sum(coalesce(jobs.job #>> '{state,made,credits}', jobs.job #>> '{state,render,credits}',
             jobs.job #>> '{state,kept,render,credits}')::float8), 0) AS credits
         FROM people JOIN jobs ON jobs.workspace_id = $1 AND jobs.requester_id = people.id AND jobs.accepted_at >= $2
         WHERE jobs.status <> 'duplicate' AND jobs.job -> 'message' ->> 'status' <> 'none'
         GROUP BY people.id ORDER BY asked DESC, people.id`,
        [workspaceId, since],
      );
      return rows.map((row) => ({
        requesterId: String(row.id) as UserId,
        asked: Number(row.asked),
        delivered: Number(row.delivered),
        credits: Number(row.credits),
      }));
    },
    async countByStatus() {
      const rows = await query("SELECT status, count(*) AS n FROM jobs GROUP BY status");
      return Object.fromEntries(rows.map((row) => [String(row.status), Number(row.n)]));
    },

    async queueAges(at) {
      const row = await first(
        `SELECT (SELECT min(queued_at) FROM jobs WHERE queued_at IS NOT NULL) AS line, (
           SELECT due_at FROM jobs WHERE due_at > 0 AND due_at <= $1 AND NOT ${isHeldSql("jobs.id")}
           ORDER BY due_at LIMIT 1) AS due`,
        [at],
      );
      const age = (since: unknown) => Math.max(0, at - Number(since));
      return {
        ...(row && row.line !== null ? { lineMs: age(row.line) } : {}),
        ...(row && row.due !== null ? { dueMs: age(row.due) } : {}),
      };
    },

    ...createSideTables(database, now),

    async check() {
      const row = await first("SELECT pg_is_in_recovery() AS read_only");
      if (row?.read_only === true) throw new Error("the database only reads: it is a standby");
    },
    async close() {
      clearInterval(forgetting);
      await wakeUps.close();
      await database.close();
    },
  } satisfies JobStore & { readonly installations: InstallationStore };
  return { store, database };

  async function release(id: JobId): Promise<void> {
    const isDue = await work(async (db) => {
      const row = await lockJob(db, id);
      // With the row locked: a change that is still to come sees that nobody holds the job, and plans itself.
      await wakeUps.giveUp(db, id);
      return row ? plan(db, row.job, toJobRow(row.job, rowOptions)) : false;
    }).catch((error: unknown) => {
      wakeUps.letGo(id);
      throw error;
    });
    // Even where nothing is planned, there is room for one more now.
    announced(isDue ?? false);
  }
}

class SeenBefore extends Error {}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
