import { statfs } from "node:fs/promises";
import { createGauge } from "../http/metrics.ts";
import type { JobStore } from "../job/store.ts";
import type { Meter, Sample } from "./tally.ts";

export interface GaugeSources {
  readonly store: Pick<JobStore, "countByStatus" | "queueAges">;
  readonly now: () => number;
  readonly isReady: () => Promise<boolean>;
  /** Undefined where no webhooks are asked for. */
  readonly webhookHealthy: () => boolean | undefined;
  readonly dataDir: string;
}

/** What is looked up at each scrape. What comes from the store is the same in every process that shares it. */
export function createGauges({
  store,
  now,
  isReady,
  webhookHealthy,
  dataDir,
}: GaugeSources): readonly Meter[] {
  return [
    createGauge("ready", "1 while this process takes requests and its store answers", async () =>
      one((await isReady()) ? 1 : 0),
    ),
    createGauge("jobs", "Jobs in the store, by status", async () =>
      Object.entries(await store.countByStatus()).map(([status, value]) => ({ labels: { status }, value })),
    ),
    createGauge("queue_oldest_seconds", "Age of the job that waits longest for a render slot", async () =>
      one(seconds((await store.queueAges(now())).lineMs)),
    ),
    createGauge(
      "jobs_due_oldest_seconds",
      "How late the most overdue job is that nobody has taken",
      async () => one(seconds((await store.queueAges(now())).dueMs)),
    ),
    createGauge("webhook_healthy", "0 when AKOOL's reports stay away and the app polls instead", async () => {
      const healthy = webhookHealthy();
      return healthy === undefined ? [] : one(healthy ? 1 : 0);
    }),
    createGauge("disk_free_bytes", "Free for this user on the disk of DATA_DIR", async () => {
      const { bavail, bsize } = await statfs(dataDir);
      return one(bavail * bsize);
    }),
  ];
}

function one(value: number): Sample[] {
  return [{ labels: {}, value }];
}

function seconds(ms: number | undefined): number {
  return (ms ?? 0) / 1000;
}
