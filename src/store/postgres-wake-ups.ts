import { type JobAttempt, PgBoss } from "pg-boss";
import type { JobId } from "../job/ids.ts";
import type { Lane, Place } from "../job/lane.ts";
import type { Among } from "../job/store.ts";
import type { Connection } from "./postgres-database.ts";

const QUEUE = "jobs";
/** A process that is silent for so long is dead; pg-boss allows no less. */
const HEARTBEAT_SECONDS = 10;
const BEAT_EVERY_MS = 3000;
/** A minute: clocks drift, and a machine that slept comes back late. */
const BEATS_BETWEEN_CLOCKS = 20;
/** How often pg-boss looks for the dead: with the heartbeat, a job is taken over within 13 s. */
const SUPERVISE_SECONDS = 1;
/** A held job is done long before (a relay gives up after a quarter of an hour). */
const EXPIRE_SECONDS = 23 * 60 * 60;
/** Its takers die, it does not: however often it was taken over, it is due again. */
const RETRY_LIMIT = 2 ** 31 - 1;
/** Lanes are told apart by what pg-boss has an index on. */
const PRIORITIES: Readonly<Record<Lane, number>> = { quick: 2, relay: 1, prepare: 0 };
const CHANNEL = "talkingphoto_due";
/** Under this name the server lists the connections that only a running process has. */
export const WAKE_UPS_NAME = "talkingphoto wake-ups";

/** SQL: whether some process holds the job whose id the expression `id` gives. */
export const isHeldSql = (id: string) =>
  `EXISTS (SELECT 1 FROM pgboss.job WHERE name = '${QUEUE}' AND singleton_key = ${id} AND state = 'active')`;

export interface WakeUps {
  /** Enqueues in the transaction of `connection`: the job is due in `delayMs`, whatever was planned before. */
  plan(connection: Connection, id: JobId, place: Place, delayMs: number): Promise<void>;
  /** Jobs whose time has come, each held by this process alone until it is `done` or this process dies. */
  take(limit: number, among: Among): Promise<readonly JobId[]>;
  isHeld(id: JobId): boolean;
  /** Makes sure, in the transaction of `connection`, that this process still holds the job. */
  stillHeld(connection: Connection, id: JobId): Promise<boolean>;
  /** Gives the job up in the transaction of `connection`. From here on it counts as not held. */
  giveUp(connection: Connection, id: JobId): Promise<void>;
  /** No longer kept alive by this process: what could not be given up is due again once its heartbeat is missed. */
  letGo(id: JobId): void;
  /** Tells all processes that something is due. A hint: sent after the commit, lost with the connection. */
  announce(): void;
  /** Ids that are neither planned nor held by anybody. */
  findForgotten(connection: Connection, ids: readonly JobId[]): Promise<readonly JobId[]>;
  close(): Promise<void>;
}

export interface WakeUpsOptions {
  readonly url: string;
  readonly connection: Connection;
  readonly onDue: () => void;
  readonly onError: (error: Error) => void;
  readonly now: () => number;
  /** By how many milliseconds the database's clock is ahead of `now`. */
  readonly onClock: (aheadMs: number) => void;
}

/**
 * pg-boss as the engine: at most one wake-up of a job is planned and at most one is being worked on (its policy
 * `stately`), over all processes. What is held is kept alive by heartbeats; what a dead process held is due again.
 */
export async function startWakeUps(options: WakeUpsOptions): Promise<WakeUps> {
  const { connection, onDue, onError } = options;
  const boss = new PgBoss({
    connectionString: options.url,
    application_name: WAKE_UPS_NAME,
    max: 2,
    schedule: false,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
  });
  boss.on("error", onError);
  const stopBoss = () => boss.stop({ graceful: false, close: true });
  const listening = await startListening(boss, onDue).catch(async (error: unknown) => {
    await stopBoss().catch(onError);
    throw error;
  });

  const held = new Map<JobId, JobAttempt>();
  const through = (each: Connection) => ({
    db: {
      executeSql: async (text: string, values?: unknown[]) => ({
        rows: [...(await each.query(text, values))],
      }),
    },
  });

  /** The package's own type of the answer is empty. */
  const touch = async (
    attempts: JobAttempt | JobAttempt[],
    each: Connection,
  ): Promise<ReadonlySet<string>> => {
    const answer = (await boss.touch(QUEUE, attempts, through(each))) as { readonly settled: string[] };
    return new Set(answer.settled);
  };

  let beats = 0;
  const beat = setInterval(() => {
    if (beats++ % BEATS_BETWEEN_CLOCKS === 0) compareClocks().catch(onError);
    const mine = [...held];
    if (mine.length === 0) return;
    const attempts = mine.map(([, attempt]) => attempt);
    touch(attempts, connection).then((alive) => {
      for (const [id, attempt] of mine)
        if (!alive.has(attempt.id) && held.get(id) === attempt) held.delete(id);
    }, onError);
  }, BEAT_EVERY_MS);
  beat.unref();

  /** Due times are compared with this process's clock here, and with the database's there: they must be one. */
  async function compareClocks(): Promise<void> {
    const before = options.now();
    const row = await connection.first("SELECT extract(epoch FROM clock_timestamp()) * 1000 AS at");
    options.onClock(Number(row?.at) - (before + options.now()) / 2);
  }
  await compareClocks();

  let announcing = false;
  let again = false;
  async function announce(): Promise<void> {
    again = true;
    if (announcing) return;
    announcing = true;
    try {
      // In a transaction of its own: with the row's, every commit would queue behind every other's sync.
      while (again) {
        again = false;
        await connection.query(`SELECT pg_notify('${CHANNEL}', '')`);
      }
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
    } finally {
      announcing = false;
    }
  }

  return {
    async plan(each, id, { lane, group }, delayMs) {
      await boss.upsert(QUEUE, null, {
        singletonKey: id,
        priority: PRIORITIES[lane],
        group: { id: group },
        startAfter: Math.max(0, delayMs) / 1000,
        ...through(each),
      });
    },
    async take(limit, { lane, ofOneGroup }) {
      const capped = ofOneGroup !== undefined;
      const taken: JobId[] = [];
      const takeMore = async (): Promise<boolean> => {
        const batch = await boss.fetch(QUEUE, {
          batchSize: limit - taken.length,
          includeMetadata: true,
          ...(lane === undefined ? {} : { minPriority: PRIORITIES[lane], maxPriority: PRIORITIES[lane] }),
          ...(capped ? { groupConcurrency: ofOneGroup } : {}),
          ...through(connection),
        });
        for (const { id, retryCount, singletonKey } of batch) {
          const jobId = String(singletonKey) as JobId;
          held.set(jobId, { id, retryCount });
          taken.push(jobId);
        }
        // The surplus of one group takes up a batch before it is left out: behind it may be others.
        return capped && batch.length > 0 && taken.length < limit;
      };
      try {
        while (await takeMore());
      } catch (error) {
        // Nobody would ever work on what is held here and not handed out.
        for (const id of taken) held.delete(id);
        throw error;
      }
      return taken;
    },
    isHeld: (id) => held.has(id),
    async stillHeld(each, id) {
      const attempt = held.get(id);
      if (!attempt) return false;
      const alive = (await touch(attempt, each)).has(attempt.id);
      if (!alive) held.delete(id);
      return alive;
    },
    async giveUp(each, id) {
      const attempt = held.get(id);
      held.delete(id);
      if (attempt) await boss.deleteJob(QUEUE, attempt, through(each));
    },
    letGo: (id) => void held.delete(id),
    announce: () => void announce(),
    async findForgotten(each, ids) {
      const rows = await each.query(
        `SELECT id FROM unnest($1::text[]) AS wanted (id) WHERE NOT EXISTS (
           SELECT 1 FROM pgboss.job WHERE name = '${QUEUE}' AND singleton_key = wanted.id AND state <= 'active')`,
        [ids],
      );
      return rows.map(({ id }) => String(id) as JobId);
    },
    async close() {
      clearInterval(beat);
      await listening?.close();
      await stopBoss();
    },
  };
}

async function startListening(boss: PgBoss, onDue: () => void) {
  await boss.start();
  await boss.createQueue(QUEUE, {
    policy: "stately",
    heartbeatSeconds: HEARTBEAT_SECONDS,
    expireInSeconds: EXPIRE_SECONDS,
    retryLimit: RETRY_LIMIT,
    retryDelay: 0,
  });
  return boss.getDb().listen?.(CHANNEL, onDue, onDue);
}
