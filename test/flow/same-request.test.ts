import { describe, expect, it } from "vitest";
import { BEN } from "../../src/sandbox/slack/slack-sandbox.ts";
import { ask, DOORS, expectOneVideo, isJobMessage, jobMessageOf } from "./asking.ts";
import { useWorld } from "./world.ts";

describe("the same request while it is running", () => {
  const world = useWorld({ akool: { autoFinish: false } });

  it.each(DOORS)("by %s is told that it is running, and another is made only on purpose", async (door) => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const first = await ask(world(), door, { words: door === "share" ? "" : "the same" });
    const running = await akool.waitForCreate(creates + 1);
    await first.waitForMessage("AKOOL is making the video");

    const again = await ask(world(), door, { words: door === "share" ? "" : "the same" });
    await again.waitForMessage((message) => isJobMessage(message) && /already running/.test(message.text));
    expect(jobMessageOf(again).text).toMatch(/<https?:.*\|/);
    expect(akool.creates).toBe(creates + 1);

    await slack.pressButton(jobMessageOf(again), "Make another", { user: BEN });
    await slack.waitForEphemeral("Only the person who asked", { user: BEN, channel: again.channel });
    await slack.pressButton(jobMessageOf(again), "Make another");
    const another = await akool.waitForCreate(creates + 2);
    await akool.finish(running.id);
    await akool.finish(another.id);
    await expectOneVideo(world(), first);
    await expectOneVideo(world(), again);
    expect(akool.creates).toBe(creates + 2);
  });

  it("by somebody else is a request of its own, and so is the same after the end", async () => {
    const { akool } = world();
    const creates = akool.creates;
    const first = await ask(world(), "command");
    const second = await ask(world(), "command", { user: BEN });
    for (const n of [1, 2]) await akool.finish((await akool.waitForCreate(creates + n)).id);
    await expectOneVideo(world(), first);
    await expectOneVideo(world(), second);
    const third = await ask(world(), "command");
    await akool.finish((await akool.waitForCreate(creates + 3)).id);
    await expectOneVideo(world(), third);
  });
});
