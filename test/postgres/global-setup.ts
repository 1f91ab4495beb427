import type { TestProject } from "vitest/node";
import { startPostgres } from "./start-postgres.ts";

/** One server for all test files of a run; each world has a database of its own on it. */
export default async function setup(_project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  process.env.TEST_DATABASE_URL = postgres.url;
  return () => postgres.close();
}
