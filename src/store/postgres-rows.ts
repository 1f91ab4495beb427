import type { AttemptKey, JobId } from "../job/ids.ts";
import { hasEnded, holdsSlot, type Job, mayComeBack, needsMedia } from "../job/job.ts";
import type { Change, Intake, Look, View } from "../job/store.ts";
import { documentOf, hasTurn, type JobRow, parseJob, type RowOptions, toJobRow } from "./job-row.ts";
import type { Connection } from "./postgres-database.ts";
import { RENDERS_KEPT, SPEECHES_KEPT_MS } from "./store-options.ts";

export interface RowsOptions extends RowOptions {
  readonly now: () => number;
  /** Plans the job's next wake-up with what is being written. Whether the job is due now; undefined: nothing to plan. */
  readonly plan: (db: Connection, job: Job, row: JobRow) => Promise<boolean | undefined>;
}

/** What one transaction reads and writes; each of these belongs to the transaction of the connection it is given. */
export function createRows({ now, plan, ...options }: RowsOptions) {
  const lockJob = async (db: Connection, id: JobId): Promise<{ job: Job; hasTurn: boolean } | undefined> => {
    const row = await db.first(
      "SELECT job, turn IS NOT NULL AS has_turn FROM jobs WHERE id = $1 FOR UPDATE",
      [id],
    );
    return row && { job: parseJob(row.job), hasTurn: row.has_turn === true };
  };

  async function insert(db: Connection, { job, keys, responseUrl }: Intake): Promise<boolean> {
    const row = toJobRow(job, options);
    const inserted = await db.query(
      `WITH new_keys AS (
         INSERT INTO intake_keys SELECT key, $1::text, $7::bigint FROM unnest($2::text[]) AS key ON CONFLICT DO NOTHING RETURNING key)
       INSERT INTO jobs (id, workspace_id, requester_id, accepted_at, response_url,
         status, due_at, queued_at, waits_for_slot, holds_slot, job, turn)
       SELECT $1::text, $3::text, $4::text, $5::bigint, $6::text,
         $8::text, $9::bigint, $10::bigint, $11::boolean, $12::boolean, $13::json,
         CASE WHEN $14::boolean THEN ${turnFor("$3::text", "$10::bigint")} END
       WHERE (SELECT count(*) FROM new_keys) = cardinality($2::text[])
       RETURNING id`,
      [
        job.id,
        // In one order everywhere: two processes with the same keys then wait for each other only one way.
        [...keys].sort(),
        job.workspaceId,
        job.requesterId,
        job.acceptedAt,
        responseUrl ?? null,
        now(),
        ...valuesOf(row),
        documentOf(job),
        hasTurn(job),
      ],
    );
    if (inserted.length === 0) return false;
    await plan(db, job, row);
    return true;
  }

  /** @returns whether the job is due now, and whether somebody in line may go on */
  async function save(db: Connection, job: Job, before: Job, hadTurn: boolean, contentKey?: string) {
    const row = toJobRow(job, options);
    const ended = hasEnded(job);
    await db.query(
      `UPDATE jobs SET status = $2, due_at = $3, queued_at = $4, waits_for_slot = $5, holds_slot = $6, job = $7,
         content_key = CASE WHEN $8 THEN NULL ELSE coalesce($9, content_key) END,
         response_url = CASE WHEN $10 THEN NULL ELSE response_url END,
         turn = CASE WHEN NOT $11 THEN NULL WHEN $12 THEN turn ELSE ${turnFor("workspace_id", "$4::bigint")} END
       WHERE id = $1`,
      [
        job.id,
        ...valuesOf(row),
        documentOf(job),
        ended && !hasEnded(before) && !mayComeBack(job),
        contentKey ?? null,
        ended && row.dueAt === null,
        hasTurn(job),
        hadTurn,
      ],
    );
    if (!needsMedia(job) && needsMedia(before))
      await db.query("DELETE FROM media_links WHERE job_id = $1", [job.id]);
    const slotFreed = holdsSlot(before) && !holdsSlot(job);
    // When several slots were freed at once, each job that leaves the line wakes the next.
    const leftLine = before.state.status === "queued" && job.state.status !== "queued";
    return { isDue: await plan(db, job, row), lineMoved: slotFreed || leftLine };
  }

  async function viewFor(db: Connection, job: Job, look: Look): Promise<View> {
    const owner =
      look.renderId && (await db.first("SELECT key FROM attempts WHERE render_id = $1", [look.renderId]));
    const same =
      look.contentKey &&
      (await db.first(
        `SELECT id FROM jobs WHERE content_key = $1 AND id <> $2
           AND status NOT IN ('cancelled', 'failed') LIMIT 1`,
        [look.contentKey, job.id],
      ));
    const spoken =
      look.speechKey &&
      (await db.first(
        `SELECT url, at, EXISTS (SELECT 1 FROM jobs
           WHERE jobs.id = job_id AND job_id <> $1 AND status = 'speaking') AS under_way
         FROM speeches WHERE key = $2`,
        [job.id, look.speechKey],
      ));
    const line = look.line
      ? await db.first(
          `SELECT (SELECT count(*) FROM jobs WHERE holds_slot) AS in_use,
             count(*) AS others, count(*) FILTER (
               WHERE own.id IS NULL OR (other.turn, other.queued_at, other.id) < (own.turn, own.queued_at, own.id)
             ) AS ahead FROM jobs AS other
           LEFT JOIN (SELECT turn, queued_at, id FROM jobs WHERE id = $1 AND queued_at IS NOT NULL) AS own ON true
           WHERE other.queued_at IS NOT NULL AND other.id <> $1 AND (other.waits_for_slot OR other.due_at <= $2)`,
          [job.id, now()],
        )
      : undefined;
    const ahead = Number(line?.ahead ?? 0);
    return {
      slotsInUse: Number(line?.in_use ?? 0),
      ahead,
      behind: Number(line?.others ?? 0) - ahead,
      ...(same ? { sameContent: String(same.id) as JobId } : {}),
      ...(owner ? { renderOwner: String(owner.key) as AttemptKey } : {}),
      ...(spoken
        ? {
            spoken: {
              at: Number(spoken.at),
              underWay: spoken.under_way === true,
              ...(typeof spoken.url === "string" ? { url: spoken.url } : {}),
            },
          }
        : {}),
    };
  }

  /** What two jobs must not decide at the same time, over all processes; taken before any row. */
  async function lockFor(db: Connection, { line, contentKey, speechKey }: Look): Promise<void> {
    const locks = [
      ...(line ? ["line"] : []),
      ...(contentKey === undefined ? [] : [`content ${contentKey}`]),
      ...(speechKey === undefined ? [] : [`speech ${speechKey}`]),
    ];
    for (const lock of locks) await db.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [lock]);
  }

  async function write(
    db: Connection,
    before: Job,
    { job, attempt, render, spoken, audit = [] }: Change,
  ): Promise<void> {
    const at = now();
    if (attempt) {
      await db.query("INSERT INTO attempts (key, job_id, number, started_at) VALUES ($1, $2, $3, $4)", [
        attempt.key,
        job.id,
        attempt.number,
        at,
      ]);
      for (const { key, file, expiresAt } of attempt.links) {
        await db.query("INSERT INTO media_links VALUES ($1, $2, $3, $4, $5)", [
          key,
          job.id,
          attempt.key,
          file,
          Math.ceil(expiresAt),
        ]);
      }
    }
    if (render) {
      await db.query(
        `UPDATE attempts SET render_id = $1 WHERE key = $2 AND NOT EXISTS (SELECT 1 FROM attempts WHERE render_id = $1)`,
        [render.renderId, render.key],
      );
    }
    if (spoken) {
      await db.query("DELETE FROM speeches WHERE at < $1", [at - SPEECHES_KEPT_MS]);
      await db.query(
        `INSERT INTO speeches VALUES ($1, $2, $3, $4)
         ON CONFLICT (key) DO UPDATE SET job_id = excluded.job_id, url = excluded.url, at = excluded.at`,
        [spoken.key, job.id, spoken.url ?? null, at],
      );
    }
    for (const { effect, attempt: number, outcome } of audit) {
      await db.query("INSERT INTO audit (at, job_id, effect, attempt, outcome) VALUES ($1, $2, $3, $4, $5)", [
        at,
        job.id,
        effect,
        number,
        outcome,
      ]);
    }
    if (job.state.status === "rendered" && before.state.status === "rendering" && !before.state.afterAll) {
      await db.query("INSERT INTO renders (finished_at, took_ms) VALUES ($1, $2)", [
        at,
        at - before.state.attempt.startedAt,
      ]);
      await db.query("DELETE FROM renders WHERE id <= (SELECT max(id) FROM renders) - $1", [RENDERS_KEPT]);
    }
  }

  async function findByKeys(db: Connection, keys: readonly string[]): Promise<Job | undefined> {
    const row = await db.first(
      "SELECT job FROM intake_keys JOIN jobs ON jobs.id = job_id WHERE key = ANY($1) LIMIT 1",
      [keys],
    );
    return row && parseJob(row.job);
  }

  return { lockJob, insert, save, viewFor, lockFor, write, findByKeys };
}

/** One after its workspace's last, and not before the turn it is; see the SQLite store. */
function turnFor(workspaceId: string, queuedAt: string): string {
  return `coalesce(
    CASE WHEN ${queuedAt} IS NOT NULL THEN (
      SELECT min(turn) FROM jobs WHERE workspace_id = ${workspaceId} AND turn IS NOT NULL AND queued_at > ${queuedAt}) END,
    greatest(
      (SELECT max(turn) FROM jobs WHERE holds_slot),
      (SELECT min(turn) FROM jobs WHERE queued_at IS NOT NULL),
      (SELECT max(turn) + 1 FROM jobs WHERE workspace_id = ${workspaceId} AND turn IS NOT NULL),
      0))`;
}

/** In the order in which the statements name them; the document follows. */
function valuesOf({ status, dueAt, queuedAt, waitsForSlot, holdsSlot }: JobRow): unknown[] {
  return [status, dueAt, queuedAt, waitsForSlot, holdsSlot];
}
