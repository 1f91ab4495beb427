import { createWriteStream } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pLimit from "p-limit";
import { z } from "zod";
import type { JobId } from "../job/ids.ts";
import {
  FILE_NAMES,
  type IsNeeded,
  type OpenFile,
  type PreparedFile,
  type PreparedMedia,
  type ServedMedia,
} from "./prepared-media.ts";

/** What is read and sent at once; several readers must not fill the memory. */
const CHUNK_BYTES = 256 * 1024;
/** Files written at once; each takes a connection, and requests from Slack wait for those too. */
const WRITES_AT_ONCE = 2;

/** Pictures and sound do not get smaller; stored as they are, their length is known without reading them. */
export const MEDIA_CHUNKS_DDL = `
CREATE TABLE media_chunks (
  job_id text NOT NULL,
  file text NOT NULL CHECK (file IN ('photo', 'speech')),
  number int NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (job_id, file, number)
);
ALTER TABLE media_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;
`;

export interface Queries {
  query(text: string, values: readonly unknown[]): Promise<readonly unknown[]>;
}

/** As much of PostgreSQL as is needed here. */
export interface Sql extends Queries {
  /** Commits when `work` resolves, rolls back when it rejects. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
}

// PostgreSQL's sum of integers is a bigint, which `pg` hands over as text.
const sizeRow = z.object({ chunks: z.coerce.number(), size: z.coerce.number() });
const chunkRow = z.object({ bytes: z.instanceof(Uint8Array) });
const fileRow = z.object({
  job_id: z.string().transform((id) => id as JobId),
  file: z.enum(["photo", "speech"]),
});
const jobRow = z.object({ job_id: z.string().transform((id) => id as JobId) });

export interface PostgresMedia extends ServedMedia {
  /** Brings what jobs still need to another home, over files in `scratchDir`, and forgets the rest. */
  moveTo(home: PreparedMedia, scratchDir: string, signal: AbortSignal): Promise<void>;
}

/** In the database, where every process finds them. */
export function createPostgresMedia(sql: Sql, isNeeded: IsNeeded): PostgresMedia {
  const inTurn = pLimit(WRITES_AT_ONCE);

  async function remove(jobId: JobId): Promise<void> {
    await sql.query("DELETE FROM media_chunks WHERE job_id = $1", [jobId]);
  }

  return {
    kind: "served",
    save: (jobId, file, path, signal) => inTurn(() => sql.transaction(write(jobId, file, path, signal))),
    open: (jobId, file) => openFile(sql, jobId, file),
    remove,
    async moveTo(home, scratchDir, signal) {
      const rows = await sql.query("SELECT DISTINCT job_id, file FROM media_chunks", []);
      for (const row of rows) {
        const { job_id: jobId, file } = fileRow.parse(row);
        const found = (await isNeeded(jobId)) ? await openFile(sql, jobId, file) : undefined;
        if (found) {
          const folder = await mkdtemp(join(scratchDir, "moving-"));
          const path = join(folder, FILE_NAMES[file]);
          await pipeline(found.read(0, found.sizeBytes - 1), createWriteStream(path), { signal });
          await home.save(jobId, file, path, signal);
          await rm(folder, { recursive: true, force: true });
        }
        await sql.query("DELETE FROM media_chunks WHERE job_id = $1 AND file = $2", [jobId, file]);
      }
    },
    async sweep() {
      const rows = await sql.query("SELECT DISTINCT job_id FROM media_chunks", []);
      for (const row of rows) {
        const { job_id: jobId } = jobRow.parse(row);
        if (!(await isNeeded(jobId))) await remove(jobId);
      }
    },
  };
}

/** All chunks of the file, and none of what was there before. */
function write(jobId: JobId, file: PreparedFile, path: string, signal: AbortSignal) {
  return async (queries: Queries): Promise<void> => {
    let number = 0;
    for await (const bytes of chunksOf(path)) {
      signal.throwIfAborted();
      // In rising order, so that two who save the same wait for each other instead of locking up.
      await queries.query(
        `INSERT INTO media_chunks (job_id, file, number, bytes) VALUES ($1, $2, $3, $4)
         ON CONFLICT (job_id, file, number) DO UPDATE SET bytes = EXCLUDED.bytes`,
        [jobId, file, number, bytes],
      );
      number += 1;
    }
    await queries.query("DELETE FROM media_chunks WHERE job_id = $1 AND file = $2 AND number >= $3", [
      jobId,
      file,
      number,
    ]);
  };
}

async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  const file = await open(path, "r");
  try {
    for (;;) {
      // The driver keeps it until it is sent, so each has memory of its own.
      const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES);
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
      if (bytesRead < CHUNK_BYTES) return;
    }
  } finally {
    await file.close();
  }
}

async function openFile(sql: Sql, jobId: JobId, file: PreparedFile): Promise<OpenFile | undefined> {
  const rows = await sql.query(
    `SELECT count(*) AS chunks, coalesce(sum(octet_length(bytes)), 0) AS size
     FROM media_chunks WHERE job_id = $1 AND file = $2`,
    [jobId, file],
  );
  const { chunks, size } = sizeRow.parse(rows[0]);
  if (chunks === 0) return undefined;
  return {
    sizeBytes: size,
    read: (start, end) => Readable.from(readRange(sql, jobId, file, start, end), { objectMode: false }),
    // Nothing is held between two chunks: a slow reader costs no connection.
    close: async () => {},
  };
}

async function* readRange(
  sql: Sql,
  jobId: JobId,
  file: PreparedFile,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  for (let number = Math.floor(start / CHUNK_BYTES); number * CHUNK_BYTES <= end; number += 1) {
    const rows = await sql.query(
      "SELECT bytes FROM media_chunks WHERE job_id = $1 AND file = $2 AND number = $3",
      [jobId, file, number],
    );
    if (rows.length === 0) throw new Error("prepared media were removed while they were read");
    const { bytes } = chunkRow.parse(rows[0]);
    const from = number * CHUNK_BYTES;
    yield bytes.subarray(Math.max(0, start - from), end + 1 - from);
  }
}
