import { ConfigError, loadConfig } from "./config.ts";
import { MoveError, moveToPostgres } from "./store/move-to-postgres.ts";
import { StoreInUseError } from "./store/open-database.ts";

/**
 * `npm run migrate:sqlite-to-postgres`: from DATA_DIR to DATABASE_URL, with the app stopped. Prepared media stay
 * where they are: the app brings them along at its next start, which must be on this machine.
 */
try {
  const { dataDir, databaseUrl } = loadConfig();
  if (databaseUrl === undefined)
    throw new MoveError("DATABASE_URL is missing: set it to the empty database to move to.");
  const { jobs, unfinished, rows } = await moveToPostgres(dataDir, databaseUrl);
  console.log(
    `Moved ${jobs} jobs, ${unfinished} of them unfinished (${rows} rows in all). Start the app here with the same DATABASE_URL.`,
  );
} catch (error) {
  const expected = [MoveError, StoreInUseError, ConfigError].some((kind) => error instanceof kind);
  console.error(expected && error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
