import type { SQLInputValue } from "node:sqlite";
import type { AttemptKey, JobId, RenderId } from "../job/ids.ts";
import { hasEnded, holdsSlot, type Job, needsMedia } from "../job/job.ts";
import type { Change, Intake, JobStore, Look, View } from "../job/store.ts";
import { createGroupCommit } from "./group-commit.ts";
import type { InstallationStore } from "./installations.ts";
import { openDatabase } from "./open-database.ts";
import { createSqliteInstallations } from "./sqlite-installations.ts";
import { createSideTables, forgetOldForms } from "./sqlite-side-tables.ts";
import { createStatements } from "./sqlite-statements.ts";
import { waitOutTrouble } from "./store-trouble.ts";

const HOUR_MS = 60 * 60 * 1000;
/** Longer than any redelivery by Slack, and than any replay the signature window lets in. */
const INTAKE_KEYS_KEPT_MS = 7 * 24 * HOUR_MS;
const RENDERS_KEPT = 500;

const TROUBLE_PAUSE_MS = 250;
/** A person is waiting, and Slack gives up after 3 s: then an honest no is better. */
const ACCEPT_TRIES = 4;
/** Half a minute, in which nobody else works on the job. */
const PATIENT_TRIES = 100;

export interface SqliteStoreOptions {
  readonly dataDir: string;
  readonly now: () => number;
  /** When a job wants to be looked at: the row's due time. */
  readonly wakeAt: (job: Job) => number | undefined;
  /** Called after a commit that made a job due, so that nobody has to wait for a timer. */
  readonly onDue?: () => void;
  readonly responseUrlLife: number;
}

/**
 * The embedded store: one SQLite file, one process. Leases live in memory, because the process holds the
 * file alone and with its death they are all over; that is what makes a restart take up every job at once.
 */
export function openSqliteStore(
  options: SqliteStoreOptions,
): JobStore & { readonly installations: InstallationStore } {
  const { db, close } = openDatabase(options.dataDir);
  const { write, flush } = createGroupCommit(db);
  const leased = new Set<JobId>();
  const statements = createStatements(db);
  const { sql, first, run } = statements;
  const sideTables = createSideTables({ first, run }, write, options.now);

  const read = (id: JobId): Job | undefined => parse(first("SELECT job FROM jobs WHERE id = ?", id));

  /** The row's own columns: status, due_at, queued_at, holds_slot, job. */
  function columnsOf(job: Job): SQLInputValue[] {
    const due = options.wakeAt(job);
    const inLine = job.state.status === "queued" ? job.state.queuedAt : null;
    return [
      job.state.status,
      due === undefined ? null : Math.ceil(due),
      inLine,
      holdsSlot(job) ? 1 : 0,
      JSON.stringify(job),
    ];
  }

  function insert({ job, keys, responseUrl }: Intake): void {
    run(
      `INSERT INTO jobs (id, workspace_id, requester_id, accepted_at, response_url, status, due_at, queued_at, holds_slot, job)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[job.id, job.workspaceId, job.requesterId, job.acceptedAt, responseUrl ?? null, ...columnsOf(job)],
    );
    for (const key of keys) {
      run(
        "INSERT OR REPLACE INTO intake_keys (key, job_id, seen_at) VALUES (?, ?, ?)",
        key,
        job.id,
        options.now(),
      );
    }
  }

  function save(job: Job, before: Job, contentKey?: string): void {
    run(
      "UPDATE jobs SET status = ?, due_at = ?, queued_at = ?, holds_slot = ?, job = ? WHERE id = ?",
      ...columnsOf(job),
      job.id,
    );
    if (contentKey !== undefined) run("UPDATE jobs SET content_key = ? WHERE id = ?", contentKey, job.id);
    if (hasEnded(job) && !hasEnded(before)) run("UPDATE jobs SET content_key = NULL WHERE id = ?", job.id);
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
    const waiting = parse(
      first(
        `SELECT job FROM jobs WHERE queued_at IS NOT NULL AND json_extract(job, '$.state.placeInLine') IS NOT NULL
         ORDER BY queued_at, id LIMIT 1`,
      ),
    );
    if (waiting) save({ ...waiting, dueAt: options.now() }, waiting);
  }

  function viewFor(job: Job, look: Look): View {
    const owner =
      look.renderId === undefined
        ? undefined
        : first("SELECT key FROM attempts WHERE render_id = ?", look.renderId);
    const same =
      look.contentKey === undefined
        ? undefined
        : first("SELECT id FROM jobs WHERE content_key = ? AND id <> ? LIMIT 1", look.contentKey, job.id);
    const inUse = look.line ? first("SELECT count(*) AS n FROM jobs WHERE holds_slot = 1") : undefined;
    const queuedAt = job.state.status === "queued" ? job.state.queuedAt : Number.MAX_SAFE_INTEGER;
    const ahead = look.line
      ? first(
          // Whom AKOOL has put off for a while stands in nobody's way.
          `SELECT count(*) AS n FROM jobs WHERE (queued_at < ? OR (queued_at = ? AND id < ?))
           AND (due_at <= ? OR json_extract(job, '$.state.placeInLine') IS NOT NULL)`,
          queuedAt,
          queuedAt,
          job.id,
          options.now(),
        )
      : undefined;
    return {
      slotsInUse: Number(inUse?.n ?? 0),
      ahead: Number(ahead?.n ?? 0),
      ...(same ? { sameContent: String(same.id) as JobId } : {}),
      ...(owner ? { renderOwner: String(owner.key) as AttemptKey } : {}),
    };
  }

  function apply(before: Job, change: Change, contentKey: string | undefined): Job {
    const at = options.now();
    const { job, attempt, render } = change;
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
    if (job.state.status === "rendered" && before.state.status === "rendering") {
      run(
        "INSERT INTO renders (finished_at, took_ms) VALUES (?, ?)",
        at,
        at - before.state.attempt.startedAt,
      );
      run("DELETE FROM renders WHERE rowid <= (SELECT max(rowid) FROM renders) - ?", RENDERS_KEPT);
    }
    return job;
  }

  const committed = async <T>(work: () => T, tries = 1): Promise<T> => {
    const result = await waitOutTrouble(() => write(work), tries, TROUBLE_PAUSE_MS);
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

    resumeAll: (change) =>
      committed(() => {
        forgetOldForms({ run }, options.now());
        run("DELETE FROM intake_keys WHERE seen_at < ?", options.now() - INTAKE_KEYS_KEPT_MS);
        const jobs = sql("SELECT job FROM jobs WHERE due_at IS NOT NULL ORDER BY accepted_at, id")
          .all()
          .map(parse);
        for (const [index, job] of jobs.entries()) {
          if (job) save(change(job, index), job);
        }
        return jobs.length;
      }),
    changeAll: (installationId, change) =>
      committed(() => {
        let changed = 0;
        const rows = sql(
          `SELECT job FROM jobs WHERE due_at IS NOT NULL
           AND coalesce(json_extract(job, '$.installationId'), workspace_id) = ?`,
        ).all(installationId);
        for (const job of rows.map(parse)) {
          const next = job && change(job);
          if (!next || next === job) continue;
          save(next, job);
          changed += 1;
        }
        return changed;
      }, PATIENT_TRIES),
    claimDue: async (now, limit) => {
      const due = sql("SELECT id FROM jobs WHERE due_at <= ? ORDER BY due_at LIMIT ?").all(
        now,
        limit + leased.size,
      );
      const free = due.map((row) => String(row.id) as JobId).filter((id) => !leased.has(id));
      const jobs = free
        .slice(0, limit)
        .map(read)
        .filter((job) => job !== undefined);
      for (const job of jobs) leased.add(job.id);
      return jobs;
    },
    release: (id) => {
      leased.delete(id);
      options.onDue?.();
    },
    nextDueAt: async () => {
      const rows = sql("SELECT id, due_at FROM jobs WHERE due_at IS NOT NULL ORDER BY due_at LIMIT ?").all(
        leased.size + 1,
      );
      const row = rows.find((candidate) => !leased.has(String(candidate.id) as JobId));
      return row ? Number(row.due_at) : undefined;
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
        .map(parse)
        .filter((job) => job !== undefined),
    countByStatus: async () =>
      Object.fromEntries(
        sql("SELECT status, count(*) AS n FROM jobs GROUP BY status")
          .all()
          .map((row) => [String(row.status), Number(row.n)]),
      ),

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

/** The row's document was written by this program, in this version or one that a migration has brought up. */
function parse(row: Record<string, unknown> | undefined): Job | undefined {
  return row ? (JSON.parse(String(row.job)) as Job) : undefined;
}
