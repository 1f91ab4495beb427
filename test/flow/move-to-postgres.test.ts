import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { startPostgres } from "../postgres/start-postgres.ts";
import { ask, askAndWait, expectOneVideo } from "./asking.ts";
import { startWorld } from "./world.ts";

it("a job that is being rendered, and one in line, are finished after the move, paid once", {
  timeout: 180_000,
}, async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.close());
  const DATABASE_URL = await postgres.createDatabase();
  const world = await startWorld({
    store: "sqlite",
    akool: { autoFinish: false },
    env: { AKOOL_MAX_CONCURRENT: "1" },
  });
  const { app, akool } = world;
  const { thread: rendering } = await askAndWait(world, "share");
  const inLine = await ask(world, "command", { words: "another one" });
  await inLine.waitForMessage(/waiting in line/);
  await app.stop();

  const move = promisify(execFile)(process.execPath, [resolve("src/move-to-postgres.ts")], {
    cwd: app.dataDir,
    env: { ...app.settings, DATABASE_URL },
  });
  expect((await move).stdout).toMatch(/Moved 2 jobs, 2 of them unfinished/);
  await app.start({ DATABASE_URL });
  await akool.finish((await akool.waitForCreate(1)).id);
  await expectOneVideo(world, rendering);
  await akool.finish((await akool.waitForCreate(2)).id);
  await expectOneVideo(world, inLine);
  expect(akool.creates).toBe(2);
});
