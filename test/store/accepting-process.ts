import type { JobId } from "../../src/job/ids.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { NOW, sampleJob } from "../job/sample-jobs.ts";

/**
 * A process of its own that accepts requests, several in each turn, for as long as it is let live, and prints
 * the id of each as soon as the store says that it is kept. Arguments: data folder, prefix of the ids.
 */
const [dataDir = "", prefix = ""] = process.argv.slice(2);
const store = openSqliteStore({ dataDir, now: () => NOW, wakeAt: () => undefined, responseUrlLife: 0 });
process.stdout.write("open\n");
for (let turn = 0; ; turn++) {
  await Promise.all(
    ["a", "b", "c"].map(async (letter) => {
      const id = `${prefix}-${turn}${letter}` as JobId;
      await store.accept({ keys: [id], job: sampleJob("preparing", { id }) });
      process.stdout.write(`${id}\n`);
    }),
  );
}
