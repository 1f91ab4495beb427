import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkDatabase } from "../src/doctor/database.ts";
import { openPostgres } from "../src/store/postgres-database.ts";
import { freePort } from "./free-port.ts";
import { queryPostgres } from "./postgres/query.ts";
import { startPostgres, type TestPostgres } from "./postgres/start-postgres.ts";

const TIMEOUT_MS = 10_000;

describe("the doctor, of a database", () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.close());

  it("says that an empty one will be set up, and what version one in use has", async () => {
    const url = await postgres.createDatabase();
    expect(await checkDatabase(url, TIMEOUT_MS)).toMatchObject({
      mark: "✓",
      text: expect.stringMatching(/^PostgreSQL \d+, empty: the app sets it up/),
    });
    await (await openPostgres(url, { onError: () => {} })).close();
    expect(await checkDatabase(url, TIMEOUT_MS)).toMatchObject({
      mark: "✓",
      text: expect.stringMatching(/^PostgreSQL \d+, schema (\d+) of \1$/),
    });
  });

  it("says what to do about one that is missing, newer, closed or out of reach", async () => {
    const url = await postgres.createDatabase();
    const name = new URL(url).pathname.slice(1);
    const findings = async (address: string) => {
      const { mark, text } = await checkDatabase(address, TIMEOUT_MS);
      return `${mark} ${text}`;
    };
    expect(await findings(url.replace(name, "nowhere"))).toMatch(/^✗ .*\/nowhere: there is no such database/);
    expect(await findings(`postgres://nobody@127.0.0.1:${await freePort()}/x`)).toMatch(
      /^✗ 127\.0\.0\.1:\d+\/x: nothing listens there/,
    );
    await queryPostgres(url, "CREATE ROLE guest LOGIN");
    expect(await findings(url.replace("//postgres@", "//guest@"))).toMatch(/^✗ this user may not create/);
    await queryPostgres(url, "CREATE TABLE talkingphoto_schema AS SELECT 999 AS version");
    expect(await findings(url)).toMatch(/^✗ it was written by a newer version of this app \(schema 999\)/);
    await queryPostgres(url, "DROP ROLE guest");
  });
});
