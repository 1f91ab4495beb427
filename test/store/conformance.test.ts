import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { createMemoryStore } from "../job/memory-store.ts";
import { temporaryFolder } from "../media/serve.ts";
import { describeStore } from "./conformance.ts";

describeStore(
  "the SQLite store",
  async (settings) => openSqliteStore({ ...settings, dataDir: await temporaryFolder() }),
  { alone: true },
);

// What the simulations run on must keep the same promises.
describeStore("the store of the simulations", async (settings) => createMemoryStore(settings), {
  alone: true,
});
