import { describe, expect, it } from "vitest";
import { ANNA, BEN, type Message, type Thread } from "../../src/sandbox/slack/slack-sandbox.ts";
import {
  ask,
  expectOneVideo,
  jobMessageOf,
  jobMessagesIn,
  PHOTO,
  SPEECH,
  until,
  videosIn,
} from "./asking.ts";
import { clockAhead, useWorld, type World } from "./world.ts";

const BUTTONS = "[Post it] [Again] [Throw away]";
/** Divided by TIME_SCALE. */
const SEVEN_DAYS_MS = (7 * 86_400_000) / 100;
const QUESTION = "Only you can see it so far";

let asked = 0;

const direct = ({ slack }: World) => slack.openDm(ANNA).id;

/** Asks by the form with the box ticked, in a channel of its own. */
async function askShownFirst(world: World, channel = world.newChannel()): Promise<Thread> {
  const { slack } = world;
  const before = jobMessagesIn(world, channel).length;
  await slack.command("", { channel });
  const form = await slack.waitForView(/Before it is posted.*\[ \] Show me first/s);
  await slack.submitView(form, {
    "talkingphoto.photo": [PHOTO],
    "talkingphoto.speech": [SPEECH],
    "talkingphoto.show_first": ["show_first"],
    // One that no other test asks for.
    "talkingphoto.gesture_words": `waves ${++asked} times`,
  });
  await slack.waitUntil("a job message", () => jobMessagesIn(world, channel).length > before, { channel });
  return slack.thread(channel, jobMessagesIn(world, channel)[before]?.ts ?? "");
}

/** The post in the direct message that asks about this channel's video, once it has its buttons. */
function shownTo(world: World, { channel }: Thread): Promise<Message> {
  return world.slack.waitForMessage(
    (message) => {
      const said = world.slack.describe(message).join("\n");
      return message.text.includes(`<#${channel}>`) && said.includes(BUTTONS);
    },
    { channel: direct(world) },
  );
}

async function expectNothingPosted(world: World, thread: Thread): Promise<void> {
  expect(videosIn(world, thread.channel)).toEqual([]);
  expect(thread.messages.filter(({ byApp }) => byApp)).toHaveLength(1);
}

const now = ({ slack }: World, { channel, ts }: Message) =>
  slack.channel(channel).messages.find((message) => message.ts === ts);

describe("show me first", () => {
  const world = useWorld();

  it("comes by direct message alone, with the decision; the place asked for hears that it waits", async () => {
    const { slack } = world();
    const thread = await askShownFirst(world());
    const shown = await shownTo(world(), thread);
    const said = slack.describe(shown).join("\n");
    expect(said).toContain("Here is your talking photo. Only you can see it so far.");
    expect(said).toMatch(/AI-generated.*\n?.*\d+ s long · ready after .* · \d+(\.\d+)? credits?/s);
    expect(said).toContain("[video talking-photo.mp4");
    expect(said).toMatch(/Shall I post it in #room-\d+\? AKOOL keeps it until /);
    await thread.waitForMessage(/the video is ready\. @anna sees it first/);
    expect(slack.describe(jobMessageOf(thread)).join("\n")).not.toMatch(/\[(Post it|Cancel|Throw away)\]/);
    await expectNothingPosted(world(), thread);
    const status = await slack.command("status", { channel: thread.channel });
    expect(status.body).toContain("ready, and waits for your decision in our direct message");
  });

  it("Post it posts it once, however often it is pressed, and both places say so", async () => {
    const { slack, akool } = world();
    const thread = await askShownFirst(world());
    const shown = await shownTo(world(), thread);
    const seen = { ...shown };
    const { creates } = akool;
    await Promise.all([1, 2, 3].map(() => slack.pressButton(seen, "Post it")));
    const video = await expectOneVideo(world(), thread);
    expect(video.deleted).toBe(false);
    await slack.waitForMessage(/It is posted in #room/, { channel: direct(world()) });
    const posted = now(world(), shown) ?? shown;
    await slack.pressButton(posted, "Details");
    await slack.waitForEphemeral(/deciding and posting \d+/, { channel: direct(world()) });
    const said = slack.describe(posted).join("\n");
    expect(said).toContain("[Details]");
    expect(said).not.toContain("[Post it]");
    expect(said).not.toContain(QUESTION);
    await slack.pressButton(seen, "Throw away");
    await slack.waitForEphemeral(/decided already/, { channel: direct(world()) });
    expect(videosIn(world(), thread.channel)).toHaveLength(1);
    expect(akool.creates).toBe(creates);
    // Its own buttons, as ever.
    await thread.waitForMessage((message) =>
      slack.describe(message).join("\n").includes("[Again] [Change…]"),
    );
  });

  it("Throw away takes it out of the direct message, and posts nothing", async () => {
    const { slack } = world();
    const thread = await askShownFirst(world());
    const shown = await shownTo(world(), thread);
    const [video] = shown.files;
    const confirmed = JSON.stringify(shown.blocks);
    expect(confirmed).toContain("Throw this video away?");
    const seen = { ...shown };
    await Promise.all([1, 2].map(() => slack.pressButton(seen, "Throw away")));
    await thread.waitForMessage(/:wastebasket:.*thrown it away. Nothing is posted/);
    await until("the post says so", () => /Thrown away/.test(now(world(), shown)?.text ?? ""));
    expect(video?.deleted).toBe(true);
    expect(slack.describe(now(world(), shown) ?? shown).join("\n")).not.toContain("[Post it]");
    await slack.pressButton(seen, "Post it");
    await slack.waitForEphemeral(/decided already/, { channel: direct(world()) });
    await expectNothingPosted(world(), thread);
    const history = await slack.command("history", { channel: thread.channel });
    expect(history.body).toContain("ready, and thrown away instead of posted");
  });

  it("two decisions at once come to one", async () => {
    const { slack } = world();
    const thread = await askShownFirst(world());
    const seen = { ...(await shownTo(world(), thread)) };
    await Promise.all(["Post it", "Throw away"].map((button) => slack.pressButton(seen, button)));
    await thread.waitForMessage(/done|thrown it away/);
    const isDone = jobMessageOf(thread).text.includes("done");
    expect(videosIn(world(), thread.channel)).toHaveLength(isDone ? 1 : 0);
  });

  it("Again makes another that is shown first, too; the first can still be decided", async () => {
    const { slack, akool } = world();
    const thread = await askShownFirst(world());
    const shown = await shownTo(world(), thread);
    const { creates } = akool;
    await Promise.all([1, 2].map(() => slack.pressButton(shown, "Again")));
    await slack.waitForEphemeral(/another one, and show it to you first/, { channel: direct(world()) });
    const another = await slack.waitForMessage(
      (message) => message.ts !== shown.ts && message.text.includes(`<#${thread.channel}>`),
      { channel: direct(world()) },
    );
    expect(another.files).toHaveLength(1);
    expect(akool.creates).toBe(creates + 1);
    expect(videosIn(world(), thread.channel)).toEqual([]);
    await slack.pressButton(shown, "Post it");
    await thread.waitForFile("video/mp4");
    await until("the other still waits", () =>
      slack
        .describe(now(world(), another) ?? another)
        .join("\n")
        .includes(BUTTONS),
    );
  });

  it("is the requester's decision; nobody else's", async () => {
    const { slack } = world();
    const thread = await askShownFirst(world());
    const shown = await shownTo(world(), thread);
    for (const button of ["Post it", "Throw away", "Again"])
      await slack.pressButton(shown, button, { user: BEN });
    await slack.waitForEphemeral(/Only the person who asked/, { user: BEN });
    await expectNothingPosted(world(), thread);
    await slack.pressButton(shown, "Post it");
    await expectOneVideo(world(), thread);
  });

  it("works after the app has been started again, and the restart is no news", async () => {
    const { slack, app } = world();
    const thread = await askShownFirst(world());
    const shown = await shownTo(world(), thread);
    await thread.waitForMessage(/sees it first/);
    await app.stop();
    await app.start();
    await slack.pressButton(shown, "Post it");
    await expectOneVideo(world(), thread);
  });

  it("can be cancelled by its id, and by no command that does not name it", async () => {
    const { slack } = world();
    const thread = await askShownFirst(world());
    await shownTo(world(), thread);
    const running = (await slack.command("status", { channel: thread.channel })).body;
    const [id = ""] = new RegExp(`\\w{10}(?=\`? in <#${thread.channel}>)`).exec(running) ?? [];
    expect(id).not.toBe("");
    const unnamed = await slack.command("cancel", { channel: thread.channel });
    expect(unnamed.body).toMatch(/is ready and waits for your decision/);
    const named = await slack.command(`cancel ${id}`, { channel: thread.channel });
    expect(named.body).toContain("Thrown away");
    await thread.waitForMessage(/thrown it away/);
  });

  it("says in the direct message, too, that Slack does not take it, and Post again posts it", async () => {
    const { slack } = world();
    const thread = await askShownFirst(world());
    const shown = await shownTo(world(), thread);
    const { members } = slack.workspace.getChannel(thread.channel);
    members.delete(slack.settings.botUserId);
    await slack.pressButton(shown, "Post it");
    const refused = await slack.waitForMessage(
      (message) => message.ts === shown.ts && message.text.includes("I could not post it"),
      { channel: direct(world()) },
    );
    expect(slack.describe(refused).join("\n")).toContain("[Post again] [Details]");
    members.add(slack.settings.botUserId);
    await slack.pressButton(refused, "Post again");
    await expectOneVideo(world(), thread);
    await until("the post says so", () => /It is posted in/.test(now(world(), shown)?.text ?? ""));
  });

  it("is not paid twice while it waits: the same request again says where it is", async () => {
    const { slack, akool } = world();
    await slack.command("settings show-first on");
    const thread = await ask(world(), "command", { words: "the same twice" });
    await shownTo(world(), thread);
    const { creates } = akool;
    await ask(world(), "command", { words: "the same twice", channel: thread.channel });
    await slack.waitForMessage(/the same is ready already, and waits for your decision/, {
      channel: thread.channel,
    });
    expect(akool.creates).toBe(creates);
    await slack.command("settings show-first off");
  });

  it("has nothing to show first in the direct message itself", async () => {
    const { slack } = world();
    const channel = slack.openDm(BEN).id;
    const by = { user: BEN, channel };
    await slack.command("settings show-first on", by);
    await slack.command("", by);
    const form = await slack.waitForView("Recording", by);
    expect(slack.describe(form).join("\n")).not.toContain("Show me first");
    await slack.closeView(form);
    const { thread } = await slack.shareFiles([PHOTO, SPEECH], by);
    await expectOneVideo(world(), thread);
  });
});

describe("show me first, as a habit", () => {
  const world = useWorld();

  it("is kept by the Home tab and by a command, and both show it", async () => {
    const { slack } = world();
    await slack.openHome(ANNA);
    const home = await slack.waitForView("[ ] Show me first");
    await slack.useControl(home, "talkingphoto.my_show_first", "yes");
    await slack.waitForView("[x] Show me first");
    const on = await slack.command("settings");
    expect(on.body).toContain("Show me first: yes");
    const off = await slack.command("settings show-first off");
    expect(off.body).toContain("Show me first: no");
    await slack.openHome(ANNA);
    await slack.waitForView("[ ] Show me first");
    const unclear = await slack.command("settings show-first perhaps");
    expect(unclear.body).toContain("`show-first on`");
  });

  it("holds for commands and what is shared, and the form that says otherwise wins", async () => {
    const { slack } = world();
    await slack.command("settings show-first on");
    for (const door of ["command", "share"] as const) {
      const thread = await ask(world(), door, { words: door });
      await shownTo(world(), thread);
      await expectNothingPosted(world(), thread);
    }
    const channel = world().newChannel();
    await slack.command("", { channel });
    // The Home says the same, in other words.
    const form = await slack.waitForView(/Before it is posted.*\[x\] Show me first/s);
    await slack.submitView(form, {
      "talkingphoto.photo": [PHOTO],
      "talkingphoto.speech": [SPEECH],
      "talkingphoto.show_first": [],
      "talkingphoto.gesture_words": "the form wins",
    });
    await slack.waitForMessage("done", { channel });
    expect(videosIn(world(), channel)).toHaveLength(1);
  });
});

describe("show me first, where the direct message is closed", () => {
  const world = useWorld();

  it.each([
    ["cannot be opened", "conversations.open", "cannot_dm_bot"],
    ["takes no video", "files.completeUploadExternal", "restricted_action"],
  ] as const)("asks in the thread where it %s, and posts it when told to", async (_, method, error) => {
    const { slack } = world();
    slack.misbehave(method, { kind: "error", error });
    const thread = await askShownFirst(world());
    const asked = await thread.waitForMessage(/@anna Your talking photo is ready.*could not show it/);
    expect(slack.describe(asked).join("\n")).toContain("[Post it] [Show me again] [Throw away]");
    await thread.waitForMessage(/:warning:.*Nothing is posted until/);
    expect(videosIn(world(), thread.channel)).toEqual([]);
    await slack.pressButton(asked, "Post it", { user: BEN });
    await slack.waitForEphemeral(/Only the person who asked/, { user: BEN, channel: thread.channel });
    await Promise.all([1, 2].map(() => slack.pressButton(asked, "Post it")));
    await expectOneVideo(world(), thread);
  });

  it("shows it once the direct message takes it", async () => {
    const { slack } = world();
    slack.misbehave("conversations.open", { kind: "error", error: "user_disabled" });
    const thread = await askShownFirst(world());
    const asked = await thread.waitForMessage(/could not show it to you first/);
    await slack.pressButton(asked, "Show me again");
    const shown = await shownTo(world(), thread);
    await slack.pressButton(shown, "Post it");
    await expectOneVideo(world(), thread);
  });

  it("has its buttons in the thread where the post there cannot have them", async () => {
    const { slack } = world();
    slack.misbehave("chat.update", {
      kind: "error",
      error: "cant_update_message",
      only: ({ text }) => String(text).includes(QUESTION),
    });
    const thread = await askShownFirst(world());
    const asked = await thread.waitForMessage(/could not put buttons under it/);
    expect(slack.describe(asked).join("\n")).toContain(BUTTONS);
    await slack.pressButton(asked, "Throw away");
    await thread.waitForMessage(/thrown it away/);
    await until("its file is gone", () => videosIn(world(), direct(world())).at(-1)?.deleted === true);
  });
});

describe("show me first, by polling alone", () => {
  const world = useWorld({ polling: true });

  it("is shown, and posted when told to", async () => {
    const { slack } = world();
    const thread = await askShownFirst(world());
    await slack.pressButton(await shownTo(world(), thread), "Post it");
    await expectOneVideo(world(), thread);
  });
});

describe("show me first, without a decision", () => {
  // With PostgreSQL it is the database's clock that counts, which nobody here can put forward.
  const world = useWorld({ store: "sqlite" });

  it("is posted nowhere once AKOOL has deleted it, and both places say so, once", async () => {
    const { slack, app } = world();
    const thread = await askShownFirst(world());
    const shown = { ...(await shownTo(world(), thread)) };
    await app.stop();
    await app.start(clockAhead(SEVEN_DAYS_MS));
    await thread.waitForMessage(/:hourglass:.*nothing was decided while AKOOL kept it/);
    await until("the post says so", () => /not posted anywhere/.test(now(world(), shown)?.text ?? ""));
    await expectNothingPosted(world(), thread);
    expect(videosIn(world(), direct(world()))).toMatchObject([{ deleted: false }]);
    await slack.pressButton(shown, "Post it");
    await slack.waitForEphemeral(/decided already/, { channel: direct(world()) });
    const history = await slack.command("history", { channel: thread.channel });
    expect(history.body).toContain("not decided about, so not posted");
  });
});
