import { describe, expect, it } from "vitest";
import { ask, askAndWait, expectOneVideo, jobMessageOf, until, videosIn } from "./asking.ts";
import { clockAhead, useWorld, type World } from "./world.ts";

const WEEK_AND_A_DAY_MS = 8 * 24 * 3_600_000;

/**
 * The app was down in between, as for a deploy, and nobody has pressed anything for so long. Only
 * with the embedded store, since the shared one goes by its database's clock.
 */
async function aWeekPasses({ app }: World): Promise<void> {
  await app.stop();
  await app.start(clockAhead(WEEK_AND_A_DAY_MS));
}

describe("after more than a week and a deploy", () => {
  const world = useWorld({ store: "sqlite" });

  it("each button under a video still does what it says", async () => {
    const { slack, akool } = world();
    const thread = await ask(world(), "share");
    const video = await expectOneVideo(world(), thread);
    const finish = () => thread.messages.filter((each) => each.byApp && each.files.length > 0)[0];
    await until("the buttons", () => JSON.stringify(finish()?.blocks).includes("talkingphoto.again"));
    await aWeekPasses(world());
    const old = finish();
    if (!old) throw new Error("no video");

    await slack.pressButton(old, "Details");
    await slack.waitForEphemeral(/Details/, { channel: thread.channel });
    await slack.pressButton(old, "Change…");
    const form = await slack.waitForView("Photo: the same");
    await slack.submitView(form, { "talkingphoto.gesture_words": "nods" });
    await until("two videos", () => videosIn(world(), thread.channel).length === 2);
    await slack.pressButton(old, "Again");
    await until("three videos", () => videosIn(world(), thread.channel).length === 3);
    const { creates } = akool;
    await slack.pressButton(old, "Again");
    await slack.waitForEphemeral(/made it: see below/, { channel: thread.channel });
    await slack.pressButton(old, "Delete");
    await thread.waitForMessage(/has been deleted/);
    expect(video.deleted).toBe(true);
    expect(akool.creates).toBe(creates);
  });
});

describe("a cancelled request whose video AKOOL has deleted by now", () => {
  const world = useWorld({ store: "sqlite", akool: { autoFinish: false } });

  it("says so to whoever wants it after all, orders nothing, and offers to start anew", async () => {
    const { slack, akool } = world();
    const { thread } = await askAndWait(world());
    const { creates } = akool;
    await slack.pressButton(jobMessageOf(thread), "Cancel");
    await thread.waitForMessage(/cancelled.*credit may be used/);
    await aWeekPasses(world());
    const seen = { ...jobMessageOf(thread) };
    await slack.pressButton(seen, "Post it after all");
    await slack.waitForEphemeral(/7 days; that time is over.*`\/talkingphoto` starts a new one/, {
      channel: thread.channel,
    });
    await until(
      "the button is gone",
      () => !slack.describe(jobMessageOf(thread)).join("\n").includes("[Post it after all]"),
    );
    await slack.pressButton(seen, "Post it after all");
    await slack.waitForEphemeral(/decided already.*`\/talkingphoto` starts a new one/, {
      channel: thread.channel,
    });
    expect(akool.creates).toBe(creates);
    expect(videosIn(world(), thread.channel)).toHaveLength(0);
  });
});
