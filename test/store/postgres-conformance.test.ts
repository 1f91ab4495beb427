import { afterAll, beforeAll } from "vitest";
import { openPostgresStore } from "../../src/store/postgres-store.ts";
import { startPostgres, type TestPostgres } from "../postgres/start-postgres.ts";
import { describeStore } from "./conformance.ts";

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.close());

describeStore(
  "the PostgreSQL store",
  async (settings) => {
    const { store } = await openPostgresStore({
      ...settings,
      url: await postgres.createDatabase(),
      onError: (error) => {
        throw error;
      },
    });
    return store;
  },
  { alone: false },
);
