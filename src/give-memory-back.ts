import { getHeapStatistics } from "node:v8";

const LOOK_EVERY_MS = 5000;
/** Whoever waits for an answer must not wait for this. */
const IDLE_BELOW = 0.2;
/** A collection stops everything for some tens of milliseconds: for less it is not worth it. */
const WORTH_BYTES = 8_000_000;

/**
 * In a burst V8 makes the heap several times as large as what lives in it, and keeps it so while little happens
 * afterwards. Once the event loop is mostly idle, what the burst has left is given back to the machine. Needs
 * `node --expose-gc`; without it nothing is done.
 */
export function giveMemoryBack(): void {
  const { gc } = globalThis;
  if (!gc) return;
  let keptBytes = getHeapStatistics().total_heap_size;
  let since = performance.eventLoopUtilization();
  setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(since);
    since = performance.eventLoopUtilization();
    if (utilization > IDLE_BELOW || getHeapStatistics().total_heap_size < keptBytes + WORTH_BYTES) return;
    gc({ type: "major", execution: "sync", flavor: "last-resort" });
    keptBytes = getHeapStatistics().total_heap_size;
  }, LOOK_EVERY_MS).unref();
}
