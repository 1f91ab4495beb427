import { dataDirOf } from "./config.ts";
import { BackupError, markDatabaseAsCopy } from "./store/backup-database.ts";
import { StoreInUseError } from "./store/open-database.ts";
import { openPostgres } from "./store/postgres-database.ts";
import { markAsCopy } from "./store/postgres-identity.ts";
import { isPostgresTrouble } from "./store/postgres-trouble.ts";

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
    await markAsCopy(database);
  } finally {
    await database.close();
  }
}
