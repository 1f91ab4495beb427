import type { Bucket } from "./bucket.ts";
import { createBucketMedia } from "./bucket-media.ts";
import { createLocalMedia, moveSpool, sweepSpool } from "./local-media.ts";
import { createPostgresMedia, type Sql } from "./postgres-media.ts";
import type { IsNeeded, PreparedMedia } from "./prepared-media.ts";

const MOVE_MS = 60_000;
const NOT_MOVED = "media that were prepared with other settings could not be brought to where they lie now";

export interface MediaHomeDeps {
  readonly bucket: Bucket | undefined;
  readonly database: Sql | undefined;
  readonly spoolDir: string;
  /** Before another try to remove what the bucket would not remove. */
  readonly sweepAgainMs: number;
  readonly isNeeded: IsNeeded;
  readonly log: {
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

/** Where prepared media lie: in the bucket if there is one, else where every process finds the jobs too. */
export function openMediaHome({ bucket, database, spoolDir, ...deps }: MediaHomeDeps): PreparedMedia {
  if (bucket) return createBucketMedia({ bucket, ...deps });
  return database ? createPostgresMedia(database, deps.isNeeded) : createLocalMedia(spoolDir, deps.isNeeded);
}

/** What a crash left behind, and what was kept on this machine before there was a bucket or a database. */
export async function tidyMedia(home: PreparedMedia, deps: MediaHomeDeps): Promise<void> {
  const { bucket, database, spoolDir, isNeeded, log } = deps;
  if (!bucket && !database) return home.sweep();
  if (bucket && database) {
    await createPostgresMedia(database, isNeeded)
      .moveTo(home, spoolDir, AbortSignal.timeout(MOVE_MS))
      .catch((err: unknown) => log.error({ err }, NOT_MOVED));
  }
  await sweepSpool(spoolDir, isNeeded);
  await moveSpool(spoolDir, home, AbortSignal.timeout(MOVE_MS)).catch((err: unknown) =>
    log.error({ err }, NOT_MOVED),
  );
  // The bucket may be slow or away, and nobody has to wait for its tidying.
  home.sweep().catch((err: unknown) => log.warn({ err }, "what a crash left of media could not be removed"));
}
