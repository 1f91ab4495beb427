import { describe, expect, it } from "vitest";
import { ANNA, BEN, RANDOM } from "../../src/sandbox/slack/slack-sandbox.ts";
import { expectFailure, expectOneVideo, media, PHOTO, SPEECH, videosIn } from "./asking.ts";
import { useWorld } from "./world.ts";

const SCOPES = [
  "commands",
  "chat:write",
  "files:read",
  "files:write",
  "app_mentions:read",
  "im:history",
  "im:write",
];

/** As Slack shows a file of another organisation in a shared channel: an id, and nothing else. */
async function ofAnotherOrganisation(name: string) {
  return { name, bytes: await media(name), fields: { mode: "file_access" } };
}

describe("photos and recordings from elsewhere in Slack", () => {
  const world = useWorld();
  const mention = () => ({ channel: world().newChannel(), mention: true });

  it("come with a message that is forwarded to the app", async () => {
    const { slack } = world();
    const { message } = await slack.shareFiles([PHOTO, SPEECH], { channel: RANDOM, user: BEN });
    const { thread } = await slack.say("", { channel: slack.openDm(ANNA).id, forwards: message });
    await expectOneVideo(world(), thread);
  });

  it("come half forwarded and half shared", async () => {
    const { slack } = world();
    const { message } = await slack.shareFiles([PHOTO], { channel: RANDOM, user: BEN });
    const { thread } = await slack.shareFiles([SPEECH], { ...mention(), forwards: message });
    await expectOneVideo(world(), thread);
  });

  it("may be files of another organisation, which are nothing but ids at first", async () => {
    const { slack } = world();
    const photo = await ofAnotherOrganisation("portrait.jpg");
    const { thread } = await slack.shareFiles([photo, SPEECH], mention());
    await expectOneVideo(world(), thread);
  });

  it("may be both of them such files, in any order: what they hold decides", async () => {
    const { slack } = world();
    const both = [await ofAnotherOrganisation("speech.mp3"), await ofAnotherOrganisation("portrait.jpg")];
    const { thread } = await slack.shareFiles(both, mention());
    await expectOneVideo(world(), thread);
  });

  it.each([
    ["file_not_found", /deleted or I am not allowed to see it/],
    ["access_denied", /deleted or I am not allowed to see it/],
  ])("are asked for again when Slack answers %s", async (error, sentence) => {
    const { slack } = world();
    slack.misbehave("files.info", { kind: "error", error });
    const { thread } = await slack.shareFiles(
      [await ofAnotherOrganisation("portrait.jpg"), SPEECH],
      mention(),
    );
    await expectFailure(thread, sentence);
  });

  it("are fetched although Slack is busy at first", async () => {
    const { slack } = world();
    slack.misbehave("files.info", { kind: "429", retryAfterSeconds: 1 });
    const { thread } = await slack.shareFiles(
      [await ofAnotherOrganisation("portrait.jpg"), SPEECH],
      mention(),
    );
    await expectOneVideo(world(), thread);
  });

  it("may be links, as far as they may be opened", async () => {
    const { slack, files, akool } = world();
    const dm = slack.openDm(ANNA).id;
    const link = (name: string) => `<${files.url(name)}|${name}>`;
    const both = await slack.say(`${link("portrait.jpg")} and ${link("speech.mp3")}`, { channel: dm });
    await expectOneVideo(world(), both.thread);
    const text = `${link("portrait.jpg")} Happy birthday from all of us`;
    const words = await slack.say(text, { channel: dm });
    await expectOneVideo(world(), words.thread);
    expect(akool.speeches.at(-1)?.order.input_text).toBe("Happy birthday from all of us");
    const inside = await slack.say("<http://10.0.0.1/face.jpg> Hello", { channel: dm });
    await inside.thread.waitForMessage(/only open public https/);
  });

  it("are named when they are only linked from another service", async () => {
    const { slack } = world();
    const fields = {
      mode: "external",
      is_external: true,
      external_type: "gdrive",
      url_private: "https://x.example/",
    };
    const linked = { name: "face.jpg", bytes: Buffer.from("x"), fields };
    const { thread } = await slack.shareFiles([linked, SPEECH], mention());
    await thread.waitForMessage(/photo is only linked from (?:another service|Google Drive)/);
  });

  it("need a permission for the photo at the top of a thread in a channel, which is named", async () => {
    const { slack } = world();
    const { channel } = mention();
    const { message } = await slack.shareFiles([PHOTO], { channel, user: BEN });
    const { thread } = await slack.shareFiles([SPEECH], { channel, mention: true, threadTs: message.ts });
    await expectFailure(thread, /`channels:history`.*person who installed it, or a workspace admin/);
  });
});

describe("what a file holds decides, whatever it is called", () => {
  const world = useWorld();
  const mention = () => ({ channel: world().newChannel(), mention: true });
  const called = async (name: string, held: string) => ({ name, bytes: await media(held) });
  const PAPER = { name: "terms.pdf", bytes: Buffer.from("%PDF-1.7 terms") };
  const share = (files: (string | { name: string; bytes: Buffer })[], text = "") =>
    world().slack.shareFiles(files, { ...mention(), text });

  it.each([
    ["a recording that is called a photo", "voice.jpg", "speech.mp3", PHOTO],
    ["a photo that is called a text", "notes.txt", "portrait.jpg", SPEECH],
    ["a photo that is called a recording", "memo.mp3", "portrait.jpg", SPEECH],
  ])("%s", async (_, name, held, other) => {
    const { thread } = await share([await called(name, held), other]);
    await expectOneVideo(world(), thread);
  });

  it("a text that is called a photo is said to be none", async () => {
    const { thread } = await share([{ name: "face.jpg", bytes: Buffer.from("Dear all, here is my face") }]);
    await thread.waitForMessage("I see a text file, but no photo");
  });

  it("a document beside a photo is named, and what is written there is said only when the person wants it", async () => {
    const { akool, slack } = world();
    const { thread } = await share([PHOTO, PAPER], "Please make this one talk");
    await thread.waitForMessage(/cannot use a PDF.* Shall the photo say .Please make this one talk/);
    await slack.shareFiles([SPEECH], { channel: thread.channel, threadTs: thread.ts, mention: true });
    await expectOneVideo(world(), thread);
    expect(akool.speechCreates).toBe(0);
  });

  it("a document beside a recording is named, and the photo asked for", async () => {
    const { thread } = await share([PAPER, SPEECH]);
    await thread.waitForMessage(/I have the recording\. I cannot use a PDF.*\. Now a photo/);
  });

  it("a web page that somebody has shared is no missing permission", async () => {
    const page = {
      name: "voice.mp3",
      bytes: Buffer.from("<!DOCTYPE html><html><body>My voice</body></html>"),
    };
    const { thread } = await share([PHOTO, page]);
    await expectFailure(thread, /web page.*Open it and save the recording itself/);
  });

  it("a host that does not answer delays the first word by seconds only", async () => {
    const { slack } = world();
    slack.misbehave("download", { kind: "hang" });
    const { thread } = await share([PHOTO]);
    await thread.waitForMessage("I have the photo");
  });

  it("what cannot be looked at is asked about by its label, and said when it is fetched", async () => {
    const { slack } = world();
    slack.misbehave("download", { kind: "html" });
    const { thread } = await share([PHOTO]);
    await thread.waitForMessage("I have the photo");
  });
});

describe("where the app may read channels", () => {
  const world = useWorld({
    slack: { scopes: [...SCOPES, "channels:history"], deliverChannelMessages: false },
  });

  it("the photo at the top of a thread is taken, for a recording", async () => {
    const { slack, akool } = world();
    const channel = world().newChannel();
    const { message } = await slack.shareFiles([PHOTO], { channel, user: BEN });
    slack.misbehave("conversations.replies", { kind: "429", retryAfterSeconds: 1 });
    const { thread } = await slack.shareFiles([SPEECH], { channel, mention: true, threadTs: message.ts });
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(1);
  });

  it("a thread that begins with no photo is said to have none", async () => {
    const { slack } = world();
    const channel = world().newChannel();
    const { message } = await slack.say("Who makes the invitation?", { channel });
    const { thread } = await slack.shareFiles([SPEECH], { channel, mention: true, threadTs: message.ts });
    await expectFailure(thread, /the message that this thread began with, but no photo/);
  });
});

describe("shortcuts", () => {
  const world = useWorld();

  it('"Make it talk" takes a recording without a photo, and the files of a forwarded message', async () => {
    const { slack } = world();
    const channel = world().newChannel();
    const { message } = await slack.shareFiles([SPEECH], { channel: RANDOM, user: BEN });
    const forwarding = await slack.say("listen", { channel, forwards: message });
    await slack.messageShortcut("make_it_talk", forwarding.message);
    const form = await slack.waitForView("Recording: the one in the message", { user: ANNA });
    await slack.submitView(form, { "talkingphoto.photo": [PHOTO] });
    await expectOneVideo(world(), forwarding.thread);
  });

  it('"Make it talk" in a thread makes the video in that thread, of a link too', async () => {
    const { slack, files } = world();
    const channel = world().newChannel();
    const { message: root } = await slack.say("Look", { channel });
    const text = `<${files.url("portrait.jpg")}>`;
    const { message, thread } = await slack.say(text, { channel, threadTs: root.ts });
    await slack.messageShortcut("make_it_talk", message);
    const form = await slack.waitForView("Photo: the one in the message", { user: ANNA });
    await slack.submitView(form, { "talkingphoto.speech": [SPEECH] });
    await expectOneVideo(world(), thread);
    expect(thread.ts).toBe(root.ts);
  });

  it('"Make a photo talk" asks where to post, and posts there', async () => {
    const { slack } = world();
    const channel = world().newChannel();
    expect(await slack.globalShortcut("make_a_photo_talk", { user: BEN })).toMatchObject({ status: 200 });
    const form = await slack.waitForView("Where to post it", { user: BEN });
    const both = { "talkingphoto.photo": [PHOTO], "talkingphoto.speech": [SPEECH] };
    await expect(slack.submitView(form, both)).rejects.toThrow('"Where to post it" first');
    await slack.submitView(form, { ...both, "talkingphoto.where": channel });
    const job = await slack.waitForMessage("Talking photo for @ben", { channel });
    await expectOneVideo(world(), slack.thread(channel, job.ts));
    expect(videosIn(world(), channel)).toHaveLength(1);
  });

  it('"Make a photo talk" says privately that the app may not post there', async () => {
    const { slack } = world();
    await slack.globalShortcut("make_a_photo_talk", { user: BEN });
    const form = await slack.waitForView("Where to post it", { user: BEN });
    await slack.submitView(form, {
      "talkingphoto.photo": [PHOTO],
      "talkingphoto.speech": [SPEECH],
      "talkingphoto.where": RANDOM,
    });
    await slack.waitForMessage(/not a member of this conversation/, { channel: slack.openDm(BEN).id });
  });
});

describe("words in the form", () => {
  const world = useWorld();
  const open = async (channel: string, user = ANNA) => {
    const { slack } = world();
    await slack.command("", { channel, user });
    return slack.waitForView("Or type what it should say", { user });
  };

  it("are spoken in the voice that was searched, heard and chosen, and remembered from then on", async () => {
    const { slack, akool } = world();
    const channel = world().newChannel();
    const form = await open(channel);
    const found = await slack.searchOptions(form, "talkingphoto.voice", "polish fem");
    expect(found.map(({ text }) => text.text)).toEqual(["Zofia · Polish · female"]);
    await slack.chooseOption(form, "talkingphoto.voice", "Zofia · Polish · female");
    await slack.waitForView("▶ Listen to Zofia", { user: ANNA });
    await slack.submitView(form, {
      "talkingphoto.photo": [PHOTO],
      "talkingphoto.words": "Hello from a Polish voice",
      "talkingphoto.remember": ["me", "channel"],
    });
    const job = await slack.waitForMessage("Talking photo for @anna", { channel });
    await expectOneVideo(world(), slack.thread(channel, job.ts));
    expect(akool.speeches.at(-1)?.voice.name).toBe("Zofia");

    const mine = await open(world().newChannel());
    expect(slack.describe(mine).join("\n")).toContain("[Zofia · Polish ▾]");
    await slack.closeView(mine);
    const inChannel = await open(channel, BEN);
    expect(slack.describe(inChannel).join("\n")).toContain("[Zofia · Polish ▾]");
    await slack.closeView(inChannel);
    const elsewhere = await open(world().newChannel(), BEN);
    expect(slack.describe(elsewhere).join("\n")).not.toContain("Zofia");
    await slack.closeView(elsewhere);

    const said = await slack.shareFiles([PHOTO], {
      channel: world().newChannel(),
      mention: true,
      text: "The voice that I always use",
    });
    await expectOneVideo(world(), said.thread);
    expect(akool.speeches.at(-1)?.voice.name).toBe("Zofia");
  });

  it("and a recording are one too many", async () => {
    const { slack } = world();
    const form = await open(world().newChannel());
    const answer = await slack.submitView(form, {
      "talkingphoto.photo": [PHOTO],
      "talkingphoto.speech": [SPEECH],
      "talkingphoto.words": "Hello",
    });
    expect(JSON.parse(answer.body).errors).toEqual({
      "talkingphoto.words": expect.stringContaining("Keep one"),
    });
    await slack.closeView(form);
  });

  it("need no voice: where none fits what was typed, the language of the words finds one", async () => {
    const { slack, akool } = world();
    const channel = world().newChannel();
    const form = await open(channel, BEN);
    expect(await slack.searchOptions(form, "talkingphoto.voice", "klingon")).toEqual([]);
    const text = "Bonjour à tous, la réunion commence dans cinq minutes";
    await slack.submitView(form, { "talkingphoto.photo": [PHOTO], "talkingphoto.words": text });
    const job = await slack.waitForMessage("Talking photo for @ben", { channel });
    await expectOneVideo(world(), slack.thread(channel, job.ts));
    expect(akool.speeches.at(-1)).toMatchObject({ order: { input_text: text }, voice: { locale: "fr" } });
  });
});
