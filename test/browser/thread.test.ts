import { describe, expect, it } from "vitest";
import { PHOTO, SPEECH } from "./person.ts";
import { useStage } from "./stage.ts";

describe("the thread beside the conversation", () => {
  const stage = useStage();

  it("takes the reply that completes a request, dropped files too", async () => {
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.drop([PHOTO]);
    await anna.say("@Talking Photo");
    const thread = await anna.openThread("@Talking Photo");
    await anna.sees("I have the photo. Now a recording, or type what it should say", thread);
    await anna.drop([SPEECH], thread);
    await anna.say("@Talking Photo here it is", thread);
    await anna.seesVideo(thread);
    expect(await anna.videosIn(anna.main).count()).toBe(0);
  });

  it("has the app's questions, answered by a button, and each edit where the message was", async () => {
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.drop([PHOTO, PHOTO.replace("portrait", "no-face")]);
    await anna.say("@Talking Photo which of us talks");
    const thread = await anna.openThread("which of us talks");
    const question = await anna.sees("I see 2 photos.", thread);
    const ts = await question.getAttribute("data-ts");
    await anna.press("Photo 1", question);
    const job = await anna.sees("done. The video is in this thread.", thread);
    expect(await job.getAttribute("data-ts")).toBe(ts);
    await job.getByText("(edited)").waitFor();
    await anna.seesVideo(thread);
  });

  it("closes, and leaves how many replies there are at its root", async () => {
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.seesVideo(await anna.ask("and that is all"));
    await anna.press("Close the thread", anna.thread);
    await anna.thread.waitFor({ state: "detached" });
    await anna
      .message("and that is all")
      .getByRole("button", { name: /^2 replies/ })
      .waitFor();
  });
});
