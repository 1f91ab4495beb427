import { dataDirOf } from "./config.ts";
import { BackupError, markDatabaseAsCopy } from "./store/backup-database.ts";
import { StoreInUseError } from "./store/open-database.ts";
import { openPostgres } from "./store/postgres-database.ts";
import { markAsCopy } from "./store/postgres-identity.ts";
import { isPostgresTrouble } from "./store/postgres-trouble.ts";
import { WAKE_UPS_NAME } from "./store/postgres-wake-ups.ts";

/**
 * `npm run restored`: for a store that was put back in a way that the app cannot see, such as a disk snapshot.
 * The app must not be running on it.
 */
const folder = dataDirOf();
try {
  if (folder.type === "postgres") await markPostgresAsCopy(folder.url);
  else markDatabaseAsCopy(folder.dataDir);
  console.log("Marked: at its next start the app ends what is unfinished, and repeats nothing.");
} catch (error) {
  const expected =
    error instanceof BackupError || error instanceof StoreInUseError || isPostgresTrouble(error);
  console.error(expected && error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function markPostgresAsCopy(url: string): Promise<void> {
  const database = await openPostgres(url, { onError: () => {} });
  try {
    // Each process keeps one such connection for as long as it lives.
    const alive = await database.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1",
      [WAKE_UPS_NAME],
    );
    if (alive.length > 0)
      throw new BackupError("The app is running on this database. Stop every process first, then mark it.");
    await markAsCopy(database);
  } finally {
    await database.close();
  }
}
