import { describe, expect, it } from "vitest";
import { BEN, type Thread } from "../../src/sandbox/slack/slack-sandbox.ts";
import { ask, askAndWait, expectFailure, expectOneVideo, jobMessageOf, until, videosIn } from "./asking.ts";
import { useWorld, type World } from "./world.ts";

const AFTER_ALL = "Post it after all";

async function cancelIn({ slack }: World, thread: Thread): Promise<void> {
  await slack.pressButton(jobMessageOf(thread), "Cancel");
  await thread.waitForMessage(/cancelled.*credit may be used/);
}

const offers = ({ slack }: World, thread: Thread) =>
  slack.describe(jobMessageOf(thread)).join("\n").includes(`[${AFTER_ALL}]`);

describe("a cancelled request whose video AKOOL is making", () => {
  const world = useWorld({ akool: { autoFinish: false } });

  it("can be posted after all while AKOOL is at it, once, and is not ordered again", async () => {
    const { slack, akool } = world();
    const { thread, render } = await askAndWait(world());
    const { creates } = akool;
    await cancelIn(world(), thread);
    expect(offers(world(), thread)).toBe(true);
    await slack.pressButton(jobMessageOf(thread), AFTER_ALL, { user: BEN });
    await slack.waitForEphemeral("Only the person who asked", { user: BEN, channel: thread.channel });
    const seen = { ...jobMessageOf(thread) };
    await Promise.all([1, 2, 3].map(() => slack.pressButton(seen, AFTER_ALL)));
    await thread.waitForMessage("AKOOL is making the video");
    await akool.finish(render.id);
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(creates);
    await slack.pressButton(seen, AFTER_ALL);
    await slack.waitForEphemeral(/decided already.*`\/talkingphoto`/, { channel: thread.channel });
    expect(videosIn(world(), thread.channel)).toHaveLength(1);
  });

  it("can be posted after all once the video is made, also by an app that was started since", async () => {
    const { slack, akool, app } = world();
    const { thread, render } = await askAndWait(world(), "share");
    const { creates } = akool;
    await cancelIn(world(), thread);
    await akool.finish(render.id);
    await app.stop();
    await app.start();
    await slack.pressButton(jobMessageOf(thread), AFTER_ALL);
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(creates);
  });

  it("can be cancelled again, and then posted after all", async () => {
    const { slack, akool } = world();
    const { thread, render } = await askAndWait(world());
    for (let times = 0; times < 2; times++) {
      await cancelIn(world(), thread);
      await slack.pressButton(jobMessageOf(thread), AFTER_ALL);
      await thread.waitForMessage("AKOOL is making the video");
    }
    await akool.finish(render.id);
    await expectOneVideo(world(), thread);
  });

  it("says that it failed when it did", async () => {
    const { slack, akool } = world();
    const { thread, render } = await askAndWait(world());
    await cancelIn(world(), thread);
    await akool.fail(render.id);
    await slack.pressButton(jobMessageOf(thread), AFTER_ALL);
    await expectFailure(thread, /could not make a video/);
  });
});

describe("a cancelled request whose order may not have reached AKOOL", () => {
  const world = useWorld({ akool: { autoFinish: false } });

  it("is offered once AKOOL's report names the video", async () => {
    const { slack, akool } = world();
    const { creates } = akool;
    akool.misbehave("create", { kind: "drop", when: "after" });
    const thread = await ask(world(), "command");
    const render = await akool.waitForCreate(creates + 1);
    await thread.waitForMessage(/answer was lost/);
    await cancelIn(world(), thread);
    expect(offers(world(), thread)).toBe(false);
    await akool.finish(render.id);
    await until("the offer", () => offers(world(), thread));
    expect(videosIn(world(), thread.channel)).toEqual([]);
    await slack.pressButton(jobMessageOf(thread), AFTER_ALL);
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(creates + 1);
  });
});
