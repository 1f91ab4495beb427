import type { JobId } from "../job/ids.ts";
import type { Bucket } from "./bucket.ts";
import { CONTENT_TYPES, FILE_NAMES, type IsNeeded, type PresignedMedia } from "./prepared-media.ts";

/** The longest pause between two sweeps, in first pauses. */
const LONGEST_PAUSE = 64;

export interface BucketMediaDeps {
  readonly bucket: Bucket;
  /** Before another try to remove what the bucket would not remove; doubles from time to time. */
  readonly sweepAgainMs: number;
  readonly isNeeded: IsNeeded;
  readonly log: { warn(fields: object, message: string): void };
}

/**
 * In a bucket, from which AKOOL fetches by signed addresses. Nobody here sees it fetch, so after a lost answer
 * only a webhook can tell that it took the order.
 *
 * A bucket in trouble does not hold up a job that has ended: what it would not remove is swept later, at the
 * latest by the next process that starts.
 */
export function createBucketMedia({ bucket, sweepAgainMs, isNeeded, log }: BucketMediaDeps): PresignedMedia {
  let sweeping = false;
  let pauseMs = sweepAgainMs;
  let timer: NodeJS.Timeout | undefined;

  async function removeNow(jobId: JobId): Promise<void> {
    await Promise.all(Object.values(FILE_NAMES).map((name) => bucket.remove(`${jobId}/${name}`)));
  }

  function sweepLater(): void {
    clearTimeout(timer);
    timer = setTimeout(sweepNow, pauseMs).unref();
    pauseMs = Math.min(pauseMs * 2, sweepAgainMs * LONGEST_PAUSE);
  }

  async function sweepNow(): Promise<void> {
    if (sweeping) return sweepLater();
    sweeping = true;
    try {
      const jobs = new Set<JobId>();
      for await (const key of bucket.keys()) {
        const [jobId, name, ...more] = key.split("/");
        if (jobId && more.length === 0 && Object.values<string | undefined>(FILE_NAMES).includes(name))
          jobs.add(jobId as JobId);
      }
      // A job that this store does not know may be another installation's: the prefix may be shared by mistake.
      for (const jobId of jobs) if ((await isNeeded(jobId)) === false) await removeNow(jobId);
      pauseMs = sweepAgainMs;
    } catch (error) {
      log.warn({ err: error }, "the bucket could not be swept; trying again");
      sweepLater();
    } finally {
      sweeping = false;
    }
  }

  return {
    kind: "presigned",
    save: (jobId, file, path, signal) =>
      bucket.put(`${jobId}/${FILE_NAMES[file]}`, path, CONTENT_TYPES[file], signal),
    async remove(jobId) {
      try {
        await removeNow(jobId);
      } catch (error) {
        log.warn({ err: error, jobId }, "the media of a job are still in the bucket; trying again");
        sweepLater();
      }
    },
    sweep: sweepNow,
    presign: (jobId, file, lifeMs) => bucket.presign(`${jobId}/${FILE_NAMES[file]}`, lifeMs),
  };
}
