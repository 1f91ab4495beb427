import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { connectTo } from "../postgres/query.ts";

/** Rows of the app's own store, whichever it is, for what cannot be seen from outside. */
export interface StoreReader {
  query(sql: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** Only while the app runs: a reader must not be in the way of its start. */
export function readSqlite(dataDir: string): StoreReader {
  return {
    async query(sql) {
      const db = new DatabaseSync(join(dataDir, "talkingphoto.sqlite"), { readOnly: true, timeout: 1000 });
      try {
        return db.prepare(sql).all();
      } finally {
        db.close();
      }
    },
    close: async () => {},
  };
}

/** On one connection for the whole of a case. */
export function readPostgres(url: string): StoreReader {
  const connected = connectTo(url);
  connected.catch(() => undefined);
  return {
    query: async (sql) => (await connected).query(sql),
    close: async () => (await connected).close(),
  };
}

/** The column `job`: text in the embedded store, and parsed by the driver in the shared one. */
export function jobIn(row: Record<string, unknown>): JobDocument {
  return (typeof row.job === "string" ? JSON.parse(row.job) : row.job) as JobDocument;
}

/** What is asked of it here. */
export interface JobDocument {
  /** Milliseconds since 1970. */
  readonly dueAt?: number;
  readonly message: { readonly status: string; readonly ts?: string };
}
