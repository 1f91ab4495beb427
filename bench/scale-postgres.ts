/** The PostgreSQL of the measurements: a real one that syncs every commit, and what it does for each job. */
import { readdirSync, readFileSync } from "node:fs";
import { queryPostgres } from "../test/postgres/query.ts";
import { startPostgres } from "../test/postgres/start-postgres.ts";
import { cpuOf, parentOf } from "./processes.ts";

export interface MeasuredPostgres extends AsyncDisposable {
  /** Which it was, and whether it synced. */
  readonly description: string;
  createDatabase(): Promise<string>;
  /** Of all its processes, in milliseconds; undefined when it runs somewhere else. */
  cpuMs(): number | undefined;
}

export interface DatabaseWork {
  readonly statements: number;
  readonly commits: number;
  readonly bytes: number;
}

export async function startMeasuredPostgres(): Promise<MeasuredPostgres> {
  const server = await startPostgres({ durable: true });
  const [facts] = await queryPostgres(
    server.url,
    "SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync, pg_backend_pid() AS pid",
  );
  const own = process.env.TEST_DATABASE_URL === undefined;
  if (own) await queryPostgres(server.url, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
  const postmaster = own ? postmasterOf(server.url) : undefined;
  return {
    description: `PostgreSQL ${facts?.version} (${own ? "packaged, started for this run on a Unix socket" : "TEST_DATABASE_URL"}), fsync ${facts?.fsync}`,
    createDatabase: () => server.createDatabase(),
    cpuMs: () => (postmaster === undefined ? undefined : cpuOfAll(postmaster)),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** Since the database was made. Counted by the server itself, these few questions included. */
export async function workOf(url: string): Promise<DatabaseWork> {
  const [row] = await queryPostgres(
    url,
    "SELECT xact_commit AS commits, pg_database_size(current_database()) AS bytes FROM pg_stat_database WHERE datname = current_database()",
  );
  const postgres = new URL(url);
  const [counted] = await queryPostgres(
    Object.assign(postgres, { pathname: "/postgres" }).href,
    `SELECT sum(calls) AS calls FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = '${new URL(url).pathname.slice(1)}')`,
  ).catch(() => []);
  return {
    statements: Number(counted?.calls ?? Number.NaN),
    commits: Number(row?.commits),
    bytes: Number(row?.bytes),
  };
}

/** Read from the file that the server keeps beside its data. */
function postmasterOf(url: string): number {
  const folder = new URL(url).searchParams.get("host") ?? "";
  return Number(readFileSync(`${folder}/data/postmaster.pid`, "utf8").split("\n")[0]);
}

function cpuOfAll(postmaster: number): number {
  const { ownMs, endedMs } = cpuOf(postmaster);
  let sum = ownMs + endedMs;
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      if (parentOf(pid) === postmaster) sum += cpuOf(pid).ownMs;
    } catch {
      // It has just ended: its time is in the postmaster's by now.
    }
  }
  return sum;
}
