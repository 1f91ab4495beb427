import { describe, expect, it } from "vitest";
import { ANNA, BEN } from "../../src/sandbox/slack/slack-sandbox.ts";
import { ask, expectFailure, expectOneVideo, media, PHOTO, SPEECH, videosIn } from "./asking.ts";
import { useWorld } from "./world.ts";

const BOTH = [PHOTO, SPEECH];
const PDF = { name: "plan.pdf", bytes: Buffer.from("%PDF-1.7") };
const HISTORY_TOO = [
  "commands",
  "chat:write",
  "files:read",
  "files:write",
  "app_mentions:read",
  "im:history",
  "im:write",
  "channels:history",
];

describe("a photo and a recording shared in one message", () => {
  const world = useWorld();

  it("in a direct message become a video in that message's thread", async () => {
    const { slack, akool } = world();
    const { thread } = await slack.shareFiles(BOTH, { channel: slack.openDm(ANNA).id });
    await expectOneVideo(world(), thread);
    expect(
      thread.messages.every((message) => message.ts === thread.ts || message.threadTs === thread.ts),
    ).toBe(true);
    expect(akool.creates).toBe(1);
  });

  it("in a message that mentions the app become a video in that message's thread", async () => {
    const { slack } = world();
    const channel = world().newChannel();
    const { thread } = await slack.shareFiles(BOTH, { channel, user: BEN, mention: true, text: "please" });
    const video = await expectOneVideo(world(), thread);
    const finish = thread.messages.find((message) => message.files.includes(video));
    expect(finish?.text).toContain(`<@${BEN}>`);
    expect(slack.channel(channel).messages.filter((message) => message.threadTs === undefined)).toHaveLength(
      1,
    );
  });

  it("inside a thread become a video in that thread", async () => {
    const { slack } = world();
    const channel = world().newChannel();
    const { message: root } = await slack.say("Who makes the invitation?", { channel });
    const { thread } = await slack.shareFiles(BOTH, { channel, threadTs: root.ts, mention: true });
    expect(thread.ts).toBe(root.ts);
    await expectOneVideo(world(), thread);
  });

  it.each([
    ["an M4A clip recorded in Slack", "slack-clip.m4a", "audio/mp4"],
    ["a WebM clip recorded in Slack", "clip.webm", "audio/webm"],
  ])("may be %s", async (_what, name, mimetype) => {
    const { slack } = world();
    const clip = { name: `audio_message.${name.split(".")[1]}`, bytes: await media(name), mimetype };
    const { thread } = await slack.shareFiles([PHOTO, { ...clip, subtype: "slack_audio" }], {
      channel: world().newChannel(),
      mention: true,
    });
    await expectOneVideo(world(), thread);
  });

  it("is one job although Slack tells of it several times", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const { thread, deliveries } = await slack.shareFiles(BOTH, {
      channel: world().newChannel(),
      mention: true,
      retries: 2,
    });
    expect(deliveries.map((delivery) => delivery.status)).toEqual([200, 200, 200]);
    await expectOneVideo(world(), thread);
    await expectOneVideo(world(), await ask(world(), "share"));
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(creates + 2);
  });

  it("is one job although the person's client sent the message twice", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const channel = world().newChannel();
    const how = { channel, mention: true, clientMsgId: "a-message-sent-twice" };
    const first = await slack.shareFiles(BOTH, how);
    await expectOneVideo(world(), first.thread);
    const second = await slack.shareFiles(BOTH, how);
    await expectOneVideo(world(), await ask(world(), "share"));
    expect(second.thread.messages).toHaveLength(1);
    expect(akool.creates).toBe(creates + 2);
  });

  it.each([
    ["nothing", [], /I make a photo talk/],
    ["only a PDF", [PDF], /I see a PDF, but no photo/],
    ["more photos than I can ask about", Array(10).fill(PHOTO), /10 photos/],
  ])("is missed when there is %s, and the thread says so exactly once", async (_what, files, sentence) => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const { thread } = await slack.shareFiles(files, {
      channel: world().newChannel(),
      mention: true,
      retries: 1,
    });
    await thread.waitForMessage(sentence);
    await expectOneVideo(world(), await ask(world(), "share"));
    expect(thread.messages.filter((message) => message.byApp)).toHaveLength(1);
    expect(thread.messages.at(-1)?.text).toContain(`<@${ANNA}>`);
    expect(akool.creates).toBe(creates + 1);
  });

  it("in a direct message is asked for when there is only text", async () => {
    const { slack } = world();
    const { thread } = await slack.say("hello?", { channel: slack.openDm(BEN).id, user: BEN });
    await thread.waitForMessage("I make a photo talk");
  });

  it("is refused when a file is only linked from another service", async () => {
    const { slack } = world();
    const external = {
      name: "face.jpg",
      bytes: Buffer.from("x"),
      fields: { mode: "external", is_external: true, url_private: "https://drive.example.com/face" },
    };
    const { thread } = await slack.shareFiles([external, SPEECH], {
      channel: world().newChannel(),
      mention: true,
    });
    await thread.waitForMessage(/photo is only linked from another service/);
  });

  it("is refused in the thread when the file is not what its name says", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const fake = { name: "face.jpg", bytes: Buffer.from("BM\x9a\0\0\0\0\0\0\0 and so on", "latin1") };
    const { thread } = await slack.shareFiles([fake, SPEECH], {
      channel: world().newChannel(),
      mention: true,
    });
    await expectFailure(thread, /BMP image.*Save it as JPEG or PNG/);
    expect(akool.creates).toBe(creates);
  });

  it("is left alone when a bot posted it, or somebody edited it, or the app itself did", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const channel = world().newChannel();
    // Without a mention Slack sends only `message` events of direct messages; these come from the app's own.
    const dm = slack.openDm(ANNA).id;
    const { message, thread } = await slack.shareFiles(BOTH, { channel: dm });
    await expectOneVideo(world(), thread);
    const files = message.files.map((file) => ({ id: file.id, mimetype: file.mimetype }));
    const now = { type: "message", channel: dm, channel_type: "im", event_ts: "1800000000.000100" };
    const inner = { type: "message", user: ANNA, ts: message.ts, text: "now with more words", files };
    await slack.deliver({ ...now, ts: "1800000000.000100", subtype: "message_changed", message: inner });
    await slack.deliver({
      ...now,
      ts: "1800000000.000200",
      subtype: "message_deleted",
      previous_message: inner,
    });
    await slack.deliver({
      ...now,
      ts: "1800000000.000300",
      subtype: "bot_message",
      bot_id: "B0OTHER",
      files,
    });
    await slack.deliver({ ...now, ts: "1800000000.000400", bot_id: "B0OTHER", user: "U0OTHERBOT", files });
    await slack.deliver({ ...now, ts: "1800000000.000500", user: slack.settings.botUserId, files });
    expect(slack.deliveries.slice(-5).map((delivery) => delivery.status)).toEqual([200, 200, 200, 200, 200]);
    await expectOneVideo(world(), await ask(world(), "share", { channel }));
    expect(thread.messages.filter((each) => each.byApp)).toHaveLength(2);
    expect(akool.creates).toBe(creates + 2);
  });
});

describe("in a workspace that lets the app read channels", () => {
  const world = useWorld({ slack: { scopes: HISTORY_TOO } });

  it.each([
    ["message first", { order: ["message", "app_mention"] as const }],
    ["app_mention first", { order: ["app_mention", "message"] as const }],
    ["both at once", { together: true }],
  ])("a mention is one job although it comes as two events: %s", async (_what, how) => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const { thread, deliveries } = await slack.shareFiles(BOTH, {
      channel: world().newChannel(),
      mention: true,
      ...how,
    });
    expect(deliveries.map((delivery) => delivery.status)).toEqual([200, 200]);
    await expectOneVideo(world(), thread);
    await expectOneVideo(world(), await ask(world(), "share"));
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(creates + 2);
  });

  it("a refused mention is refused once although it comes as two events", async () => {
    const { slack } = world();
    const { thread } = await slack.shareFiles([PDF], {
      channel: world().newChannel(),
      mention: true,
      together: true,
    });
    await thread.waitForMessage("no photo");
    await expectOneVideo(world(), await ask(world(), "share"));
    expect(thread.messages.filter((message) => message.byApp)).toHaveLength(1);
  });

  it("a watched channel needs no mention, until it is switched off", async () => {
    const { slack } = world();
    const channel = world().newChannel();
    const other = world().newChannel();
    const unwatched = await slack.shareFiles(BOTH, { channel });
    await slack.command("watch on", { channel });
    await slack.waitForEphemeral("Switched on", { channel });

    const elsewhere = await slack.shareFiles(BOTH, { channel: other });
    const watched = await slack.shareFiles(BOTH, { channel });
    await expectOneVideo(world(), watched.thread);

    await slack.command("watch off", { channel });
    await slack.waitForEphemeral("Switched off", { channel });
    const after = await slack.shareFiles(BOTH, { channel });
    await expectOneVideo(world(), await ask(world(), "share"));
    for (const { thread } of [unwatched, elsewhere, after]) expect(thread.messages).toHaveLength(1);
  });

  it("talk, pictures and lone recordings in a watched channel are passed over in silence", async () => {
    const { slack } = world();
    const channel = world().newChannel();
    await slack.command("watch on", { channel });
    const talk = [
      await slack.say("good morning", { channel }),
      await slack.shareFiles([PHOTO], { channel, text: "our new office" }),
      await slack.shareFiles([SPEECH], { channel, user: BEN }),
    ];
    const { thread } = await slack.shareFiles(BOTH, { channel });
    await expectOneVideo(world(), thread);
    for (const said of talk) {
      expect(said.status).toBe(200);
      expect(said.thread.messages).toHaveLength(1);
    }
    expect(slack.ephemerals.filter((each) => each.channel === channel)).toHaveLength(1);
    expect(videosIn(world(), channel)).toHaveLength(1);
  });
});
