import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

/** A burst that needs some 100 MB at once, then a while in which nothing happens. Prints the heap in MB: before, with it, after. */
const BURST = `
  import { setTimeout as sleep } from "node:timers/promises";
  import { getHeapStatistics } from "node:v8";
  import { giveMemoryBack } from ${JSON.stringify(resolve("src/give-memory-back.ts"))};
  const heap = () => getHeapStatistics().total_heap_size / 1e6;
  giveMemoryBack();
  const found = [heap()];
  let kept = Array.from({ length: 1_000_000 }, (_, n) => ({ n, text: "job " + n }));
  found.push(heap());
  kept = undefined;
  await sleep(11_000);
  console.log(JSON.stringify([...found, heap()]));
  setTimeout(() => {}, 0);
`;

async function heapsOf(args: readonly string[]): Promise<{ before: number; during: number; after: number }> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [...args, "--input-type=module", "-e", BURST]);
  const [before = 0, during = 0, after = 0] = JSON.parse(stdout) as number[];
  return { before, during, after };
}

it("gives back what a burst took, once little happens; without the flag it does nothing", async () => {
  const [helped, alone] = await Promise.all([heapsOf(["--expose-gc"]), heapsOf([])]);
  expect(helped.during).toBeGreaterThan(helped.before + 50);
  expect(helped.after).toBeLessThan(helped.before + 10);
  expect(alone.after).toBeGreaterThan(alone.before + 50);
});
