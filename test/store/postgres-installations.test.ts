import { afterAll, beforeAll } from "vitest";
import { openPostgresStore } from "../../src/store/postgres-store.ts";
import { NOW } from "../job/sample-jobs.ts";
import { startPostgres, type TestPostgres } from "../postgres/start-postgres.ts";
import { describeInstallations } from "./installations-conformance.ts";

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.close());

describeInstallations("installations in PostgreSQL", async () => {
  const { store } = await openPostgresStore({
    url: await postgres.createDatabase(),
    now: () => NOW,
    wakeAt: () => undefined,
    responseUrlLife: 0,
    onError: (error) => {
      throw error;
    },
  });
  return store;
});
