import { describe, expect, it } from "vitest";
import { ANNA, BEN, type Message, type Thread } from "../../src/sandbox/slack/slack-sandbox.ts";
import {
  ask,
  expectOneVideo,
  isJobMessage,
  jobMessageOf,
  media,
  PHOTO,
  SPEECH,
  until,
  videosIn,
} from "./asking.ts";
import { startWorld, useWorld, type World } from "./world.ts";

const asks = (words: string) => (message: Message) => isJobMessage(message) && message.text.includes(words);
const FOR_SPEECH = asks("Now a recording, or type what it should say");
const FOR_PHOTO = asks("Now a photo");

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

/** Shares in a channel of its own, with a mention. */
async function share(
  { slack, newChannel }: World,
  ...[files, how]: Parameters<World["slack"]["shareFiles"]>
) {
  return slack.shareFiles(files, { channel: newChannel(), mention: true, ...how });
}

const reply = (thread: Thread) => ({ channel: thread.channel, threadTs: thread.ts });

describe("what is missing is asked for in the thread", () => {
  const world = useWorld();

  it("a recording, after a photo alone", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const { thread } = await share(world(), [PHOTO]);
    await thread.waitForMessage(FOR_SPEECH);
    await slack.shareFiles([SPEECH], { ...reply(thread), mention: true });
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(creates + 1);
  });

  it("a photo, after a recording alone", async () => {
    const { slack } = world();
    const { thread } = await share(world(), [SPEECH]);
    await thread.waitForMessage(FOR_PHOTO);
    await slack.shareFiles([PHOTO], { ...reply(thread), mention: true });
    await expectOneVideo(world(), thread);
  });

  it("words, in place of a recording", async () => {
    const { slack, akool } = world();
    const { thread } = await share(world(), [PHOTO]);
    await thread.waitForMessage(FOR_SPEECH);
    await slack.say("Good morning from the whole team", { ...reply(thread), mention: true });
    await expectOneVideo(world(), thread);
    expect(akool.speeches.at(-1)?.order.input_text).toBe("Good morning from the whole team");
  });

  it("a photo, after words alone", async () => {
    const { slack, akool } = world();
    const { thread } = await share(world(), [], { text: "Lunch is ready" });
    await thread.waitForMessage(FOR_PHOTO);
    await slack.shareFiles([PHOTO], { ...reply(thread), mention: true });
    await expectOneVideo(world(), thread);
    expect(akool.speeches.at(-1)?.order.input_text).toBe("Lunch is ready");
  });

  it("in a direct message without a mention; there words alone are no request", async () => {
    const { slack } = world();
    const channel = slack.openDm(BEN).id;
    const { thread } = await slack.shareFiles([PHOTO], { channel, user: BEN });
    await thread.waitForMessage(FOR_SPEECH);
    await slack.shareFiles([SPEECH], { ...reply(thread), user: BEN });
    await expectOneVideo(world(), thread);
    const chat = await slack.say("hello?", { channel, user: BEN });
    await chat.thread.waitForMessage("I make a photo talk");
  });

  it("the form, opened by the button, has what was given and asks for the rest", async () => {
    const { slack } = world();
    const { thread } = await share(world(), [PHOTO]);
    const question = { ...(await thread.waitForMessage(FOR_SPEECH)) };
    await slack.pressButton(question, "Open the form");
    const form = await slack.waitForView("the one you have given", { user: ANNA });
    expect(slack.describe(form).join("\n")).toMatch(
      /Photo: the one you have given\..*Recording \(optional\)/s,
    );
    await slack.submitView(form, { "talkingphoto.speech": [SPEECH], "talkingphoto.resolution": "1080" });
    await expectOneVideo(world(), thread);
    const late = await slack.pressButton(question, "Open the form");
    expect(late.status).toBe(200);
    await slack.waitForEphemeral("decided already", { channel: thread.channel, user: ANNA });
  });

  it("a form that comes after the request has gone on is told so, and stays open", async () => {
    const { slack } = world();
    const { thread } = await share(world(), [PHOTO]);
    await slack.pressButton(await thread.waitForMessage(FOR_SPEECH), "Open the form");
    const form = await slack.waitForView("the one you have given", { user: ANNA });
    await slack.pressButton(jobMessageOf(thread), "Cancel");
    await thread.waitForMessage("Nothing was spent");
    const answer = await slack.submitView(form, { "talkingphoto.speech": [SPEECH] });
    expect(answer.body).toContain("That request has ended or gone on meanwhile");
    expect(form.state).toBe("open");
    await slack.closeView(form);
  });

  it("of the same person, and in that thread", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const { thread } = await share(world(), [PHOTO]);
    const question = await thread.waitForMessage(FOR_SPEECH);
    const others = await slack.shareFiles([SPEECH], { ...reply(thread), user: BEN, mention: true });
    await slack.shareFiles([SPEECH], { channel: thread.channel, mention: true });
    await slack.pressButton(question, "Open the form", { user: BEN });
    await slack.waitForEphemeral("Only the person who asked", { channel: thread.channel, user: BEN });
    // Ben's recording is a request of his own, for the photo at the top.
    expect(others.status).toBe(200);
    expect(thread.messages.filter(FOR_SPEECH)).toHaveLength(1);
    await slack.pressButton(question, "Cancel");
    await thread.waitForMessage("Nothing was spent");
    expect(akool.creates).toBe(creates);
  });

  it("is still waited for after a restart", async () => {
    const own = await startWorld();
    const { thread } = await share(own, [PHOTO]);
    await thread.waitForMessage(FOR_SPEECH);
    await own.app.stop();
    await own.app.start();
    await own.slack.shareFiles([SPEECH], { ...reply(thread), mention: true });
    await expectOneVideo(own, thread);
  });
});

describe("in a workspace that lets the app read channels", () => {
  const world = useWorld({ slack: { scopes: HISTORY_TOO } });

  it.each([
    ["message first", { order: ["message", "app_mention"] as const }],
    ["app_mention first", { order: ["app_mention", "message"] as const }],
    ["both at once", { together: true }],
    ["each of them twice", { retries: 1 }],
  ])("a reply is taken once although it comes as two events: %s", async (_what, how) => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const { thread } = await share(world(), [PHOTO], how);
    await thread.waitForMessage(FOR_SPEECH);
    await slack.shareFiles([SPEECH], { ...reply(thread), mention: true, ...how });
    await expectOneVideo(world(), thread);
    await expectOneVideo(world(), await ask(world(), "share"));
    expect(akool.creates).toBe(creates + 2);
    expect(thread.messages.filter(isJobMessage)).toHaveLength(1);
  });

  it("a question asked inside a thread is not answered by the very post that led to it", async () => {
    const { slack } = world();
    const channel = world().newChannel();
    const { message: root } = await slack.say("Who has photos?", { channel });
    const { thread } = await slack.shareFiles([PHOTO, PHOTO, SPEECH], {
      channel,
      threadTs: root.ts,
      mention: true,
      retries: 1,
    });
    const question = await thread.waitForMessage(asks("I see 2 photos"));
    await expectOneVideo(world(), await ask(world(), "share"));
    expect(question.text).toContain("I see 2 photos");
    await slack.pressButton(question, "Photo 2");
    await expectOneVideo(world(), thread);
  });

  it("a reply needs no mention, and what is said to others is not taken for one", async () => {
    const { slack, akool } = world();
    const speeches = akool.speeches.length;
    const { thread } = await share(world(), [PHOTO]);
    await thread.waitForMessage(FOR_SPEECH);
    await slack.say(`<@${BEN}> do you have the recording?`, reply(thread));
    await slack.say("Just a moment", { ...reply(thread), user: BEN });
    await slack.shareFiles([SPEECH], reply(thread));
    await expectOneVideo(world(), thread);
    expect(akool.speeches).toHaveLength(speeches);
  });

  it("talk that does not help is passed over in silence", async () => {
    const { slack } = world();
    const { thread } = await share(world(), [SPEECH]);
    await thread.waitForMessage(FOR_PHOTO);
    await slack.say("Hold on, I am looking for one", reply(thread));
    await slack.say("One more minute, please", { ...reply(thread), mention: true });
    await slack.shareFiles([PHOTO], reply(thread));
    await expectOneVideo(world(), thread);
    expect(thread.messages.filter(isJobMessage)).toHaveLength(1);
  });
});

describe("several of one kind in one message", () => {
  const world = useWorld();

  it("are chosen from, one question after the other", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const { thread } = await share(world(), [PHOTO, PHOTO, SPEECH, SPEECH]);
    const first = { ...(await thread.waitForMessage(asks("I see 2 photos"))) };
    await slack.pressButton(first, "Photo 2");
    await slack.pressButton(await thread.waitForMessage(asks("I see 2 recordings")), "Recording 1");
    await expectOneVideo(world(), thread);
    await slack.pressButton(first, "Photo 1");
    await slack.waitForEphemeral("decided already", { channel: thread.channel });
    expect(akool.creates).toBe(creates + 1);
  });

  it("become a video each, once, when asked to", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const clip = { name: "clip.m4a", bytes: await media("slack-clip.m4a"), subtype: "slack_audio" } as const;
    const { thread } = await share(world(), [PHOTO, SPEECH, clip]);
    const question = { ...(await thread.waitForMessage(asks("I see 2 recordings"))) };
    const presses = [1, 2].map(() => slack.pressButton(question, "One video for each (2 videos)"));
    expect((await Promise.all(presses)).map(({ status }) => status)).toEqual([200, 200]);
    const done = () => thread.messages.filter(asks("done"));
    await until("two videos", () => done().length === 2 && videosIn(world(), thread.channel).length === 2);
    expect(thread.messages.filter(isJobMessage)).toHaveLength(2);
    expect(akool.creates).toBe(creates + 2);
  });

  it("of photos alone are chosen from first, and then a recording is asked for", async () => {
    const { slack } = world();
    const { thread } = await share(world(), [PHOTO, PHOTO]);
    const question = await thread.waitForMessage(asks("I see 2 photos"));
    expect(slack.describe(question).join("\n")).not.toContain("for each");
    await slack.pressButton(question, "Photo 1");
    await thread.waitForMessage(FOR_SPEECH);
    await slack.shareFiles([SPEECH], { ...reply(thread), mention: true });
    await expectOneVideo(world(), thread);
  });
});
