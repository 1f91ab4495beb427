import { describe, expect, it } from "vitest";
import { ANNA, BEN } from "../../src/sandbox/slack/slack-sandbox.ts";
import { expectOneVideo, PHOTO, SPEECH } from "./asking.ts";
import { useWorld } from "./world.ts";

describe('"Make it talk" on a message', () => {
  const world = useWorld();

  it("opens the form with the message's photo in it, and makes the video in that message's thread", async () => {
    const { slack, akool } = world();
    const { message, thread, files } = await slack.shareFiles([PHOTO], { channel: world().newChannel() });
    expect(await slack.messageShortcut("make_it_talk", message, { user: BEN })).toMatchObject({
      status: 200,
    });
    const form = await slack.waitForView("Recording", { user: BEN });
    await slack.submitView(form, { "talkingphoto.speech": [SPEECH] });
    await expectOneVideo(world(), thread);
    expect(thread.messages.some((each) => each.byApp && each.text.includes(`<@${BEN}>`))).toBe(true);
    expect(files[0]?.shares).toHaveLength(1);
    expect(akool.creates).toBe(1);
  });

  it("needs nothing but a press when the message has a photo and a recording", async () => {
    const { slack } = world();
    const { message, thread } = await slack.shareFiles([PHOTO, SPEECH], { channel: world().newChannel() });
    await slack.messageShortcut("make_it_talk", message);
    await slack.submitView(await slack.waitForView("Recording", { user: ANNA }));
    await expectOneVideo(world(), thread);
  });

  it("says privately what is wrong with a message without a photo", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const channel = world().newChannel();
    const { message } = await slack.say("no photo here", { channel });
    await slack.messageShortcut("make_it_talk", message);
    await slack.waitForEphemeral(/photo/, { channel, user: ANNA });
    expect(slack.views.filter((view) => view.state === "open")).toEqual([]);
    expect(akool.creates).toBe(creates);
  });
});
