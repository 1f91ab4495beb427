import { execFile } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { ask, askAndWait, expectLogged, expectOneVideo, jobMessageOf, until } from "./asking.ts";
import { startWorld, type World } from "./world.ts";

const run = promisify(execFile);
/** Calls that people see or that bring something to where they could see it. Reads and edits are not among them. */
const EFFECTS = /^(chat\.post|files\.(getUpload|complete)|upload$|conversations\.open)/;

const cli = (script: string, { app }: World, ...args: string[]) =>
  run(process.execPath, [resolve(`src/${script}.ts`), ...args], {
    cwd: app.dataDir,
    env: { PATH: process.env.PATH, DATA_DIR: app.dataDir },
  });

function effectsOf({ slack, akool }: World) {
  return {
    creates: akool.creates,
    posts: slack.calls.filter(({ method }) => EFFECTS.test(method)).length,
  };
}

/** What only a store that was restored says. */
const SENTENCE = "I was restored from a backup";

describe("a store restored from a backup", () => {
  it("neither pays nor posts again for jobs that were finished after the backup", async () => {
    const world = await startWorld({ akool: { autoFinish: false }, env: { AKOOL_MAX_CONCURRENT: "2" } });
    const { slack, akool, app } = world;
    const first = await askAndWait(world, "command", { words: "first" });
    const second = await askAndWait(world, "share", { words: "second" });
    const queued = await ask(world, "form", { words: "third" });
    await queued.waitForMessage("waiting in line");

    const folder = mkdtempSync(join(tmpdir(), "backup-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const backup = join(folder, "talkingphoto.sqlite");
    const { stdout } = await cli("backup", world, backup);
    expect(stdout).toContain("holds 3 jobs");

    // After the backup all three come to their end.
    for (const { thread, render } of [first, second]) {
      await akool.finish(render.id);
      await expectOneVideo(world, thread);
    }
    await akool.finish((await akool.waitForCreate(3)).id);
    await expectOneVideo(world, queued);
    await app.stop();

    const before = effectsOf(world);
    renameSync(app.dataDir, `${app.dataDir}-old`);
    onTestFinished(() => rmSync(`${app.dataDir}-old`, { recursive: true, force: true }));
    mkdirSync(app.dataDir);
    copyFileSync(backup, join(app.dataDir, "talkingphoto.sqlite"));
    await app.start();
    for (const thread of [first.thread, second.thread, queued]) {
      await thread.waitForMessage(SENTENCE);
      expect(jobMessageOf(thread).text).toContain(SENTENCE);
    }
    await until(
      "no job that wants something",
      async () => (await app.query("SELECT id FROM jobs WHERE due_at IS NOT NULL")).length === 0,
    );
    // AKOOL's late reports change nothing any more.
    for (const { render } of [first, second]) await akool.sendWebhook(render.id);
    expect(effectsOf(world)).toEqual(before);
    for (const thread of [first.thread, second.thread, queued]) {
      expect(thread.files.filter(({ mimetype }) => mimetype === "video/mp4")).toHaveLength(1);
    }

    const again = await askAndWait(world, "command", { words: "afterwards" });
    await akool.finish(again.render.id);
    await expectOneVideo(world, again.thread);
    expect(akool.creates).toBe(before.creates + 1);
    expect(slack.problems).toEqual([]);

    // The restored store is an original now: a restart takes its jobs up as ever.
    const last = await askAndWait(world, "command", { words: "and after a restart" });
    await app.stop();
    await app.start();
    await akool.finish(last.render.id);
    await expectOneVideo(world, last.thread);
  });

  it("treats a job whose order was on its way to AKOOL in the same manner", async () => {
    const world = await startWorld({ akool: { autoFinish: false } });
    const { akool, app } = world;
    const arrived = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    akool.onCall = async ({ endpoint, phase }) => {
      if (endpoint !== "create" || phase !== "received") return;
      arrived.resolve();
      await goOn.promise;
    };
    const thread = await ask(world, "command");
    await arrived.promise;
    expect(await app.query("SELECT status FROM jobs")).toEqual([{ status: "creating" }]);
    const folder = mkdtempSync(join(tmpdir(), "backup-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    await cli("backup", world, join(folder, "talkingphoto.sqlite"));
    akool.onCall = undefined;
    goOn.resolve();
    await akool.finish((await akool.waitForCreate(1)).id);
    await expectOneVideo(world, thread);
    await app.stop();

    const before = effectsOf(world);
    for (const name of ["talkingphoto.sqlite", "talkingphoto.sqlite-wal", "talkingphoto.sqlite-shm"])
      rmSync(join(app.dataDir, name), { force: true });
    copyFileSync(join(folder, "talkingphoto.sqlite"), join(app.dataDir, "talkingphoto.sqlite"));
    await app.start();
    await thread.waitForMessage(SENTENCE);
    expect(effectsOf(world)).toEqual(before);
    await expectLogged(world, /restored from a copy/);
  });

  it("is recognised as a plain copy of the folder, and after npm run restored", async () => {
    const world = await startWorld({ akool: { autoFinish: false } });
    const { app } = world;
    const { thread } = await askAndWait(world, "command", { words: "copied" });
    await expect(cli("restored", world)).rejects.toThrow(/in use by process/);
    await app.kill();
    const before = effectsOf(world);
    cpSync(app.dataDir, `${app.dataDir}-copy`, { recursive: true, preserveTimestamps: true });
    rmSync(app.dataDir, { recursive: true });
    cpSync(`${app.dataDir}-copy`, app.dataDir, { recursive: true, preserveTimestamps: true });
    rmSync(`${app.dataDir}-copy`, { recursive: true });
    await app.start();
    await thread.waitForMessage(SENTENCE);
    expect(effectsOf(world)).toEqual(before);

    const second = await askAndWait(world, "command", { words: "snapshot" });
    await app.kill();
    const { stdout } = await cli("restored", world);
    expect(stdout).toContain("ends what is unfinished");
    const then = effectsOf(world);
    await app.start();
    await second.thread.waitForMessage(SENTENCE);
    expect(effectsOf(world)).toEqual(then);
  });
});
