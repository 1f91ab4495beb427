import { hasEnded, type Job } from "../job/job.ts";
import type { JobStore } from "../job/store.ts";
import type { Meters } from "./meters.ts";

/** The store, with what enters it and what it sees end counted after the commit. */
export function meteredStore(store: JobStore, meters: Meters): JobStore {
  const countEnd = ({ state }: Job) => {
    if (state.status === "delivered") meters.deliveries.add([state.as]);
    if (state.status === "failed") meters.failures.add([state.failure.reason]);
  };
  return {
    ...store,
    async accept(intake) {
      const accepted = await store.accept(intake);
      if (accepted.isNew) {
        if (!hasEnded(accepted.job)) meters.accepted.add([accepted.job.door]);
        countEnd(accepted.job);
      }
      return accepted;
    },
    async update(id, change, look) {
      let before: Job | undefined;
      const after = await store.update(
        id,
        (job, view) => {
          before = job;
          return change(job, view);
        },
        look,
      );
      if (before && before.state.status !== after.state.status) countEnd(after);
      return after;
    },
    async endRestored(change) {
      const ended = await store.endRestored(change);
      for (const job of ended) countEnd(job);
      return ended;
    },
  };
}
