import { describe, expect, it } from "vitest";
import { ADMIN, ANNA, addWorkspace, BEN } from "../../src/sandbox/slack/slack-sandbox.ts";
import { expectLogged, expectOneVideo, PHOTO, SPEECH } from "./asking.ts";
import { install } from "./installing.ts";
import { startWorld, useWorld, type World } from "./world.ts";

const HELLO = "Hello @anna, I make a photo talk";

function hellosTo({ slack }: World, user: string) {
  const dm = slack.openDm(user).id;
  return slack.channel(dm).messages.filter(({ byApp, text }) => byApp && text.includes(":wave: Hello"));
}

describe("the first time somebody opens the app", () => {
  const world = useWorld();

  it("says hello once, however often and wherever they look, with the quickest way to a video", async () => {
    const { slack } = world();
    const channel = slack.openDm(ANNA).id;
    const opened = await slack.openHome(ANNA, { tab: "messages", repeats: 1 });
    expect(opened.map(({ status }) => status)).toEqual([200, 200]);
    const hello = await slack.waitForMessage(HELLO, { channel });
    for (const words of [
      /share a photo here and type what it should say/,
      /press \*Make a video\*/,
      /`\/invite`/,
      /AI-generated/,
      /Only use photos of people who have agreed/,
    ])
      expect(hello.text).toMatch(words);
    await slack.openHome(ANNA);
    await slack.openHome(ANNA, { tab: "messages" });
    await world().app.stop();
    await world().app.start();
    await slack.openHome(ANNA, { tab: "messages" });
    await slack.openHome(BEN, { tab: "messages" });
    await slack.waitForMessage(/Hello @ben/, { channel: slack.openDm(BEN).id });
    expect(hellosTo(world(), ANNA)).toHaveLength(1);
  });

  it("opens the form from its button, and again from the same one", async () => {
    const { slack } = world();
    const user = slack.workspace.addUser({ id: "U0CLARA", name: "clara", isBot: false }).id;
    await slack.openHome(user, { tab: "messages" });
    const channel = slack.openDm(user).id;
    const hello = await slack.waitForMessage(/Hello @clara/, { channel });
    const room = slack.workspace.addChannel({
      name: "clara-room",
      members: [user, slack.settings.botUserId],
    });
    await slack.pressButton(hello, "Make a video", { user });
    await slack.closeView(await slack.waitForView("Recording", { user }));
    await slack.pressButton(hello, "Make a video", { user });
    const form = await slack.waitForView("Recording", { user });
    await slack.submitView(form, {
      "talkingphoto.photo": [PHOTO],
      "talkingphoto.speech": [SPEECH],
      "talkingphoto.where": room.id,
    });
    const job = await slack.waitForMessage("Talking photo for @clara", { channel: room.id });
    await expectOneVideo(world(), slack.thread(room.id, job.ts));
  });

  it("logs one line where Slack does not take the hello, and does not try again", async () => {
    const { slack } = world();
    const user = slack.workspace.addUser({ id: "U0DELIA", name: "delia", isBot: false }).id;
    slack.misbehave("chat.postMessage", { kind: "error", error: "messages_tab_disabled" });
    await slack.openHome(user, { tab: "messages" });
    await expectLogged(world(), /messages_tab_disabled.*a person could not be welcomed/);
    await slack.openHome(user, { tab: "messages" });
    expect(hellosTo(world(), user)).toEqual([]);
  });
});

it("whoever may not use the app is not invited to, and their button says why", async () => {
  const world = await startWorld({ env: { ALLOWED_USERS: ANNA } });
  const { slack, app } = world;
  const [{ status } = { status: 0 }] = await slack.openHome(BEN, { tab: "messages" });
  expect(status).toBe(200);
  await slack.openHome(ANNA, { tab: "messages" });
  const hello = await slack.waitForMessage(HELLO, { channel: slack.openDm(ANNA).id });
  expect(hellosTo(world, BEN)).toEqual([]);

  await app.stop();
  await app.start({ ALLOWED_USERS: BEN });
  await slack.pressButton(hello, "Make a video", { user: ANNA });
  await slack.waitForEphemeral(/only open to some people/, { user: ANNA });
  expect(slack.views).toEqual([]);
});

describe("after an install in the browser", () => {
  const world = useWorld({ oauth: true });

  it("the person who installed it gets one hello, also when they install it again or open the app", async () => {
    const { slack } = world();
    const page = await install(world(), slack);
    expect(page.text).toContain("Talking Photo is installed");
    await slack.waitForMessage("Hello @admin, I make a photo talk", { channel: slack.openDm(ADMIN).id });
    await install(world(), slack);
    await slack.openHome(ADMIN, { tab: "messages" });
    await slack.openHome(BEN, { tab: "messages" });
    await slack.waitForMessage(/Hello @ben/, { channel: slack.openDm(BEN).id });
    expect(hellosTo(world(), ADMIN)).toHaveLength(1);
  });

  it("the install is as good when the hello cannot be sent", async () => {
    const slack = addWorkspace(world().slack, { teamId: "T0MUTE" });
    slack.misbehave("conversations.open", { kind: "status", status: 500 });
    expect((await install(world(), slack)).text).toContain("Talking Photo is installed");
    await expectLogged(world(), /T0MUTE.*a person could not be welcomed/);
    expect(slack.liveTokens()).toHaveLength(1);
  });
});

describe("somebody who tries out what the app does", () => {
  const world = useWorld();

  it.each(["", "help", "Hello!", "hi there", "How does this work?"])(
    'is helped, without a sign of failure: "@talkingphoto %s"',
    async (text) => {
      const { slack } = world();
      const { thread } = await slack.say(text, { mention: true, channel: world().newChannel() });
      const help = await thread.waitForMessage("I make a photo talk");
      expect(help.text).toMatch(/for example “Welcome to the team!”.*`\/talkingphoto`/);
      expect(thread.messages).toHaveLength(2);
      expect(thread.transcript.join("\n")).not.toMatch(/:x:|spent|failed|two files/);
    },
  );

  it.each(["hi", "help", "what is this"])('is helped in a direct message too: "%s"', async (text) => {
    const { slack } = world();
    const { thread } = await slack.say(text, { channel: slack.openDm(ANNA).id });
    await thread.waitForMessage("I make a photo talk");
  });

  it("is not taken for somebody who has words for a photo", async () => {
    const { slack } = world();
    const { thread } = await slack.say("Hello and welcome to our team", {
      mention: true,
      channel: world().newChannel(),
    });
    await thread.waitForMessage("I have the words. Now a photo");
  });
});
