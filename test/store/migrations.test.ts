import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { AttemptKey, JobId } from "../../src/job/ids.ts";
import type { Job } from "../../src/job/job.ts";
import { wakeAt } from "../../src/job/next-step.ts";
import type { JobStore } from "../../src/job/store.ts";
import { MIGRATIONS as SQLITE_MIGRATIONS } from "../../src/store/open-database.ts";
import { openPostgres, MIGRATIONS as POSTGRES_MIGRATIONS } from "../../src/store/postgres-database.ts";
import { openPostgresStore } from "../../src/store/postgres-store.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { ANNA, CHANNEL, NOW, STATES, sampleJob, WAITS, WORKSPACE } from "../job/sample-jobs.ts";
import { temporaryFolder } from "../media/serve.ts";
import { startPostgres, type TestPostgres } from "../postgres/start-postgres.ts";

const SETTINGS = { now: () => NOW, wakeAt: (job: Job) => wakeAt(job, WAITS), responseUrlLife: 1000 };
const onError = (error: Error) => {
  throw error;
};

/** What a version-1 store held: a job in every state, in the order of their arrival, and what belongs to them. */
const JOBS: readonly Job[] = Object.values(STATES).map((state, index) =>
  sampleJob(state, { id: `job${String(index).padStart(4, "0")}` as JobId, acceptedAt: NOW - 1000 + index }),
);

function rowsOf(sql: { yes: string; no: string }): string[] {
  const text = (value: string | number | null) =>
    value === null ? "NULL" : typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`;
  return [
    ...JOBS.map((job) => {
      const due = wakeAt(job, WAITS);
      const queuedAt = job.state.status === "queued" ? job.state.queuedAt : null;
      const holds = ["creating", "unsettled", "rendering"].includes(job.state.status);
      const fields = [job.id, job.workspaceId, job.requesterId, job.state.status, job.acceptedAt];
      const rest = [due === undefined ? null : Math.ceil(due), queuedAt].map(text);
      return `INSERT INTO jobs (id, workspace_id, requester_id, status, accepted_at, due_at, queued_at, holds_slot, job)
        VALUES (${fields.map(text).join(", ")}, ${rest.join(", ")}, ${holds ? sql.yes : sql.no}, ${text(JSON.stringify(job))})`;
    }),
    `INSERT INTO intake_keys VALUES ('seen', '${JOBS[0]?.id}', ${NOW})`,
    `INSERT INTO attempts VALUES ('attempt', '${JOBS[0]?.id}', 1, ${NOW}, 'render')`,
    `INSERT INTO media_links VALUES ('link', '${JOBS[0]?.id}', 'attempt', 'photo', ${NOW + 1000})`,
    `INSERT INTO audit (at, job_id, effect, attempt, outcome) VALUES (${NOW}, '${JOBS[0]?.id}', 'post', 0, 'ok')`,
    `INSERT INTO renders (finished_at, took_ms) VALUES (${NOW}, 42000)`,
    `INSERT INTO watched_channels VALUES ('${WORKSPACE}', '${CHANNEL}', '${ANNA}', ${NOW})`,
    `INSERT INTO forms (id, channel_id, thread_ts, taken, response_url, opened_at) VALUES ('form', '${CHANNEL}', NULL, '{}', NULL, ${NOW})`,
  ];
}

async function expectAllThere(store: JobStore): Promise<void> {
  for (const job of JOBS) expect(await store.find(job.id)).toEqual(job);
  const [first] = JOBS;
  expect(await store.accept({ keys: ["seen"], job: sampleJob("preparing") })).toMatchObject({
    isNew: false,
    job: { id: first?.id },
  });
  expect(await store.findAttempt("attempt" as AttemptKey)).toEqual({ jobId: first?.id, renderId: "render" });
  expect(await store.findMediaLink("link", NOW)).toMatchObject({ jobId: first?.id, file: "photo" });
  expect(await store.renderSeconds(1)).toEqual([42]);
  expect(await store.isWatched(WORKSPACE, CHANNEL)).toBe(true);
  expect(await store.findForm("form")).toMatchObject({ channelId: CHANNEL });
  // And it works: the line is as it was, and a job goes its way through it.
  const waiting = JOBS.filter(({ state }) => state.status === "queued");
  const places: number[] = [];
  for (const { id } of waiting) {
    const look = (_job: Job, view: { ahead: number }) => void places.push(view.ahead);
    await store.update(
      id,
      (job, view) => {
        look(job, view);
        return undefined;
      },
      { line: true },
    );
  }
  expect(new Set(places).size).toBe(waiting.length);
  for (const { id } of waiting)
    await store.update(id, (job) => ({ job: { ...job, state: STATES.cancelled } }));
  expect((await store.countByStatus()).queued).toBeUndefined();
}

describe("on SQLite", () => {
  it.each(SQLITE_MIGRATIONS.map((_sql, index) => index + 1))(
    "a store of version %i, with data in it, is brought up",
    async (version) => {
      const dataDir = await temporaryFolder();
      const old = new DatabaseSync(join(dataDir, "talkingphoto.sqlite"));
      for (const sql of SQLITE_MIGRATIONS.slice(0, version)) old.exec(sql);
      for (const sql of rowsOf({ yes: "1", no: "0" })) old.exec(sql);
      old.exec(`PRAGMA user_version = ${version}`);
      // What the rows of that time lack is what the migration itself fills in.
      if (version >= 4)
        old.exec("UPDATE jobs SET turn = 0 WHERE holds_slot = 1 OR status IN ('preparing', 'queued')");
      old.close();
      const store = openSqliteStore({ ...SETTINGS, dataDir });
      onTestFinished(() => store.close());
      await expectAllThere(store);
    },
  );
});

describe("on PostgreSQL", () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.close());

  async function run(url: string, statements: readonly string[]): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      let rows: Record<string, unknown>[] = [];
      for (const sql of statements) rows = (await client.query(sql)).rows;
      return rows;
    } finally {
      await client.end();
    }
  }

  it.each(POSTGRES_MIGRATIONS.map((_sql, index) => index + 1))(
    "a store of version %i, with data in it, is brought up",
    async (version) => {
      const url = await postgres.createDatabase();
      await run(url, [
        ...POSTGRES_MIGRATIONS.slice(0, version),
        "ALTER TABLE jobs ALTER COLUMN waits_for_slot SET DEFAULT false",
        ...rowsOf({ yes: "true", no: "false" }),
        "ALTER TABLE jobs ALTER COLUMN waits_for_slot DROP DEFAULT",
        "UPDATE jobs SET turn = 0 WHERE holds_slot OR status IN ('preparing', 'queued')",
        `CREATE TABLE talkingphoto_schema AS SELECT ${version} AS version`,
      ]);
      const { store } = await openPostgresStore({ ...SETTINGS, url, onError });
      onTestFinished(() => store.close());
      await expectAllThere(store);
    },
  );

  it("an empty database is set up once by many processes that start at the same time", async () => {
    const url = await postgres.createDatabase();
    const opened = await Promise.all(
      [1, 2, 3, 4].map(() => openPostgresStore({ ...SETTINGS, url, onError })),
    );
    const [row] = await run(url, ["SELECT version FROM talkingphoto_schema"]);
    expect(row).toEqual({ version: POSTGRES_MIGRATIONS.length });
    const job = sampleJob("preparing");
    await opened[0]?.store.accept({ keys: ["a"], job });
    for (const { store } of opened) expect(await store.find(job.id)).toEqual(job);
    await Promise.all(opened.map(({ store }) => store.close()));
  });

  it("a database that a newer program wrote is refused, and left as it is", async () => {
    const url = await postgres.createDatabase();
    await run(url, ["CREATE TABLE talkingphoto_schema AS SELECT 999 AS version"]);
    await expect(openPostgres(url, { onError })).rejects.toThrow(/newer version \(schema 999/);
    expect(await run(url, ["SELECT to_regclass('jobs') AS jobs"])).toEqual([{ jobs: null }]);
  });
});
