import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { JobId } from "../../src/job/ids.ts";
import { createLocalMedia, moveSpool } from "../../src/media/local-media.ts";
import { createPostgresMedia, type Sql } from "../../src/media/postgres-media.ts";
import type { IsNeeded, ServedMedia } from "../../src/media/prepared-media.ts";
import { createMediaHandler } from "../../src/media/serve-media.ts";
import { openPostgres } from "../../src/store/postgres-database.ts";
import { startPostgres, type TestPostgres } from "../postgres/start-postgres.ts";
import { rejectionOf, serve, temporaryFolder } from "./serve.ts";

const CHUNK = 256 * 1024;
const never = new AbortController().signal;
const [one, two, foreign] = ["job1", "job2", "foreign1"] as [JobId, JobId, JobId];
/** The store knows two jobs, and the second has ended. */
const isNeeded: IsNeeded = async (id) => (id === foreign ? undefined : id === one);

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.close());

async function openSql(): Promise<Sql> {
  const database = await openPostgres(await postgres.createDatabase(), {
    onError: (error) => {
      throw error;
    },
  });
  onTestFinished(() => database.close());
  return database;
}

async function fileWith(bytes: Buffer): Promise<string> {
  const path = join(await temporaryFolder(), "made");
  await writeFile(path, bytes);
  return path;
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function whole(home: ServedMedia, id: JobId, file: "photo" | "speech"): Promise<Buffer | undefined> {
  const opened = await home.open(id, file);
  if (!opened) return undefined;
  try {
    return await bytesOf(opened.read(0, opened.sizeBytes - 1));
  } finally {
    await opened.close();
  }
}

describe.each<[string, () => Promise<ServedMedia>]>([
  ["on this machine", async () => createLocalMedia(join(await temporaryFolder(), "spool"), isNeeded)],
  ["in PostgreSQL", async () => createPostgresMedia(await openSql(), isNeeded)],
])("prepared media %s", (_where, openHome) => {
  it.each([1, 1000, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 1_234_567])(
    "come back as they were: %i bytes",
    async (size) => {
      const home = await openHome();
      const [photo, speech] = [randomBytes(size), randomBytes(size + 1)];
      await home.save(one, "photo", await fileWith(photo), never);
      await home.save(one, "speech", await fileWith(speech), never);
      expect((await whole(home, one, "photo"))?.equals(photo)).toBe(true);
      expect((await whole(home, one, "speech"))?.equals(speech)).toBe(true);
      const opened = await home.open(one, "photo");
      expect(opened?.sizeBytes).toBe(size);
      await opened?.close();
    },
  );

  it("can be read in part", async () => {
    const home = await openHome();
    const bytes = randomBytes(3 * CHUNK + 100);
    await home.save(one, "photo", await fileWith(bytes), never);
    const opened = await home.open(one, "photo");
    for (const [start, end] of [
      [0, 0],
      [10, 20],
      [CHUNK - 1, CHUNK],
      [CHUNK, 2 * CHUNK - 1],
      [5, 3 * CHUNK + 50],
      [3 * CHUNK, 3 * CHUNK + 99],
      [0, bytes.length - 1],
    ] as const) {
      const part = opened && (await bytesOf(opened.read(start, end)));
      expect(part?.equals(bytes.subarray(start, end + 1)), `${start}-${end}`).toBe(true);
    }
    await opened?.close();
  });

  it("are replaced when they are made again, also by a shorter one", async () => {
    const home = await openHome();
    await home.save(one, "photo", await fileWith(randomBytes(3 * CHUNK)), never);
    const second = randomBytes(CHUNK + 5);
    await home.save(one, "photo", await fileWith(second), never);
    expect((await whole(home, one, "photo"))?.equals(second)).toBe(true);
  });

  it("are gone once they are removed, which may happen twice", async () => {
    const home = await openHome();
    await home.save(one, "photo", await fileWith(randomBytes(10)), never);
    await home.save(two, "photo", await fileWith(randomBytes(10)), never);
    await home.remove(one);
    await home.remove(one);
    expect(await home.open(one, "photo")).toBeUndefined();
    expect(await home.open(one, "speech")).toBeUndefined();
    expect(await whole(home, two, "photo")).toHaveLength(10);
  });

  it("are swept when nothing needs them any more", async () => {
    const home = await openHome();
    await home.sweep();
    for (const id of [one, two, foreign])
      await home.save(id, "speech", await fileWith(randomBytes(10)), never);
    await home.sweep();
    expect(await whole(home, one, "speech")).toHaveLength(10);
    expect(await home.open(two, "speech")).toBeUndefined();
    expect(await home.open(foreign, "speech")).toBeUndefined();
  });
});

describe("prepared media in PostgreSQL", () => {
  it("can be written by two at once, and are one of the two whole", async () => {
    const home = createPostgresMedia(await openSql(), isNeeded);
    const versions = [randomBytes(4 * CHUNK), randomBytes(2 * CHUNK + 7)];
    await Promise.all(versions.map(async (bytes) => home.save(one, "photo", await fileWith(bytes), never)));
    const kept = await whole(home, one, "photo");
    expect(versions.some((bytes) => kept?.equals(bytes))).toBe(true);
  });

  it("leave nothing of a file that could not be written to its end", async () => {
    const sql = await openSql();
    let inserts = 0;
    const home = createPostgresMedia(
      {
        ...sql,
        transaction: (work) =>
          sql.transaction((queries) =>
            work({
              query: (text, values) => {
                inserts += 1;
                if (inserts > 2) throw new Error("connection lost");
                return queries.query(text, values);
              },
            }),
          ),
      },
      isNeeded,
    );
    await rejectionOf(home.save(one, "photo", await fileWith(randomBytes(4 * CHUNK)), never));
    expect(await home.open(one, "photo")).toBeUndefined();
  });

  it("break off, rather than end early, when they are removed while somebody reads", async () => {
    const home = createPostgresMedia(await openSql(), isNeeded);
    await home.save(one, "photo", await fileWith(randomBytes(4 * CHUNK)), never);
    const opened = await home.open(one, "photo");
    const stream = opened?.read(0, 4 * CHUNK - 1);
    const reading =
      stream &&
      (async () => {
        for await (const _chunk of stream) await home.remove(one);
      })();
    expect(String(await rejectionOf(Promise.resolve(reading)))).toMatch(/removed while they were read/);
  });

  it("are served under /media by any process, in part too, and a broken read cuts the connection", async () => {
    const home = createPostgresMedia(await openSql(), isNeeded);
    const bytes = randomBytes(40 * CHUNK);
    await home.save(one, "speech", await fileWith(bytes), never);
    const handle = createMediaHandler({
      findMedia: async () => ({ contentType: "audio/mpeg", open: () => home.open(one, "speech") }),
    });
    const failures: unknown[] = [];
    const { origin } = await serve((req, res) => {
      handle(req, res, { capability: "x", name: "speech.mp3" }).catch((error: unknown) => {
        failures.push(error);
        res.destroy();
      });
    });
    const range = `bytes=${CHUNK - 10}-${CHUNK + 9}`;
    const part = await request(origin, { headers: { range } });
    expect(part.statusCode).toBe(206);
    expect(part.headers["content-range"]).toBe(`bytes ${CHUNK - 10}-${CHUNK + 9}/${bytes.length}`);
    const got = Buffer.from(await part.body.arrayBuffer());
    expect(got.equals(bytes.subarray(CHUNK - 10, CHUNK + 10))).toBe(true);
    expect(failures).toEqual([]);

    const all = await request(origin);
    await home.remove(one);
    expect(await rejectionOf(all.body.arrayBuffer())).toBeInstanceOf(Error);
    expect(String(failures)).toMatch(/removed while they were read/);
  });
});

it("media that were prepared on this machine move to the home that was set since", async () => {
  const spoolDir = await temporaryFolder();
  const [local, home] = [
    createLocalMedia(spoolDir, isNeeded),
    createPostgresMedia(await openSql(), isNeeded),
  ];
  const photo = randomBytes(1000);
  await local.save(one, "photo", await fileWith(photo), never);
  await moveSpool(spoolDir, home, never);
  expect((await whole(home, one, "photo"))?.equals(photo)).toBe(true);
  expect(await local.open(one, "photo")).toBeUndefined();
  await moveSpool(spoolDir, home, never);
});
