import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { queryPostgres } from "../postgres/query.ts";
import { ask, askAndWait, expectOneVideo, jobMessageOf } from "./asking.ts";
import { startWorld } from "./world.ts";

const SENTENCE = "I was restored from a backup";
const EFFECTS = /^(chat\.post|files\.(getUpload|complete)|upload$|conversations\.open)/;

it("a database that was restored from a dump neither pays nor posts again", {
  timeout: 180_000,
}, async () => {
  const world = await startWorld({ store: "postgres", akool: { autoFinish: false } });
  const { app, akool, slack } = world;
  const { thread, render } = await askAndWait(world, "command", { words: "before the dump" });
  await app.stop();
  const original = app.settings.DATABASE_URL ?? "";
  const name = new URL(original).pathname.slice(1);
  const copy = original.replace(name, `${name}_copy`);
  await queryPostgres(
    original.replace(`/${name}`, "/postgres"),
    `CREATE DATABASE ${name}_copy TEMPLATE ${name}`,
  );

  // After the dump the job comes to its end.
  await app.start();
  await akool.finish(render.id);
  await expectOneVideo(world, thread);
  await app.stop();
  const effects = () => [akool.creates, slack.calls.filter(({ method }) => EFFECTS.test(method)).length];
  const before = effects();

  await app.start({ DATABASE_URL: copy });
  await thread.waitForMessage(SENTENCE);
  expect(jobMessageOf(thread).text).toContain(SENTENCE);
  await akool.sendWebhook(render.id);
  expect(effects()).toEqual(before);

  // The copy is an original now, and works; put back in a way that cannot be seen, it is one again when told so.
  const next = await askAndWait(world, "command", { words: "after the restore" });
  await app.stop();
  await promisify(execFile)(process.execPath, [resolve("src/restored.ts")], {
    cwd: app.dataDir,
    env: { ...app.settings },
  });
  await app.start();
  await next.thread.waitForMessage(SENTENCE);
  expect(akool.creates).toBe(2);
  await ask(world, "command", { words: "and on it goes" });
});
