import type { JobStore } from "../job/store.ts";
import type { InstallationStore } from "./installations.ts";
import type { PostgresDatabase } from "./postgres-database.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import type { StoreOptions } from "./store-options.ts";

export interface OpenStoreOptions extends StoreOptions {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  /** The database, or the way to it, is in trouble; what it concerned is tried again by itself. */
  readonly onError: (error: Error) => void;
  /** By how many milliseconds the database's clock is ahead of `now`. Never told where there is none. */
  readonly onClock: (aheadMs: number) => void;
}

export interface OpenedStore {
  readonly store: JobStore & { readonly installations: InstallationStore };
  /** Where there is one, other things may lie in it too. */
  readonly database?: PostgresDatabase;
}

/** The shared store where there is a DATABASE_URL, else the embedded one. */
export async function openStore(options: OpenStoreOptions): Promise<OpenedStore> {
  const { databaseUrl: url } = options;
  if (url === undefined) return { store: openSqliteStore(options) };
  // Loaded only where it is used: an installation with one process starts without it.
  const { openPostgresStore } = await import("./postgres-store.ts");
  return openPostgresStore({ ...options, url });
}
