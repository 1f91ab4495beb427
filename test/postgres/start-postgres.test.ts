import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startPostgres, type TestPostgres } from "./start-postgres.ts";

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe("the PostgreSQL of the tests", () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres?.close());

  it("gives databases that are empty and know nothing of each other", async () => {
    const [one, two] = [await postgres.createDatabase(), await postgres.createDatabase()];
    await query(one, "CREATE TABLE jobs (id text)");
    await query(two, "CREATE TABLE jobs (id text)");
    await query(one, "INSERT INTO jobs VALUES ('ä 📷')");
    expect(await query(one, "SELECT id FROM jobs")).toEqual([{ id: "ä 📷" }]);
    expect(await query(two, "SELECT id FROM jobs")).toEqual([]);
  });
});

// With a server of somebody else's there is nothing to stop.
const describePackaged = process.env.TEST_DATABASE_URL ? () => {} : describe;
describePackaged("the packaged PostgreSQL", () => {
  it("is stopped and deleted by close", async () => {
    const server = await startPostgres();
    const folder = folderOf(server.url);
    expect(existsSync(folder)).toBe(true);
    await server.close();
    expect(existsSync(folder)).toBe(false);
  });

  it("is stopped and deleted when the process that started it is killed", async () => {
    const script = `
      const { startPostgres } = await import(${JSON.stringify(import.meta.resolve("./start-postgres.ts"))});
      console.log((await startPostgres()).url);
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [url] = (await once(createInterface(child.stdout), "line")) as [string];
    expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    child.kill("SIGKILL");
    await vi.waitFor(() => expect(existsSync(folderOf(url))).toBe(false), { timeout: 20_000 });
  });
});

function folderOf(url: string): string {
  return new URL(url).searchParams.get("host") ?? "";
}
