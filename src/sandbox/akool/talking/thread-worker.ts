/** The far end of thread.ts: one task after the other, for as long as the thread lives. */
import { parentPort } from "node:worker_threads";
import { tasks } from "./tasks.ts";
import type { Answer, Order } from "./thread.ts";

let last: Promise<void> = Promise.resolve();

parentPort?.on("message", (order: Order) => {
  last = last.then(async () => parentPort?.postMessage(await answer(order)));
});

async function answer({ id, task, input }: Order): Promise<Answer> {
  // Which input belongs to which task is checked where orders are made, in thread.ts.
  const run = tasks[task] as (input: unknown) => Promise<unknown>;
  try {
    return { id, output: await run(input) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}
