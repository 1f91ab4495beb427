import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import type { JobId } from "../../src/job/ids.ts";
import { installationOf } from "../../src/job/job.ts";
import { workspaceGone } from "../../src/job/workspace-gone.ts";
import { createGroupCommit } from "../../src/store/group-commit.ts";
import { start } from "../../src/store/migrations/001-start.ts";
import { openDatabase, StoreInUseError } from "../../src/store/open-database.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { NOW, sampleJob } from "../job/sample-jobs.ts";
import { temporaryFolder } from "../media/serve.ts";

const KILLS = 30;

function openStore(dataDir: string) {
  return openSqliteStore({ dataDir, now: () => NOW, wakeAt: () => undefined, responseUrlLife: 0 });
}

/** Resolves once the child holds the store; `line` is called with every id it acknowledges. */
async function startAccepting(dataDir: string, prefix: string, line: (id: string) => void = () => {}) {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "accepting-process.ts"), dataDir, prefix],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout });
  const gone = once(child, "exit").then(() => {
    throw new Error("the child ended by itself");
  });
  gone.catch(() => {});
  await Promise.race([once(lines, "line"), gone]);
  lines.on("line", line);
  return { child, lines };
}

async function killed(child: ChildProcess): Promise<void> {
  const exit = once(child, "close");
  child.kill("SIGKILL");
  await exit;
}

describe("a process that dies", () => {
  it(`loses no acknowledged request in ${KILLS} kills`, { timeout: 300_000 }, async () => {
    const dataDir = await temporaryFolder();
    const acknowledged: string[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      // Each time after a few more of them, so that the kill falls on another moment of the commit.
      const wanted = acknowledged.length + 1 + (kill % 10);
      const reached = Promise.withResolvers<void>();
      const { child } = await startAccepting(dataDir, `k${kill}`, (id) => {
        acknowledged.push(id);
        if (acknowledged.length >= wanted) reached.resolve();
      });
      await reached.promise;
      await killed(child);
    }
    const store = openStore(dataDir);
    onTestFinished(() => store.close());
    const found = await Promise.all(acknowledged.map((id) => store.find(id as JobId)));
    const lost = acknowledged.filter((_id, index) => found[index] === undefined);
    expect(acknowledged.length).toBeGreaterThanOrEqual(KILLS);
    expect(lost).toEqual([]);
  });

  it("gives its store up: the next one opens it at once", async () => {
    const dataDir = await temporaryFolder();
    const { child } = await startAccepting(dataDir, "first");
    const refused = catching(() => openStore(dataDir));
    expect(refused).toBeInstanceOf(StoreInUseError);
    expect(String(refused)).toContain(`process ${child.pid} on `);
    await killed(child);
    const store = openStore(dataDir);
    await expect(store.check()).resolves.toBeUndefined();
    await store.close();
  });
});

describe("one store, one process", () => {
  it("refuses a second opening, naming the owner, until the first is closed", async () => {
    const dataDir = await temporaryFolder();
    const store = openStore(dataDir);
    expect(String(catching(() => openStore(dataDir)))).toContain(`process ${process.pid} on `);
    await store.close();
    await openStore(dataDir).close();
  });

  it("finds everything again after closing and opening", async () => {
    const dataDir = await temporaryFolder();
    const job = sampleJob("queued");
    const before = openStore(dataDir);
    const accepted = before.accept({ keys: ["a"], job });
    // Closing does not drop what was handed in.
    await before.close();
    await accepted;
    const after = openStore(dataDir);
    expect(await after.find(job.id)).toEqual(job);
    expect(await after.accept({ keys: ["a"], job })).toMatchObject({ isNew: false });
    await after.close();
  });
});

describe("writes that share a commit", () => {
  async function openNotes() {
    const database = openDatabase(await temporaryFolder());
    onTestFinished(() => database.close());
    const { db } = database;
    db.exec("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT");
    const { write } = createGroupCommit(db);
    const insert = (id: number, text: string) =>
      write(() => db.prepare("INSERT INTO notes VALUES (?, ?)").run(id, text));
    const kept = () =>
      db
        .prepare("SELECT id FROM notes ORDER BY id")
        .all()
        .map(({ id }) => id);
    return { db, write, insert, kept };
  }

  it("undoes a write that throws, to its last statement, and keeps its neighbours", async () => {
    const { db, write, insert, kept } = await openNotes();
    const before = insert(1, "kept");
    const halfway = write(() => {
      db.exec("INSERT INTO notes VALUES (2, 'half')");
      throw new Error("a mistake after the first statement");
    });
    const forbidden = insert(1, "the same id again");
    const after = insert(3, "kept");
    await expect(halfway).rejects.toThrow("a mistake");
    await expect(forbidden).rejects.toThrow("UNIQUE");
    await Promise.all([before, after]);
    expect(kept()).toEqual([1, 3]);
  });

  it("rejects all of the turn when the disk is full, keeps nothing of it, and goes on once there is room", async () => {
    const { db, insert, kept } = await openNotes();
    await insert(1, "from before");
    const pages = Number(db.prepare("PRAGMA page_count").get()?.page_count);
    db.exec(`PRAGMA max_page_count = ${pages + 2}`);
    const megabyte = "x".repeat(1_000_000);
    const turn = [insert(2, "small"), insert(3, megabyte), insert(4, "small")];
    const outcomes = (await Promise.allSettled(turn)).map(({ status }) => status);
    expect(outcomes).toEqual(["rejected", "rejected", "rejected"]);
    expect(kept()).toEqual([1]);
    db.exec(`PRAGMA max_page_count = ${pages + 2000}`);
    await insert(5, megabyte);
    expect(kept()).toEqual([1, 5]);
  });
});

describe("the version of the schema", () => {
  it("is brought up from an empty file, once", async () => {
    const dataDir = await temporaryFolder();
    const first = openDatabase(dataDir);
    const version = first.db.prepare("PRAGMA user_version").get()?.user_version;
    const schema = first.db.prepare("SELECT sql FROM sqlite_schema ORDER BY name").all();
    first.close();
    const second = openDatabase(dataDir);
    expect(version).toBeGreaterThanOrEqual(1);
    expect(second.db.prepare("PRAGMA user_version").get()?.user_version).toBe(version);
    expect(second.db.prepare("SELECT sql FROM sqlite_schema ORDER BY name").all()).toEqual(schema);
    second.close();
  });

  it("is brought up from version 1 with jobs in it, which are served as before", async () => {
    const dataDir = await temporaryFolder();
    const old = new DatabaseSync(join(dataDir, "talkingphoto.sqlite"));
    old.exec(`${start}; PRAGMA user_version = 1;`);
    const job = sampleJob("rendering");
    old
      .prepare(
        "INSERT INTO jobs (id, workspace_id, requester_id, status, accepted_at, due_at, holds_slot, job) VALUES (?, ?, ?, 'rendering', ?, ?, 1, ?)",
      )
      .run(job.id, job.workspaceId, job.requesterId, NOW, NOW, JSON.stringify(job));
    old.close();
    const store = openStore(dataDir);
    onTestFinished(() => store.close());
    expect(await store.find(job.id)).toEqual(job);
    expect(await store.installations.list()).toEqual([]);
    expect(await store.changeAll(installationOf(job), (each) => workspaceGone(each, NOW))).toBe(1);
  });

  it("is refused when a newer program wrote it, and the folder is left free", async () => {
    const dataDir = await temporaryFolder();
    openDatabase(dataDir).close();
    const db = new DatabaseSync(join(dataDir, "talkingphoto.sqlite"));
    db.exec("PRAGMA user_version = 999");
    db.close();
    // Were the lock kept after the first refusal, the second would name an owner.
    for (const _try of [1, 2]) expect(() => openDatabase(dataDir)).toThrow(/newer version \(schema 999/);
  });

  it("syncs every commit to disk", async () => {
    const { db, close } = openDatabase(await temporaryFolder());
    expect(db.prepare("PRAGMA journal_mode").get()?.journal_mode).toBe("wal");
    expect(db.prepare("PRAGMA synchronous").get()?.synchronous).toBe(2);
    close();
  });
});

function catching(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
