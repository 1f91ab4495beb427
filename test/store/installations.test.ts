import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { NOW } from "../job/sample-jobs.ts";
import { temporaryFolder } from "../media/serve.ts";
import { describeInstallations } from "./installations-conformance.ts";

describeInstallations("installations in SQLite", async () =>
  openSqliteStore({
    dataDir: await temporaryFolder(),
    now: () => NOW,
    wakeAt: () => undefined,
    responseUrlLife: 0,
  }),
);
