import type { JobStore } from "../job/store.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import type { StoreOptions } from "./store-options.ts";

export interface OpenStoreOptions extends StoreOptions {
  readonly dataDir: string;
  readonly databaseUrl?: string;
  /** The database, or the way to it, is in trouble; what it concerned is tried again by itself. */
  readonly onError: (error: Error) => void;
}

/** The shared store where there is a DATABASE_URL, else the embedded one. */
export async function openStore({
  dataDir,
  databaseUrl,
  onError,
  ...options
}: OpenStoreOptions): Promise<JobStore> {
  if (databaseUrl === undefined) return openSqliteStore({ ...options, dataDir });
  // Loaded only where it is used: an installation with one process starts without it.
  const { openPostgresStore } = await import("./postgres-store.ts");
  return openPostgresStore({ ...options, url: databaseUrl, onError });
}
