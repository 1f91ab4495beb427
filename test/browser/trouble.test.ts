import { describe, expect, it } from "vitest";
import { type Person, PHOTO } from "./person.ts";
import { useStage } from "./stage.ts";

/** Exactly one video, and nothing more that would come by and by: the job has told its outcome. */
async function expectOneVideo(anna: Person): Promise<void> {
  await anna.sees("done. The video is in this thread.", anna.thread);
  await anna.videosIn(anna.thread).first().waitFor();
  expect(await anna.videosIn(anna.thread).count()).toBe(1);
}

describe("the switches that make trouble", () => {
  const stage = useStage();
  const calls = (anna: Person) => anna.stage.getByTestId("call");

  it("AKOOL slow: the message says that AKOOL is at it until it is done", async () => {
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.makeTrouble("A render takes, seconds", 4);
    const thread = await anna.ask("take your time");
    await anna.sees("AKOOL is making the video", thread);
    await expectOneVideo(anna);
    await anna.stage.getByTestId("job").first().getByText("Over").waitFor();
    expect(await anna.stage.getByTestId("job").first().textContent()).toMatch(
      /preparing.*rendering.*delivered/,
    );
  });

  it("AKOOL refuses with a code: one sentence that says why, and no video", async () => {
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.makeTrouble("Fails", "1104: insufficient credit");
    const thread = await anna.ask("nothing to pay with");
    const failure = await anna.sees(/no credit left/, thread);
    await failure.getByRole("button", { name: "Again" }).waitFor();
    expect(await anna.videosIn(thread).count()).toBe(0);
    await calls(anna).filter({ hasText: "1104" }).first().waitFor();
    await anna.makeTrouble("Fails", "No");
    await anna.press("Again", failure);
    await anna.videosIn(thread).first().waitFor();
  });

  it("the render ends as failed", async () => {
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.makeTrouble("Fails", "The render ends as failed");
    const thread = await anna.ask("this goes wrong");
    await anna.sees(/could not make a video/, thread);
    expect(await anna.videosIn(thread).count()).toBe(0);
  });

  it("done without a URL at first: no video before there is one, and then one", async () => {
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.makeTrouble("Done, but without a URL at first", true);
    await anna.ask("where is it");
    await expectOneVideo(anna);
  });

  it.each([
    ["Is lost", "by asking"],
    ["Comes twice", "once"],
    ["A forged one comes first", "of the real one"],
  ])("webhook: %s, and there is one video, %s", async (setting) => {
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.makeTrouble("Webhook", setting);
    await anna.ask(`a webhook that ${setting}`);
    await expectOneVideo(anna);
    if (setting.startsWith("A forged"))
      await calls(anna).filter({ hasText: "webhook" }).filter({ hasText: /40\d/ }).first().waitFor();
  });

  it("429 to every second post or edit: later, and nothing twice", async () => {
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.makeTrouble("429 to every second post or edit", true);
    await anna.ask("not so fast");
    await expectOneVideo(anna);
    await calls(anna).filter({ hasText: "ratelimited" }).first().waitFor();
  });

  it("the upload shows up late: one video, all the same", async () => {
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.makeTrouble("Video upload", "Shows up late");
    await anna.ask("late, not lost");
    await expectOneVideo(anna);
  });

  it("the upload never shows up: a link in its place", async () => {
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.makeTrouble("Video upload", "Never shows up");
    const thread = await anna.ask("never to be seen");
    await anna.sees("(Slack did not show the video itself.)", thread);
    expect(await anna.videosIn(thread).count()).toBe(0);
  });
});

describe("the app is killed", () => {
  const stage = useStage();

  it("while AKOOL is at it, and started again: exactly one video, paid once", async () => {
    const { akool } = stage().world;
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.makeTrouble("A render takes, seconds", 3);
    const before = akool.creates;
    const thread = await anna.ask("come through");
    await anna.sees("AKOOL is making the video", thread);
    await anna.press("Kill the app", anna.stage);
    await anna.stage.getByText("Stopped").waitFor();
    await anna.press("Start it again", anna.stage);
    await anna.stage.getByText("Running", { exact: true }).first().waitFor();
    await expectOneVideo(anna);
    expect(akool.creates).toBe(before + 1);
  });

  it("and what is asked for meanwhile comes once it runs again", async () => {
    const { akool } = stage().world;
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.press("Kill the app", anna.stage);
    await anna.stage.getByText("Stopped").waitFor();
    await anna.drop([PHOTO]);
    await anna.say("@Talking Photo is anybody there");
    await anna.stage.getByTestId("call").filter({ hasText: "no answer" }).first().waitFor();
    await anna.say("/talkingphoto status");
    await anna.sees("/talkingphoto failed with the error");
    await anna.press("Start it again", anna.stage);
    await anna.seesVideo(await anna.openThread("is anybody there"));
    expect(akool.creates).toBeGreaterThan(0);
  });
});
