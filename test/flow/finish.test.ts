import { describe, expect, it } from "vitest";
import { ANNA, BEN, type Message, type Thread } from "../../src/sandbox/slack/slack-sandbox.ts";
import { ask, DOORS, expectFailure, expectOneVideo, isJobMessage, jobMessageOf, until } from "./asking.ts";
import { useWorld, type World } from "./world.ts";

const BUTTONS = "[Again] [Change…] [In 1080] [Delete] [Details]";

/** The post with the video, once it has its buttons; `nth` counts from 0 in the thread. */
async function finishIn({ slack }: World, thread: Thread, nth = 0): Promise<Message> {
  const finishes = () => thread.messages.filter((each) => each.byApp && each.files.length > 0);
  await slack.waitUntil(
    "the buttons under the video",
    () =>
      slack
        .describe(finishes()[nth] ?? thread.root ?? ({} as never))
        .some((line) => line.includes("[Again]")),
    { channel: thread.channel },
  );
  const finish = finishes()[nth];
  if (!finish) throw new Error("no video");
  return finish;
}

function jobMessagesOf(thread: Thread): Message[] {
  return thread.messages.filter(isJobMessage);
}

async function expectVideos(thread: Thread, count: number): Promise<void> {
  await until(
    `${count} videos`,
    () => thread.files.filter(({ mimetype }) => mimetype === "video/mp4").length === count,
  );
  await until("all done", () => jobMessagesOf(thread).every(({ text }) => text.includes("done")));
  expect(jobMessagesOf(thread)).toHaveLength(count);
}

describe("the finish", () => {
  const world = useWorld({ env: { ADMIN_USERS: BEN } });

  it.each(DOORS)("says length, time and credits, and has its buttons, for a request by %s", async (door) => {
    const { slack } = world();
    const thread = await ask(world(), door);
    await expectOneVideo(world(), thread);
    const finish = await finishIn(world(), thread);
    expect(finish.text).toContain(`<@${ANNA}>`);
    expect(finish.text).toMatch(/AI-generated.*\n\d+ s long · ready after .* · \d+(\.\d+)? credits?$/s);
    const shown = slack.describe(finish).join("\n");
    expect(shown).toContain(BUTTONS);
    expect(shown).toContain("[video talking-photo.mp4");
    expect(slack.describe(jobMessageOf(thread)).join("\n")).not.toContain("[Again]");
  });

  it("leaves its buttons to the job message where Slack does not let the post be edited", async () => {
    const { slack } = world();
    slack.misbehave("chat.update", {
      kind: "error",
      error: "cant_update_message",
      only: ({ text }) => String(text).includes("Here is your talking photo"),
    });
    const thread = await ask(world(), "command");
    await expectOneVideo(world(), thread);
    await thread.waitForMessage((message) => slack.describe(message).join("\n").includes(BUTTONS));
    expect(slack.describe(jobMessageOf(thread)).join("\n")).toContain(BUTTONS);
  });

  it("has its buttons on the job message where only the link could be posted, and can be deleted there", async () => {
    const { slack } = world();
    slack.misbehave("share", { kind: "share", mode: "never" });
    const thread = await ask(world(), "command");
    await thread.waitForMessage(/Here is your talking photo.*https?:/);
    await until("the buttons", () => slack.describe(jobMessageOf(thread)).join("\n").includes(BUTTONS));
    await slack.pressButton(jobMessageOf(thread), "Delete");
    await thread.waitForMessage(/has been deleted/);
    expect(thread.messages).toHaveLength(1);
  });

  it("gets its buttons by and by where Slack is busy", async () => {
    const { slack } = world();
    const only = ({ text }: { text?: unknown }) => String(text).includes("Here is your talking photo");
    slack.misbehave("chat.update", { kind: "status", status: 503, times: 2, only });
    slack.misbehave("chat.update", { kind: "drop", when: "after", only });
    const thread = await ask(world(), "share");
    await expectOneVideo(world(), thread);
    await finishIn(world(), thread);
  });

  it("Again makes one more in the same thread, however often it is pressed", async () => {
    const { slack, akool } = world();
    const thread = await ask(world(), "command", { words: "once more" });
    await expectOneVideo(world(), thread);
    const finish = await finishIn(world(), thread);
    const { creates } = akool;
    await Promise.all([1, 2, 3].map(() => slack.pressButton(finish, "Again")));
    await expectVideos(thread, 2);
    await slack.pressButton(finish, "Again");
    await slack.waitForEphemeral(/made it: see below.*`\/talkingphoto`/, { channel: thread.channel });
    expect(akool.creates).toBe(creates + 1);
    expect(akool.renders.at(-1)?.order.prompt).toBe("once more");
    // The new one has buttons of its own.
    await slack.pressButton(await finishIn(world(), thread, 1), "Again");
    await expectVideos(thread, 3);
    expect(akool.creates).toBe(creates + 2);
  });

  it("In 1080 makes it once in 1080, which does not offer it again", async () => {
    const { slack, akool } = world();
    const thread = await ask(world(), "form");
    await expectOneVideo(world(), thread);
    const finish = await finishIn(world(), thread);
    const { creates } = akool;
    await Promise.all([slack.pressButton(finish, "In 1080"), slack.pressButton(finish, "In 1080")]);
    await expectVideos(thread, 2);
    expect(akool.creates).toBe(creates + 1);
    expect(akool.renders.at(-1)?.order.resolution).toBe("1080");
    const second = slack.describe(await finishIn(world(), thread, 1)).join("\n");
    expect(second).toContain("[Again] [Change…] [Delete] [Details]");
  });

  it("is the requester's and the admins' alone; whoever presses asks for the next one", async () => {
    const { slack, akool } = world();
    slack.workspace.addUser({ id: "U0EVE", name: "eve", isBot: false });
    const thread = await ask(world(), "command");
    await expectOneVideo(world(), thread);
    const finish = await finishIn(world(), thread);
    const { creates } = akool;
    for (const button of ["Again", "Change…", "In 1080", "Delete", "Details"])
      await slack.pressButton(finish, button, { user: "U0EVE" });
    await until("five refusals", () => {
      const heard = slack.ephemerals.filter(
        (each) => each.user === "U0EVE" && /Only the person/.test(each.text),
      );
      return heard.length === 5;
    });
    expect(akool.creates).toBe(creates);
    expect(thread.files.filter(({ deleted }) => deleted)).toEqual([]);
    await slack.pressButton(finish, "Again", { user: BEN });
    await expectVideos(thread, 2);
    const second = await finishIn(world(), thread, 1);
    expect(second.text).toContain(`<@${BEN}>`);
  });

  it("Change… opens the form filled in, and makes another from what is sent off", async () => {
    const { slack, akool } = world();
    const thread = await ask(world(), "command", { words: "waves" });
    await expectOneVideo(world(), thread);
    await slack.pressButton(await finishIn(world(), thread), "Change…");
    const form = await slack.waitForView("Photo: the same");
    const shown = slack.describe(form).join("\n");
    expect(shown).toContain("Recording: the same");
    expect(shown).toContain('"waves"');
    await slack.submitView(form, { "talkingphoto.gesture_words": "nods", "talkingphoto.resolution": "1080" });
    expect(form.state).toBe("submitted");
    await expectVideos(thread, 2);
    expect(akool.renders.at(-1)?.order).toMatchObject({ prompt: "nods", resolution: "1080" });
  });

  it("Change… has the words filled in, which can be changed, and nothing else need be given again", async () => {
    const { slack, akool } = world();
    const channel = world().newChannel();
    const photo = ["test/fixtures/media/portrait.jpg"];
    const { thread } = await slack.shareFiles(photo, {
      channel,
      mention: true,
      text: "Good morning, all of you",
    });
    await expectOneVideo(world(), thread);
    await slack.pressButton(await finishIn(world(), thread), "Change…");
    const form = await slack.waitForView('"Good morning, all of you"');
    await slack.submitView(form, { "talkingphoto.words": "Good evening, all of you" });
    await expectVideos(thread, 2);
    expect(akool.speeches.at(-1)?.order.input_text).toBe("Good evening, all of you");
  });

  it("Delete takes the video and its post away, and says so from then on", async () => {
    const { slack } = world();
    const thread = await ask(world(), "share");
    const video = await expectOneVideo(world(), thread);
    const finish = await finishIn(world(), thread);
    const seen = { ...finish };
    await Promise.all([slack.pressButton(finish, "Delete"), slack.pressButton(finish, "Delete")]);
    await thread.waitForMessage(/has been deleted/);
    expect(video.deleted).toBe(true);
    expect(thread.files.filter(({ mimetype }) => mimetype === "video/mp4")).toEqual([]);
    expect(jobMessageOf(thread).text).toMatch(/^:wastebasket:.*has been deleted/);
    // As somebody still sees it who has not looked since.
    await slack.pressButton(seen, "Delete");
    await slack.waitForEphemeral(/deleted already.*`\/talkingphoto`/, { channel: thread.channel });
  });

  it("stays, and says privately why, when Slack does not let it be deleted", async () => {
    const { slack } = world();
    const thread = await ask(world(), "command");
    const video = await expectOneVideo(world(), thread);
    const finish = await finishIn(world(), thread);
    slack.misbehave("files.delete", { kind: "error", error: "cant_delete_file" });
    await slack.pressButton(finish, "Delete", { user: BEN });
    await slack.waitForEphemeral(/could not delete.*cant_delete_file/, {
      user: BEN,
      channel: thread.channel,
    });
    expect(video.deleted).toBe(false);
    await slack.pressButton(await finishIn(world(), thread), "Delete");
    await thread.waitForMessage(/has been deleted/);
  });

  it("counts a file as deleted that somebody has deleted before", async () => {
    const { slack } = world();
    const thread = await ask(world(), "command");
    const video = await expectOneVideo(world(), thread);
    const finish = await finishIn(world(), thread);
    video.deleted = true;
    await slack.pressButton(finish, "Delete");
    await thread.waitForMessage(/has been deleted/);
  });

  it("Details are for the presser alone, with what no other message has", async () => {
    const { slack, akool } = world();
    const thread = await ask(world(), "command", { words: "with <details> & more" });
    await expectOneVideo(world(), thread);
    await slack.pressButton(await finishIn(world(), thread), "Details");
    const details = await slack.waitForEphemeral("Details", { channel: thread.channel });
    expect(details.threadTs, "where the button was pressed").toBe(thread.ts);
    expect(details.text).toContain(akool.renders.at(-1)?.id);
    expect(details.text).toMatch(/720p.*Gestures: “with &lt;details&gt; &amp; more”/);
    expect(details.text).toMatch(/Took: getting ready .* · AKOOL .* · posting /);
    expect(thread.messages.some(({ text }) => text.includes("Details"))).toBe(false);
  });

  it("works after the app has been started again", async () => {
    const { slack, app } = world();
    const thread = await ask(world(), "command");
    await expectOneVideo(world(), thread);
    const finish = await finishIn(world(), thread);
    await app.stop();
    await app.start();
    await slack.pressButton(finish, "Again");
    await expectVideos(thread, 2);
  });

  it("a failure that may pass has Again, and all have Change… and Details", async () => {
    const { slack, akool } = world();
    akool.misbehave("create", { kind: "code", code: 1104 });
    const thread = await ask(world(), "command");
    await expectFailure(thread, /no credit left/);
    const notice = await thread.waitForMessage((message) => message.text.startsWith(`<@${ANNA}>`));
    for (const message of [notice, jobMessageOf(thread)])
      expect(slack.describe(message).join("\n")).toContain("[Again] [Change…] [Details]");
    await slack.pressButton(notice, "Details");
    await slack.waitForEphemeral(/akool_out_of_credit.*1104/s, { channel: thread.channel });
    await slack.pressButton(notice, "Again");
    await thread.waitForFile("video/mp4");
    await finishIn(world(), thread);
  });

  it("made of files that are gone since ends with a sentence about them", async () => {
    const { slack } = world();
    const thread = await ask(world(), "share");
    await expectOneVideo(world(), thread);
    for (const file of thread.root?.files ?? []) file.deleted = true;
    await slack.pressButton(await finishIn(world(), thread), "Again");
    await thread.waitForMessage(/could not read your (photo|recording) from Slack/);
  });
});
