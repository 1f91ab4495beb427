import { describe, expect, it } from "vitest";
import { BEN } from "../../src/sandbox/slack/slack-sandbox.ts";
import { PHOTO } from "./person.ts";
import { useStage } from "./stage.ts";

/** So long that whoever presses something meanwhile is never too late. */
const A_LONG_TIME = 600;
const SOON = 0.5;

describe("the buttons of a request that runs", () => {
  const stage = useStage();

  it("Cancel, and Post it after all: the video that AKOOL made all the same", async () => {
    const { akool } = stage().world;
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.makeTrouble("A render takes, seconds", A_LONG_TIME);
    const thread = await anna.ask("cancelled, and then not");
    const job = await anna.sees("AKOOL is making the video", thread);
    await anna.press("Cancel", job);
    const cancelled = await anna.sees("cancelled. AKOOL cannot be stopped", thread);
    expect(await anna.videosIn(thread).count()).toBe(0);
    const { creates } = akool;
    await anna.press("Post it after all", cancelled);
    await anna.sees("AKOOL is making the video", thread);
    await akool.finish();
    await anna.seesVideo(thread);
    expect(akool.creates).toBe(creates);
  });

  it("Make another, where the same is running already", async () => {
    const { akool } = stage().world;
    const room = stage().newRoom();
    const anna = await stage().open({ room });
    await anna.makeTrouble("A render takes, seconds", A_LONG_TIME);
    await anna.sees("AKOOL is making the video", await anna.ask("the same twice"));
    await anna.press("Close the thread", anna.thread);
    const before = akool.creates;
    await anna.drop([PHOTO]);
    await anna.say("@Talking Photo the same twice");
    await anna.main.getByTestId("message").filter({ hasText: "the same twice" }).nth(1).waitFor();
    const second = await anna.openThread("the same twice");
    const same = await anna.sees("this is already running, from the same photo and recording", second);
    await anna.press("Make another", same);
    await anna.sees("AKOOL is making the video", second);
    expect(akool.creates).toBe(before + 1);
    for (const { id } of akool.renders.slice(-2)) await akool.finish(id);
    await anna.seesVideo(second);
  });

  it("are the requester's: anybody else is told so, and nobody but them sees it", async () => {
    const room = stage().newRoom();
    const anna = await stage().open({ room });
    await anna.makeTrouble("A render takes, seconds", A_LONG_TIME);
    await anna.sees("AKOOL is making the video", await anna.ask("mine, not yours"));
    const ben = await stage().open({ me: BEN, room });
    const thread = await ben.openThread("mine, not yours");
    await ben.press("Cancel", await ben.sees("AKOOL is making the video", thread));
    const told = thread.getByTestId("message").filter({ hasText: "Only the person who asked" });
    await told.first().getByText("Only visible to you").waitFor();
    expect(await anna.page.getByText("Only the person who asked").count()).toBe(0);
    await anna.sees("AKOOL is making the video", anna.thread);
  });
});

describe("the buttons under a video", () => {
  const stage = useStage({ switches: { renderSeconds: SOON } });

  it("Again makes one more, in the same thread", async () => {
    const anna = await stage().open({ room: stage().newRoom() });
    const thread = await anna.ask("once more");
    await anna.press("Again", await anna.seesVideo(thread));
    await anna.videosIn(thread).nth(1).waitFor();
    expect(await anna.videosIn(thread).count()).toBe(2);
  });

  it("Change… opens the form, filled in, and makes another of what is sent off", async () => {
    const { akool } = stage().world;
    const anna = await stage().open({ room: stage().newRoom() });
    const thread = await anna.ask("good morning, all of you");
    await anna.press("Change…", await anna.seesVideo(thread));
    const words = anna.field("Or .*should say");
    expect(await words.inputValue()).toBe("good morning, all of you");
    await words.fill("good evening, all of you");
    await anna.press("Make it talk", anna.form);
    await anna.videosIn(thread).nth(1).waitFor();
    expect(akool.speeches.at(-1)?.order.input_text).toBe("good evening, all of you");
  });

  it("In 1080 makes it in 1080, which does not offer it again", async () => {
    const { akool } = stage().world;
    const anna = await stage().open({ room: stage().newRoom() });
    const thread = await anna.ask("larger, please");
    await anna.press("In 1080", await anna.seesVideo(thread));
    await anna.videosIn(thread).nth(1).waitFor();
    const second = await anna.seesVideo(thread);
    expect(await second.getByRole("button", { name: "In 1080" }).count()).toBe(0);
    expect(akool.renders.at(-1)?.order.resolution).toBe("1080");
  });

  it("Details are for whoever presses alone", async () => {
    const { akool } = stage().world;
    const room = stage().newRoom();
    const anna = await stage().open({ room });
    const thread = await anna.ask("tell me about it");
    await anna.press("Details", await anna.seesVideo(thread));
    const details = thread.getByTestId("message").filter({ hasText: "AKOOL's render" }).first();
    await details.getByText("Only visible to you").waitFor();
    expect(await details.textContent()).toContain(akool.renders.at(-1)?.id);
    const ben = await stage().open({ me: BEN, room });
    await ben.seesVideo(await ben.openThread("tell me about it"));
    expect(await ben.page.getByText("AKOOL's render").count()).toBe(0);
  });

  it("Delete asks first, and then takes the video away", async () => {
    const anna = await stage().open({ room: stage().newRoom() });
    const thread = await anna.ask("gone in a moment");
    const post = await anna.seesVideo(thread);
    await anna.press("Delete", post);
    await anna.form.getByText("Delete this video?").waitFor();
    await anna.press("Keep it", anna.form);
    expect(await anna.videosIn(thread).count()).toBe(1);
    await anna.press("Delete", post);
    await anna.press("Delete", anna.form);
    await anna.sees("the video has been deleted", thread);
    expect(await anna.videosIn(thread).count()).toBe(0);
  });
});

describe("show me first", () => {
  const stage = useStage();

  /** By the form, and on to where it is shown: the direct message with the app. */
  async function askShownFirst(words: string) {
    const room = stage().newRoom();
    const anna = await stage().open({ room });
    await anna.say("/talkingphoto");
    await anna.field("Photo").setInputFiles(PHOTO);
    await anna.field("Or type what it should say").fill(words);
    await anna.form.getByRole("checkbox", { name: "Show me first" }).check();
    await anna.press("Make it talk", anna.form);
    await anna.sees("sees it first, in a direct message, and decides");
    expect(await anna.videosIn(anna.main).count()).toBe(0);
    await anna.goTo("Talking Photo");
    const question = await anna.sees(new RegExp(`Shall I post it in ${room.name}\\?`));
    await question.locator("video").waitFor();
    await question.getByRole("button", { name: "Post it" }).waitFor();
    return { anna, room, question };
  }

  it("Post it posts it where it was asked for", async () => {
    const { anna, room, question } = await askShownFirst("show me, and post it");
    await anna.press("Post it", question);
    await anna.sees(`It is posted in ${room.name}.`);
    await anna.goTo(room.name.slice(1));
    await anna.seesVideo(await anna.openThread("done. The video is in this thread."));
  });

  it("Again makes another, and shows it first, too", async () => {
    const { anna, question } = await askShownFirst("show me, and once more");
    const shown = anna.main.getByRole("button", { name: "Post it", exact: true });
    const before = await shown.count();
    await anna.press(/^(Again|Show me again)$/, question);
    await shown.nth(before).waitFor();
  });

  it("Throw away asks first, and posts nothing", async () => {
    const { anna, room, question } = await askShownFirst("show me, and away with it");
    await anna.press("Throw away", question);
    await anna.form.getByText("Throw this video away?").waitFor();
    await anna.press("Throw away", anna.form);
    await anna.sees("Thrown away: this video is not posted anywhere.");
    await anna.goTo(room.name.slice(1));
    await anna.sees("they have thrown it away. Nothing is posted.");
    expect(await anna.videosIn(anna.main).count()).toBe(0);
  });
});
