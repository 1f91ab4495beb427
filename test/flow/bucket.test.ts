import { describe, expect, it, onTestFinished } from "vitest";
import { BEN } from "../../src/sandbox/slack/slack-sandbox.ts";
import { startS3, type TestS3 } from "../s3/start-s3.ts";
import { ask, askAndWait, expectFailure, expectLogged, expectOneVideo } from "./asking.ts";
import { startWorld, type WorldOptions } from "./world.ts";

/** Socket Mode, and no address at which anybody could reach the app. */
const HIDDEN: WorldOptions = { socketMode: true, env: { PUBLIC_URL: "" } };

async function worldWithBucket(options: WorldOptions) {
  const s3 = await startS3();
  onTestFinished(() => s3.close());
  return { s3, world: await startWorld({ ...options, env: { ...s3.env, ...options.env } }) };
}

/** `PUT photo.jpg` and so on: what was done with the objects, however often and in whatever order. */
function doneWithObjects({ requests }: TestS3): Set<string> {
  const lines = requests.filter((line) => /\.(jpg|mp3)$/.test(line));
  return new Set(lines.map((line) => line.replace(/ .*\//, " ")));
}

const ALL_DONE = new Set(
  ["PUT", "GET", "DELETE"].flatMap((method) => [`${method} photo.jpg`, `${method} speech.mp3`]),
);

async function expectEmpty(s3: TestS3): Promise<void> {
  await expect.poll(() => s3.keys(), { timeout: 10_000 }).toEqual([]);
}

describe("with a bucket", () => {
  it("an app that nobody can reach makes a video of a shared photo, and tidies up behind itself", async () => {
    const { s3, world } = await worldWithBucket({ ...HIDDEN, akool: { autoFinish: false } });
    const { thread, render } = await askAndWait(world, "share");
    expect((await s3.keys()).map((key) => key.replace(/[^/]+\/(?=\w+\.)/, "")).sort()).toEqual([
      "media/photo.jpg",
      "media/speech.mp3",
    ]);
    expect(render.webhookUrl).toBeUndefined();
    await world.akool.finish(render.id);
    await expectOneVideo(world, thread);
    await expectEmpty(s3);
    expect(doneWithObjects(s3)).toEqual(ALL_DONE);
    expect(world.akool.creates).toBe(1);
    // A signed address is a secret.
    expect(world.app.output).not.toMatch(/X-Amz-Signature=(?!\[secret\])/i);
    expect(world.app.output).not.toContain("webhook stored");
  });

  it("an app that can be reached has webhooks too", async () => {
    const { s3, world } = await worldWithBucket({});
    await expectOneVideo(world, await ask(world, "command"));
    await expectEmpty(s3);
    expect(doneWithObjects(s3)).toEqual(ALL_DONE);
    await expectLogged(world, /webhook stored/);
  });

  it("a bucket that is away for a while is waited for", async () => {
    const { s3, world } = await worldWithBucket(HIDDEN);
    let refusals = 6;
    s3.intercept = ({ method }) =>
      method === "PUT" && refusals-- > 0 ? { status: 503, code: "SlowDown" } : undefined;
    await expectOneVideo(world, await ask(world, "share"));
    await expectEmpty(s3);
  });

  it("a bucket that takes nothing ends the request with a sentence, and nothing is paid", async () => {
    const { s3, world } = await worldWithBucket(HIDDEN);
    s3.intercept = ({ method }) => (method === "PUT" ? { status: 403, code: "AccessDenied" } : undefined);
    await expectFailure(await ask(world, "share"), /went wrong on my side/);
    expect(world.akool.creates).toBe(0);
    await expectLogged(world, /bucket PUT: AccessDenied/);
  });

  it("a bucket that will not delete holds up no job, and is tidied once it will", async () => {
    const { s3, world } = await worldWithBucket(HIDDEN);
    s3.intercept = ({ method }) => (method === "DELETE" ? { status: 403, code: "AccessDenied" } : undefined);
    await expectOneVideo(world, await ask(world, "share"));
    await expectOneVideo(world, await ask(world, "share", { words: "another" }));
    expect(await s3.keys()).toHaveLength(4);
    s3.intercept = undefined;
    await expectEmpty(s3);
  });

  it("what a crash left in the bucket is removed at the next start", async () => {
    const { s3, world } = await worldWithBucket({ ...HIDDEN, akool: { autoFinish: false } });
    const { thread, render } = await askAndWait(world, "share");
    s3.intercept = ({ method }) => (method === "DELETE" ? { status: 503, code: "SlowDown" } : undefined);
    await world.akool.finish(render.id);
    await expectOneVideo(world, thread);
    await expect.poll(() => s3.requests.some((line) => line.startsWith("DELETE"))).toBe(true);
    await world.app.kill();
    expect(await s3.keys()).toHaveLength(2);
    s3.intercept = undefined;
    await world.app.start();
    await expectEmpty(s3);
  });

  it("a create whose answer was lost asks the person, since nobody saw AKOOL come for the media", async () => {
    const env = { ...HIDDEN.env, SETTLE_MINUTES: "1" };
    const { s3, world } = await worldWithBucket({ ...HIDDEN, env });
    world.akool.misbehave("create", { kind: "drop", when: "after" });
    const thread = await ask(world, "share");
    const question = await thread.waitForMessage(
      ({ text }) => text.startsWith("<@") && /can't tell whether AKOOL started this one/.test(text),
    );
    // The media are kept for the case that it is to be made again.
    expect(await s3.keys()).toHaveLength(2);
    await world.slack.pressButton(question, "Try again");
    await expectOneVideo(world, thread);
    await expectEmpty(s3);
    expect(world.akool.creates).toBe(2);
  });

  it("a job that was prepared before there was a bucket goes on with one", async () => {
    const s3 = await startS3();
    onTestFinished(() => s3.close());
    // One render at a time, which never ends: the second job waits in line with its media on disk.
    const world = await startWorld({ akool: { autoFinish: false }, env: { AKOOL_MAX_CONCURRENT: "1" } });
    const first = await askAndWait(world, "share");
    const second = await ask(world, "share", { user: BEN });
    await second.waitForMessage("waiting in line");
    await world.app.stop();
    await world.app.start(s3.env);
    await world.akool.finish(first.render.id);
    const render = await world.akool.waitForCreate(2);
    await world.akool.finish(render.id);
    await expectOneVideo(world, first.thread);
    await expectOneVideo(world, second);
    await expectEmpty(s3);
  });
});
