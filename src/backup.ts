import { dataDirOf } from "./config.ts";
import { BackupError, backupDatabase } from "./store/backup-database.ts";

/** `npm run backup -- <file>` */
const [file, ...more] = process.argv.slice(2);
const folder = dataDirOf();
try {
  if (file === undefined || more.length > 0) throw new BackupError("Usage: npm run backup -- <file>");
  if (folder.type === "postgres")
    throw new BackupError("DATABASE_URL is set: back up the database with pg_dump (OPERATIONS.md says how).");
  const { jobs } = await backupDatabase(folder.dataDir, file);
  console.log(`${file} holds ${jobs} jobs. Where it is put back, unfinished ones are ended, not repeated.`);
} catch (error) {
  console.error(error instanceof BackupError ? error.message : error);
  process.exitCode = 1;
}
