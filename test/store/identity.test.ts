import { copyFileSync, cpSync, mkdirSync, renameSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { backupDatabase, markDatabaseAsCopy } from "../../src/store/backup-database.ts";
import { MIGRATIONS, StoreInUseError } from "../../src/store/open-database.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { NOW, sampleJob } from "../job/sample-jobs.ts";
import { temporaryFolder } from "../media/serve.ts";

const open = (dataDir: string) =>
  openSqliteStore({ dataDir, now: () => NOW, wakeAt: (job) => job.dueAt, responseUrlLife: 0 });

async function storeWithOneJob() {
  const dataDir = join(await temporaryFolder(), "data");
  const store = open(dataDir);
  await store.accept({ keys: ["a"], job: sampleJob("rendering") });
  return { dataDir, store };
}

async function opensAsCopy(dataDir: string): Promise<boolean> {
  const store = open(dataDir);
  const answer = await store.isRestored();
  await store.close();
  return answer;
}

/** From before there was a table in which a store says what it is. */
async function storeOfVersionOne(): Promise<string> {
  const dataDir = await temporaryFolder();
  const db = new DatabaseSync(join(dataDir, "talkingphoto.sqlite"));
  db.exec(`${MIGRATIONS[0]}; PRAGMA user_version = 1`);
  db.close();
  return dataDir;
}

describe("a store", () => {
  it("stays itself over restarts, and when its folder is renamed", async () => {
    const { dataDir, store } = await storeWithOneJob();
    await store.close();
    expect(await opensAsCopy(dataDir)).toBe(false);
    renameSync(dataDir, `${dataDir}-elsewhere`);
    expect(await opensAsCopy(`${dataDir}-elsewhere`)).toBe(false);
  });

  it("is a copy when its folder was copied, times and all, until its jobs are ended", async () => {
    const { dataDir, store } = await storeWithOneJob();
    await store.close();
    const copied = `${dataDir}-copied`;
    cpSync(dataDir, copied, { recursive: true, preserveTimestamps: true });
    const { atime, mtime } = statSync(join(dataDir, "talkingphoto.sqlite"));
    utimesSync(join(copied, "talkingphoto.sqlite"), atime, mtime);
    expect(await opensAsCopy(copied)).toBe(true);
    // Looked at and left: still a copy.
    expect(await opensAsCopy(copied)).toBe(true);
    const copy = open(copied);
    await copy.endRestored((job) => job);
    expect(await copy.isRestored()).toBe(false);
    await copy.close();
    expect(await opensAsCopy(copied)).toBe(false);
    expect(await opensAsCopy(dataDir)).toBe(false);
  });

  it("stays a copy when ending its jobs fails half way", async () => {
    const { dataDir, store } = await storeWithOneJob();
    await store.close();
    markDatabaseAsCopy(dataDir);
    const copy = open(dataDir);
    const broken = copy.endRestored(() => {
      throw new Error("power cut");
    });
    await expect(broken).rejects.toThrow("power cut");
    expect(await copy.isRestored()).toBe(true);
    await copy.close();
    expect(await opensAsCopy(dataDir)).toBe(true);
  });

  it("written before copies were told apart is taken for the original", async () => {
    const dataDir = await storeOfVersionOne();
    expect(await opensAsCopy(dataDir)).toBe(false);
    expect(await opensAsCopy(dataDir)).toBe(false);
  });
});

describe("a backup", () => {
  it("holds what was committed while the app runs on, and is a copy wherever it is put", async () => {
    const { dataDir, store } = await storeWithOneJob();
    const file = `${dataDir}.backup`;
    expect(await backupDatabase(dataDir, file)).toEqual({ jobs: 1 });
    await store.accept({
      keys: ["b"],
      job: sampleJob("queued", { id: "later00000" as ReturnType<typeof sampleJob>["id"] }),
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await store.close();

    const elsewhere = `${dataDir}-restored`;
    mkdirSync(elsewhere);
    // Even over the very file that it was made of, whose number and time of birth stay.
    copyFileSync(file, join(dataDir, "talkingphoto.sqlite"));
    cpSync(file, join(elsewhere, "talkingphoto.sqlite"));
    for (const folder of [dataDir, elsewhere]) {
      const restored = open(folder);
      expect(await restored.isRestored()).toBe(true);
      expect(await restored.countByStatus()).toEqual({ rendering: 1 });
      await restored.close();
    }
  });

  it("never writes over a file, and names what is wrong", async () => {
    const { dataDir, store } = await storeWithOneJob();
    const file = `${dataDir}.backup`;
    await backupDatabase(dataDir, file);
    await expect(backupDatabase(dataDir, file)).rejects.toThrow(/is there already/);
    await expect(backupDatabase(dataDir, join(dataDir, "none/file"))).rejects.toThrow(/no folder/);
    await expect(backupDatabase(`${dataDir}-none`, `${file}2`)).rejects.toThrow(/no store.*DATA_DIR/);
    await store.close();
  });

  it("of an older version is a copy too", async () => {
    const dataDir = await storeOfVersionOne();
    const elsewhere = `${dataDir}-restored`;
    mkdirSync(elsewhere);
    await backupDatabase(dataDir, join(elsewhere, "talkingphoto.sqlite"));
    expect(await opensAsCopy(elsewhere)).toBe(true);
  });
});

describe("marking by hand", () => {
  it("is refused while the app runs, and then makes the next start end what is unfinished", async () => {
    const { dataDir, store } = await storeWithOneJob();
    expect(() => markDatabaseAsCopy(dataDir)).toThrow(StoreInUseError);
    await store.close();
    markDatabaseAsCopy(dataDir);
    expect(await opensAsCopy(dataDir)).toBe(true);
  });
});
