import type { SQLInputValue } from "node:sqlite";
import type { AttemptKey, JobId } from "../job/ids.ts";
import { hasEnded, holdsSlot, type Job, mayComeBack, needsMedia } from "../job/job.ts";
import type { Change, Intake, Look, View } from "../job/store.ts";
import { documentOf, hasTurn, type JobRow, parseJob, type RowOptions, toJobRow } from "./job-row.ts";
import type { Statements } from "./sqlite-statements.ts";
import { RENDERS_KEPT, SPEECHES_KEPT_MS } from "./store-options.ts";

export interface RowsOptions extends RowOptions {
  readonly now: () => number;
}

/** What one transaction reads and writes. */
export function createRows({ first, run }: Statements, { now, ...options }: RowsOptions) {
  const read = (id: JobId): Job | undefined => {
    const row = first("SELECT job FROM jobs WHERE id = ?", id);
    return row && parseJob(row.job);
  };

  /**
   * One after its workspace's last, and not before the turn it is: who was idle has saved up nothing. A job that
   * comes back into the line goes before those of its workspace that arrived after it.
   */
  function turnFor({ workspaceId, state }: Job): number {
    const back =
      state.status === "queued"
        ? first(
            "SELECT min(turn) AS turn FROM jobs WHERE workspace_id = ? AND turn IS NOT NULL AND queued_at > ?",
            workspaceId,
            state.queuedAt,
          )
        : undefined;
    if (typeof back?.turn === "number") return back.turn;
    const row = first(
      `SELECT max(
         coalesce((SELECT max(turn) FROM jobs WHERE holds_slot = 1), 0),
         coalesce((SELECT min(turn) FROM jobs WHERE queued_at IS NOT NULL), 0),
         coalesce((SELECT max(turn) + 1 FROM jobs WHERE workspace_id = ? AND turn IS NOT NULL), 0)) AS turn`,
      workspaceId,
    );
    return Number(row?.turn);
  }

  function insert({ job, keys, responseUrl }: Intake): void {
    run(
      `INSERT INTO jobs (id, workspace_id, requester_id, accepted_at, response_url,
         status, due_at, queued_at, waits_for_slot, holds_slot, lane, lane_group, job, turn)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[job.id, job.workspaceId, job.requesterId, job.acceptedAt, responseUrl ?? null],
      ...valuesOf(toJobRow(job, options)),
      documentOf(job),
      hasTurn(job) ? turnFor(job) : null,
    );
    for (const key of keys) {
      run("INSERT OR REPLACE INTO intake_keys (key, job_id, seen_at) VALUES (?, ?, ?)", key, job.id, now());
    }
  }

  function save(job: Job, before: Job, contentKey?: string): void {
    run(
      `UPDATE jobs SET status = ?, due_at = ?, queued_at = ?, waits_for_slot = ?, holds_slot = ?,
         lane = ?, lane_group = ?, job = ? WHERE id = ?`,
      ...valuesOf(toJobRow(job, options)),
      documentOf(job),
      job.id,
    );
    if (hasTurn(job) !== hasTurn(before))
      run("UPDATE jobs SET turn = ? WHERE id = ?", hasTurn(job) ? turnFor(job) : null, job.id);
    if (contentKey !== undefined) run("UPDATE jobs SET content_key = ? WHERE id = ?", contentKey, job.id);
    if (hasEnded(job) && !hasEnded(before) && !mayComeBack(job))
      run("UPDATE jobs SET content_key = NULL WHERE id = ?", job.id);
    if (hasEnded(job) && options.wakeAt(job) === undefined)
      run("UPDATE jobs SET response_url = NULL WHERE id = ?", job.id);
    if (!needsMedia(job) && needsMedia(before)) run("DELETE FROM media_links WHERE job_id = ?", job.id);
    const slotFreed = holdsSlot(before) && !holdsSlot(job);
    // When several slots were freed at once, each job that leaves the line wakes the next.
    const leftLine = before.state.status === "queued" && job.state.status !== "queued";
    if (slotFreed || leftLine) wakeFirstInLine();
  }

  /** A freed slot goes to whoever waits longest for one. Whom AKOOL itself has put off is not hurried. */
  function wakeFirstInLine(): void {
    const row = first(
      `SELECT job FROM jobs WHERE queued_at IS NOT NULL AND waits_for_slot = 1
       ORDER BY turn, queued_at, id LIMIT 1`,
    );
    const waiting = row && parseJob(row.job);
    if (waiting) save({ ...waiting, dueAt: now() }, waiting);
  }

  function countLine({ id }: Job): Pick<View, "ahead" | "behind"> {
    // A job that is not in line itself would come last.
    const row = first(
      `SELECT count(*) AS others, count(*) FILTER (
         WHERE own.id IS NULL OR (other.turn, other.queued_at, other.id) < (own.turn, own.queued_at, own.id)
       ) AS ahead FROM jobs AS other
       LEFT JOIN (SELECT turn, queued_at, id FROM jobs WHERE id = ?1 AND queued_at IS NOT NULL) AS own
       WHERE other.queued_at IS NOT NULL AND other.id <> ?1 AND (other.waits_for_slot = 1 OR other.due_at <= ?2)`,
      id,
      now(),
    );
    const ahead = Number(row?.ahead);
    return { ahead, behind: Number(row?.others) - ahead };
  }

  function viewFor(job: Job, look: Look): View {
    const owner =
      look.renderId === undefined
        ? undefined
        : first("SELECT key FROM attempts WHERE render_id = ?", look.renderId);
    const same =
      look.contentKey === undefined
        ? undefined
        : first(
            `SELECT id FROM jobs WHERE content_key = ? AND id <> ?
               AND status NOT IN ('cancelled', 'failed') LIMIT 1`,
            look.contentKey,
            job.id,
          );
    const spoken = look.speechKey === undefined ? undefined : findSpoken(look.speechKey, job);
    const inUse = look.line ? first("SELECT count(*) AS n FROM jobs WHERE holds_slot = 1") : undefined;
    const line = look.line ? countLine(job) : { ahead: 0, behind: 0 };
    return {
      slotsInUse: Number(inUse?.n ?? 0),
      ...line,
      ...(same ? { sameContent: String(same.id) as JobId } : {}),
      ...(owner ? { renderOwner: String(owner.key) as AttemptKey } : {}),
      ...(spoken ? { spoken } : {}),
    };
  }

  function findSpoken(key: string, { id }: Job): View["spoken"] {
    const row = first(
      `SELECT url, at, EXISTS (SELECT 1 FROM jobs
         WHERE jobs.id = job_id AND job_id <> ? AND status = 'speaking') AS under_way
       FROM speeches WHERE key = ?`,
      id,
      key,
    );
    return (
      row && {
        at: Number(row.at),
        underWay: row.under_way === 1,
        ...(typeof row.url === "string" ? { url: row.url } : {}),
      }
    );
  }

  function apply(before: Job, change: Change, contentKey: string | undefined): Job {
    const at = now();
    const { job, attempt, render, spoken } = change;
    if (job !== before) save(job, before, contentKey);
    if (attempt) {
      run(
        "INSERT INTO attempts (key, job_id, number, started_at) VALUES (?, ?, ?, ?)",
        attempt.key,
        job.id,
        attempt.number,
        at,
      );
      for (const link of attempt.links) {
        run(
          "INSERT INTO media_links (key, job_id, attempt_key, file, expires_at) VALUES (?, ?, ?, ?, ?)",
          link.key,
          job.id,
          attempt.key,
          link.file,
          Math.ceil(link.expiresAt),
        );
      }
    }
    if (render) run("UPDATE OR IGNORE attempts SET render_id = ? WHERE key = ?", render.renderId, render.key);
    if (spoken) {
      run("DELETE FROM speeches WHERE at < ?", at - SPEECHES_KEPT_MS);
      run("INSERT OR REPLACE INTO speeches VALUES (?, ?, ?, ?)", spoken.key, job.id, spoken.url ?? null, at);
    }
    for (const line of change.audit ?? []) {
      run(
        "INSERT INTO audit (at, job_id, effect, attempt, outcome) VALUES (?, ?, ?, ?, ?)",
        at,
        job.id,
        line.effect,
        line.attempt,
        line.outcome,
      );
    }
    if (job.state.status === "rendered" && before.state.status === "rendering" && !before.state.afterAll) {
      run(
        "INSERT INTO renders (finished_at, took_ms) VALUES (?, ?)",
        at,
        at - before.state.attempt.startedAt,
      );
      run("DELETE FROM renders WHERE rowid <= (SELECT max(rowid) FROM renders) - ?", RENDERS_KEPT);
    }
    return job;
  }

  return { read, insert, save, wakeFirstInLine, viewFor, apply };
}

/** In the order in which the statements name them; the document follows. */
function valuesOf(row: JobRow): SQLInputValue[] {
  const { status, dueAt, queuedAt, waitsForSlot, holdsSlot, place } = row;
  return [status, dueAt, queuedAt, Number(waitsForSlot), Number(holdsSlot), place.lane, place.group];
}
