import { describe, expect, it } from "vitest";
import { ANNA, BEN, GENERAL, RANDOM, SECRET } from "../../src/sandbox/slack/slack-sandbox.ts";
import { ask, expectFailure, expectOneVideo, jobMessageOf, PHOTO, SPEECH } from "./asking.ts";
import { useWorld } from "./world.ts";

describe("with ALLOWED_USERS and ADMIN_USERS", () => {
  const world = useWorld({ env: { ALLOWED_USERS: "U0SOMEBODY,U0ELSE", ADMIN_USERS: ANNA } });

  it.each(["", "help", "status", "https://example.com/a.jpg https://example.com/b.mp3"])(
    "whoever is not listed is told so privately: /talkingphoto %s",
    async (text) => {
      const { slack, akool } = world();
      const channel = world().newChannel();
      await slack.command(text, { user: BEN, channel });
      await slack.waitForEphemeral(/only open to some people.*Ask @anna for access/, { user: BEN, channel });
      expect(slack.views).toEqual([]);
      expect(slack.channel(channel).messages).toEqual([]);
      expect(akool.creates).toBe(0);
    },
  );

  it("whoever is not listed is told so privately when they share, and others do not see it", async () => {
    const { slack, akool } = world();
    const channel = world().newChannel();
    const { thread } = await slack.shareFiles([PHOTO, SPEECH], { user: BEN, channel, mention: true });
    await slack.waitForEphemeral(/only open to some people/, { user: BEN, channel });
    expect(thread.messages).toHaveLength(1);
    expect(akool.creates).toBe(0);
  });

  it("an admin needs no listing", async () => {
    await expectOneVideo(world(), await ask(world(), "command"));
  });
});

describe("with ADMIN_USERS", () => {
  const world = useWorld({ akool: { autoFinish: false }, env: { ADMIN_USERS: BEN } });

  it("an admin may cancel for somebody else", async () => {
    const { slack, akool } = world();
    const thread = await ask(world(), "command");
    await akool.waitForCreate();
    await slack.pressButton(jobMessageOf(thread), "Cancel", { user: BEN });
    await thread.waitForMessage(/cancelled/);
  });
});

describe("with ALLOWED_CHANNELS", () => {
  const world = useWorld({ env: { ALLOWED_CHANNELS: GENERAL } });

  it("another channel is refused privately, naming where it works", async () => {
    const { slack, akool, files } = world();
    const channel = world().newChannel();
    await slack.command(`${files.url("portrait.jpg")} ${files.url("speech.mp3")}`, { channel });
    await slack.waitForEphemeral(/not switched on in this channel.*#general/, { channel, user: ANNA });
    const { thread } = await slack.shareFiles([PHOTO, SPEECH], { channel, mention: true, user: BEN });
    await slack.waitForEphemeral(/not switched on in this channel.*#general/, { channel, user: BEN });
    expect(thread.messages).toHaveLength(1);
    expect(akool.creates).toBe(0);
  });

  it("the listed channel and direct messages work", async () => {
    const { slack } = world();
    await expectOneVideo(world(), await ask(world(), "command", { channel: GENERAL }));
    const { thread } = await slack.shareFiles([PHOTO, SPEECH], { channel: slack.openDm(BEN).id, user: BEN });
    await expectOneVideo(world(), thread);
  });
});

describe("where the app may not post", () => {
  const world = useWorld();

  it.each([
    ["a public channel", RANDOM],
    ["a private channel", SECRET],
  ])(
    "a command in %s is answered privately with how to invite it, and nothing is paid",
    async (_what, channel) => {
      const { slack, akool, files } = world();
      const creates = akool.creates;
      await slack.command(`${files.url("portrait.jpg")} ${files.url("speech.mp3")}`, { channel });
      await slack.waitForEphemeral(/\/invite/, { channel, user: ANNA });
      await expectOneVideo(world(), await ask(world(), "command"));
      expect(slack.channel(channel).messages).toEqual([]);
      expect(slack.ephemerals.filter((each) => each.channel === channel)).toHaveLength(1);
      expect(akool.creates).toBe(creates + 1);
    },
  );

  it("a form sent there is answered privately with how to invite it, and nothing is paid", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const channel = slack.workspace.addChannel({ name: "without-the-app", members: [ANNA] }).id;
    await slack.command("", { channel });
    const form = await slack.waitForView("Recording");
    await slack.submitView(form, { "talkingphoto.photo": [PHOTO], "talkingphoto.speech": [SPEECH] });
    await slack.waitForEphemeral(/\/invite/, { channel, user: ANNA });
    expect(akool.creates).toBe(creates);
  });

  it("a command in an archived channel is answered privately", async () => {
    const { slack, files } = world();
    const channel = world().newChannel();
    slack.workspace.getChannel(channel).archived = true;
    await slack.command(`${files.url("portrait.jpg")} ${files.url("speech.mp3")}`, { channel });
    await slack.waitForEphemeral(/did not let me post here/, { channel, user: ANNA });
  });
});

describe("without the scope files:read", () => {
  const scopes = ["commands", "chat:write", "files:write", "app_mentions:read", "im:history", "im:write"];
  const world = useWorld({ slack: { scopes } });

  it("a shared photo is refused with the name of the scope", async () => {
    const { akool } = world();
    await expectFailure(await ask(world(), "share"), /files:read/);
    expect(akool.creates).toBe(0);
  });
});
