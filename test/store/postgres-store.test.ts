import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { AttemptKey, JobId } from "../../src/job/ids.ts";
import type { Job } from "../../src/job/job.ts";
import { wakeAt } from "../../src/job/next-step.ts";
import { LeaseLostError } from "../../src/job/store.ts";
import { createIntended, prepared } from "../../src/job/transitions.ts";
import { openPostgres } from "../../src/store/postgres-database.ts";
import { openPostgresStore } from "../../src/store/postgres-store.ts";
import { isPostgresTrouble } from "../../src/store/postgres-trouble.ts";
import { until } from "../flow/asking.ts";
import { PREPARED, STATES, sampleJob, WAITS } from "../job/sample-jobs.ts";
import { queryPostgres } from "../postgres/query.ts";
import { startPostgres, type TestPostgres } from "../postgres/start-postgres.ts";

/** pg-boss looks after 10 s without a heartbeat; the machine may be busy. */
const TAKEOVER_TIMEOUT_MS = 60_000;
const SLOTS = 2;

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.close());

/** Several processes' stores on one database, in this process. */
async function openStores(count: number) {
  const url = await postgres.createDatabase();
  const due = Array.from({ length: count }, () => 0);
  const opened = await Promise.all(
    due.map((_none, index) =>
      openPostgresStore({
        url,
        now: () => Date.now(),
        wakeAt: (job) => wakeAt(job, WAITS),
        responseUrlLife: 1000,
        onDue: () => {
          due[index] = (due[index] ?? 0) + 1;
        },
        // A server that goes away while a test ends is none of its business.
        onError: () => {},
      }),
    ),
  );
  const stores = opened.map(({ store }) => store);
  onTestFinished(async () => void (await Promise.allSettled(stores.map((store) => store.close()))));
  const [a, b] = stores;
  if (!a || !b) throw new Error("at least two");
  return { url, stores, a, b, due };
}

const jobIn = (state: Job["state"], id: string, over: Partial<Job> = {}) =>
  sampleJob(state, { id: id as JobId, dueAt: Date.now() - 1000, message: { status: "lost" }, ...over });

describe("several processes on one database", () => {
  it("hand each due job to one of them", async () => {
    const { stores, a } = await openStores(3);
    const jobs = Array.from({ length: 30 }, (_, n) => jobIn(STATES.preparing, `j${n}`));
    for (const job of jobs) await a.accept({ keys: [job.id], job });
    const claimed = (await Promise.all(stores.map((store) => store.claimDue(Date.now(), 20)))).flat();
    expect(claimed.map(({ id }) => id).sort()).toEqual(jobs.map(({ id }) => id).sort());
  });

  it("make one job of the same request that reaches all of them at once", async () => {
    const { stores, a } = await openStores(3);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        (stores[n % 3] ?? a).accept({
          keys: ["post:1", `client:${n}`],
          job: jobIn(STATES.preparing, `j${n}`),
        }),
      ),
    );
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await a.countByStatus()).toEqual({ preparing: 1 });
  });

  it("take one of the two events for a post, and refuse no post that one of them has taken", async () => {
    const { a, b } = await openStores(2);
    for (let n = 0; n < 20; n++) {
      const post = `T1:C1:${n}`;
      await Promise.all([
        a.accept({ keys: [`post:${post}`], job: jobIn(STATES.preparing, `ok${n}`) }),
        b.accept({
          keys: [`refused:${post}`],
          unless: [`post:${post}`],
          job: jobIn(STATES.failed, `no${n}`),
        }),
      ]);
      // Who came first may have been refused for want of files; who came second then still gets its job.
      expect(await a.find(`ok${n}` as JobId)).toBeDefined();
      const again = await b.accept({
        keys: [`refused:${post}`],
        unless: [`post:${post}`],
        job: jobIn(STATES.failed, `again${n}`),
      });
      expect(again.isNew).toBe(false);
    }
  });

  it("never let more renders begin than there are slots, though all decide at once", async () => {
    const { stores, a } = await openStores(3);
    const ids = Array.from({ length: 12 }, (_, n) => `j${String(n).padStart(2, "0")}` as JobId);
    for (const [n, id] of ids.entries())
      await a.accept({ keys: [id], job: jobIn({ ...STATES.queued, queuedAt: Date.now() + n }, id) });
    const held = (await Promise.all(stores.map((store) => store.claimDue(Date.now(), 4)))).map(
      (jobs, index) => jobs.map(({ id }) => ({ id, store: stores[index] ?? a })),
    );
    expect(held.flat()).toHaveLength(12);
    await Promise.all(
      held.flat().map(({ id, store }) =>
        store.update(
          id,
          (job, view) => {
            const key = `key of ${id}` as AttemptKey;
            const next = createIntended(job, key, { ...view, slots: SLOTS }, Date.now(), WAITS);
            return { job: next };
          },
          { line: true, intent: true },
        ),
      ),
    );
    expect((await a.countByStatus()).creating).toBe(SLOTS);
  });

  it("see that two requests are the same, though both are prepared at once", async () => {
    const { a, b } = await openStores(2);
    for (let n = 0; n < 10; n++) {
      const ids = [`one${n}`, `two${n}`] as JobId[];
      for (const id of ids) await a.accept({ keys: [id], job: jobIn(STATES.preparing, id) });
      await Promise.all(
        ids.map((id, index) =>
          (index === 0 ? a : b).update(
            id,
            (job, view) => ({ job: prepared(job, PREPARED, view.sameContent, Date.now()) }),
            { contentKey: `content ${n}` },
          ),
        ),
      );
    }
    expect(await a.countByStatus()).toEqual({ queued: 10, duplicate: 10 });
  });

  it("hear of what is due at another one", async () => {
    const { a, b, due } = await openStores(2);
    const before = due[1] ?? 0;
    const job = jobIn(STATES.preparing, "j1");
    await a.accept({ keys: ["j1"], job });
    await until("the other to hear of it", () => (due[1] ?? 0) > before);
    expect(await b.claimDue(Date.now(), 10)).toMatchObject([{ id: "j1" }]);
  });

  it("find a change that came in at another one while a job was held", async () => {
    const { a, b } = await openStores(2);
    const job = jobIn(STATES.asking, "j1");
    await a.accept({ keys: ["j1"], job });
    await a.claimDue(Date.now(), 1);
    await b.update(job.id, (current) => ({ job: { ...current, dueAt: Date.now() - 5 } }));
    expect(await b.claimDue(Date.now(), 10)).toEqual([]);
    await a.release(job.id);
    expect(await b.claimDue(Date.now(), 10)).toMatchObject([{ id: "j1" }]);
  });
});

describe("a process that dies", () => {
  it("leaves what it had accepted and not begun to the others", async () => {
    const { a, b } = await openStores(2);
    await a.accept({ keys: ["j1"], job: jobIn(STATES.preparing, "j1") });
    await a.close();
    expect(await b.claimDue(Date.now(), 10)).toMatchObject([{ id: "j1" }]);
  });

  it("loses the jobs it held to another one", { timeout: TAKEOVER_TIMEOUT_MS }, async () => {
    const { a, b } = await openStores(2);
    await a.accept({ keys: ["j1"], job: jobIn(STATES.preparing, "j1") });
    expect(await a.claimDue(Date.now(), 1)).toHaveLength(1);
    // Without giving anything up, as a kill would.
    await a.close();
    expect(await b.claimDue(Date.now(), 1)).toEqual([]);
    const giveUpAt = Date.now() + TAKEOVER_TIMEOUT_MS;
    let taken: readonly Job[] = [];
    while (taken.length === 0 && Date.now() < giveUpAt) {
      await new Promise((again) => setTimeout(again, 200));
      taken = await b.claimDue(Date.now(), 1);
    }
    expect(taken).toMatchObject([{ id: "j1" }]);
  });

  it("and was only taken for dead may begin nothing, and still say what it learned", {
    timeout: TAKEOVER_TIMEOUT_MS,
  }, async () => {
    const { url, a, b } = await openStores(2);
    const { id } = jobIn(STATES.preparing, "j1");
    await a.accept({ keys: [id], job: jobIn(STATES.preparing, "j1") });
    await a.claimDue(Date.now(), 1);
    // As if it had been frozen for a minute: its heartbeats, when they come, find the job taken.
    const freeze = () =>
      queryPostgres(
        url,
        "UPDATE pgboss.job SET heartbeat_on = now() - interval '1 minute' WHERE state = 'active'",
      );
    const giveUpAt = Date.now() + TAKEOVER_TIMEOUT_MS;
    let taken: readonly Job[] = [];
    while (taken.length === 0 && Date.now() < giveUpAt) {
      await freeze();
      await new Promise((again) => setTimeout(again, 100));
      taken = await b.claimDue(Date.now(), 1);
    }
    expect(taken).toMatchObject([{ id }]);
    const more = (job: Job) => ({ job: { ...job, tries: job.tries + 1 } });
    await expect(a.update(id, more, { intent: true })).rejects.toThrow(LeaseLostError);
    expect((await a.update(id, more, { patient: true })).tries).toBe(1);
    expect((await b.update(id, more, { intent: true })).tries).toBe(2);
    // What it gives up is not its own any more.
    await a.release(id);
    expect((await b.update(id, more, { intent: true })).tries).toBe(3);
  });

  it("with the plans of the engine lost, too, leaves them to be made anew", async () => {
    const { url, a, b } = await openStores(2);
    await a.accept({ keys: ["j1"], job: jobIn(STATES.preparing, "j1") });
    await a.accept({ keys: ["j2"], job: jobIn(STATES.asking, "j2", { dueAt: Date.now() + 1e6 }) });
    await queryPostgres(url, "DELETE FROM pgboss.job");
    expect(await b.claimDue(Date.now(), 10)).toEqual([]);
    expect(await b.resumeAll((job) => job)).toBe(2);
    expect(await b.resumeAll((job) => job)).toBe(0);
    expect(await b.claimDue(Date.now(), 10)).toMatchObject([{ id: "j1" }]);
  });
});

describe("a database in trouble", () => {
  it("that cuts a connection in the middle of a transaction costs that transaction alone", async () => {
    const url = await postgres.createDatabase();
    const database = await openPostgres(url, { onError: () => {} });
    onTestFinished(() => database.close());
    const half = database.transaction(async (db) => {
      await db.query("CREATE TABLE half (n int)");
      const row = await db.first("SELECT pg_backend_pid() AS pid");
      await queryPostgres(url, `SELECT pg_terminate_backend(${row?.pid})`);
      // Nothing is being asked while the news comes in.
      await until("the server to be rid of it", async () => {
        const [left] = await queryPostgres(
          url,
          `SELECT count(*)::int AS n FROM pg_stat_activity WHERE pid = ${row?.pid}`,
        );
        return left?.n === 0;
      });
      await new Promise((turn) => setTimeout(turn, 50));
      await db.query("SELECT 1");
    });
    await expect(half).rejects.toThrow();
    expect(await half.catch(isPostgresTrouble)).toBe(true);
    expect(await database.first("SELECT to_regclass('half') AS half")).toEqual({ half: null });
  });

  it("is waited out by who cannot ask again, and refused honestly to who can", async () => {
    const { url, a } = await openStores(2);
    const { id } = jobIn(STATES.preparing, "j1");
    await a.accept({ keys: [id], job: jobIn(STATES.preparing, "j1") });
    const cut = () =>
      queryPostgres(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
      );
    await cut();
    const saved = await a.update(id, (job) => ({ job: { ...job, tries: 7 } }), { patient: true });
    expect(saved.tries).toBe(7);
    await cut();
    expect((await a.accept({ keys: ["j2"], job: jobIn(STATES.preparing, "j2") })).isNew).toBe(true);
  });

  it.each([
    [Object.assign(new Error("x"), { code: "57P01" }), true],
    [Object.assign(new Error("x"), { code: "40P01" }), true],
    [Object.assign(new Error("x"), { code: "53300" }), true],
    [Object.assign(new Error("x"), { code: "ECONNREFUSED" }), true],
    [new AggregateError([Object.assign(new Error("x"), { code: "ECONNREFUSED" })]), true],
    [new Error("Connection terminated unexpectedly"), true],
    [Object.assign(new Error("x"), { code: "23505" }), false],
    [Object.assign(new Error("x"), { code: "42P01" }), false],
    [new LeaseLostError("job"), false],
  ])("is told from a mistake: %s", (error, expected) => {
    expect(isPostgresTrouble(error)).toBe(expected);
  });
});
