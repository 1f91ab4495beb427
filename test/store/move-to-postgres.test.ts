import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import type { AttemptKey, InstallationId, JobId, RenderId, UserId } from "../../src/job/ids.ts";
import type { Job } from "../../src/job/job.ts";
import { wakeAt } from "../../src/job/next-step.ts";
import { MoveError, moveToPostgres, TABLES } from "../../src/store/move-to-postgres.ts";
import { openDatabase, StoreInUseError } from "../../src/store/open-database.ts";
import { openPostgresStore } from "../../src/store/postgres-store.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { ANNA, CHANNEL, NOW, STATES, sampleJob, WAITS, WORKSPACE } from "../job/sample-jobs.ts";
import { temporaryFolder } from "../media/serve.ts";
import { queryPostgres } from "../postgres/query.ts";
import { startPostgres, type TestPostgres } from "../postgres/start-postgres.ts";

const SETTINGS = { now: () => NOW, wakeAt: (job: Job) => wakeAt(job, WAITS), responseUrlLife: 1000 };
const onError = (error: Error) => {
  throw error;
};
const MORE_THAN_A_BATCH = 1100;

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.close());

/** A grown store: a job in every state, many that are over, and everything else there is. */
async function grownStore(): Promise<{ dataDir: string; jobs: readonly Job[] }> {
  const dataDir = await temporaryFolder();
  const store = openSqliteStore({ ...SETTINGS, dataDir });
  const message = { status: "none" } as const;
  const ended = Array.from({ length: MORE_THAN_A_BATCH }, (_, n) =>
    sampleJob("delivered", { id: `old${n}` as JobId, message, cleanedUp: true }),
  );
  const jobs = [
    ...Object.values(STATES).map((state, n) =>
      sampleJob(state, { id: `now${n}` as JobId, acceptedAt: NOW + n }),
    ),
    ...ended,
  ];
  await Promise.all(
    jobs.map((job) => store.accept({ keys: [`key ${job.id}`], job, responseUrl: "https://x/1" })),
  );
  const [first] = jobs;
  if (!first) throw new Error("no job");
  const key = "attempt" as AttemptKey;
  const link = { key: "link", file: "speech", expiresAt: NOW + 1000 } as const;
  await store.update(first.id, (job) => ({
    job,
    audit: [{ effect: "create", attempt: 1, outcome: "it's 'ok' — \u{1F600}" }],
    attempt: { key, number: 1, links: [link] },
    render: { key, renderId: "render" as RenderId },
  }));
  await store.setWatched(WORKSPACE, CHANNEL, ANNA, true);
  await store.saveForm({ id: "form", channelId: CHANNEL, taken: {}, openedAt: NOW });
  await store.installations.save({
    id: WORKSPACE as string as InstallationId,
    name: 'Acme, "Inc."',
    isEnterpriseInstall: true,
    appId: "A1",
    botUserId: "U0BOT",
    scopes: ["chat:write", "commands"],
    installedBy: "U1" as UserId,
    installedAt: NOW,
    sealed: "box",
  });
  await store.close();
  return { dataDir, jobs };
}

it("moves everything, jobs in flight included, and puts the old file aside", async () => {
  const { dataDir, jobs } = await grownStore();
  const url = await postgres.createDatabase();
  const moved = await moveToPostgres(dataDir, url);
  const unfinished = jobs.filter((job) => wakeAt(job, WAITS) !== undefined);
  expect(moved).toMatchObject({ jobs: jobs.length, unfinished: unfinished.length });
  expect(existsSync(join(dataDir, "talkingphoto.sqlite"))).toBe(false);
  expect(existsSync(join(dataDir, "talkingphoto.sqlite.moved"))).toBe(true);

  const { store } = await openPostgresStore({ ...SETTINGS, url, onError });
  onTestFinished(() => store.close());
  expect(await store.isRestored()).toBe(false);
  for (const job of jobs.slice(0, 40)) expect(await store.find(job.id)).toEqual(job);
  const [first] = jobs;
  expect(await store.accept({ keys: [`key ${first?.id}`], job: sampleJob("preparing") })).toMatchObject({
    isNew: false,
  });
  expect(await store.findAttempt("attempt" as AttemptKey)).toEqual({ jobId: first?.id, renderId: "render" });
  expect(await store.findMediaLink("link", NOW)).toMatchObject({ jobId: first?.id, file: "speech" });
  expect(await store.isWatched(WORKSPACE, CHANNEL)).toBe(true);
  expect(await store.findForm("form")).toMatchObject({ channelId: CHANNEL });
  expect(await store.installations.list()).toMatchObject([
    { name: 'Acme, "Inc."', isEnterpriseInstall: true, scopes: ["chat:write", "commands"], sealed: "box" },
  ]);
  // A fresh process takes over what was in flight, and new lines are numbered after the old ones.
  expect(await store.resumeAll((job) => job)).toBe(unfinished.length);
  if (first)
    await store.update(first.id, (job) => ({ job, audit: [{ effect: "post", attempt: 0, outcome: "ok" }] }));
  expect(await queryPostgres(url, "SELECT effect, outcome FROM audit ORDER BY id")).toEqual([
    { effect: "create", outcome: "it's 'ok' — \u{1F600}" },
    { effect: "post", outcome: "ok" },
  ]);
});

it("names every table and column that there is", async () => {
  const { db, close } = openDatabase(await temporaryFolder());
  const tables = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'meta' ORDER BY name")
    .all()
    .map(({ name }) => String(name));
  const there = tables.map((name) => [
    name,
    db
      .prepare(`SELECT name FROM pragma_table_info('${name}')`)
      .all()
      .map((column) => String(column.name))
      .sort(),
  ]);
  close();
  // The lane goes with the wake-up there, which every job gets anew.
  const lane = ["lane", "lane_group"];
  const named = TABLES.map(({ name, columns }) => [
    name,
    [...columns, ...(name === "jobs" ? lane : [])].sort(),
  ]);
  expect(named.sort()).toEqual(there.sort());
});

it("goes on where it broke off, and never into a database that is in use", async () => {
  const { dataDir } = await grownStore();
  const url = await postgres.createDatabase();
  await moveToPostgres(dataDir, url);
  // As if it had died between its commit and the putting aside.
  const file = join(dataDir, "talkingphoto.sqlite");
  const { renameSync } = await import("node:fs");
  renameSync(`${file}.moved`, file);
  expect(await moveToPostgres(dataDir, url)).toMatchObject({ rows: 0 });
  expect(existsSync(file)).toBe(false);
  await expect(moveToPostgres(dataDir, url)).rejects.toThrow(/is it moved already/);

  const other = await grownStore();
  await expect(moveToPostgres(other.dataDir, url)).rejects.toThrow(MoveError);
  expect(existsSync(join(other.dataDir, "talkingphoto.sqlite"))).toBe(true);
});

it("leaves everything as it was while the app runs, and when the database cannot be reached", async () => {
  const { dataDir, jobs } = await grownStore();
  const running = openSqliteStore({ ...SETTINGS, dataDir });
  await expect(moveToPostgres(dataDir, await postgres.createDatabase())).rejects.toThrow(StoreInUseError);
  await running.close();
  await expect(moveToPostgres(dataDir, "postgres://nobody@127.0.0.1:1/none")).rejects.toThrow("ECONNREFUSED");
  const db = new DatabaseSync(join(dataDir, "talkingphoto.sqlite"), { readOnly: true });
  expect(db.prepare("SELECT count(*) AS n FROM jobs").get()).toEqual({ n: jobs.length });
  db.close();
});
