import { dataDirOf } from "./config.ts";
import { BackupError, markDatabaseAsCopy } from "./store/backup-database.ts";
import { StoreInUseError } from "./store/open-database.ts";

/**
 * `npm run restored`: for a store that was put back in a way that the app cannot see, such as a disk snapshot.
 * The app must not be running on it.
 */
const folder = dataDirOf();
try {
  if (folder.type === "postgres")
    throw new BackupError("DATABASE_URL is set: OPERATIONS.md says how to mark a database as restored.");
  markDatabaseAsCopy(folder.dataDir);
  console.log("Marked: at its next start the app ends what is unfinished, and repeats nothing.");
} catch (error) {
  const expected = error instanceof BackupError || error instanceof StoreInUseError;
  console.error(expected ? error.message : error);
  process.exitCode = 1;
}
