import { describe, expect, it } from "vitest";
import { ANNA, BEN } from "../../src/sandbox/slack/slack-sandbox.ts";
import { ask, expectFailure, expectOneVideo, jobMessagesIn, media, PHOTO, SPEECH } from "./asking.ts";
import { useWorld } from "./world.ts";

const photo = { "talkingphoto.photo": [PHOTO] };
const speech = { "talkingphoto.speech": [SPEECH] };

describe("the form", () => {
  const world = useWorld();

  async function openForm(channel: string, user = ANNA) {
    const { slack } = world();
    expect(await slack.command("", { channel, user })).toMatchObject({ status: 200, body: "" });
    return slack.waitForView("Recording", { user });
  }

  it("shows something at once, and the fields right after", async () => {
    const { slack } = world();
    const seen: string[] = [];
    const look = () => seen.push(slack.views.flatMap(slack.describe).join("\n"));
    slack.workspace.events.on("view", look);
    const form = await openForm(world().newChannel());
    slack.workspace.events.off("view", look);
    expect(seen[0]).toContain("One moment");
    const shown = slack.describe(form).join("\n");
    expect(shown).toMatch(/Photo.*Recording.*Resolution.*Gestures.*\[Make it talk\]/s);
    await slack.closeView(form);
  });

  it("says on both fields what is missing, and stays open", async () => {
    const { slack } = world();
    const channel = world().newChannel();
    const form = await openForm(channel);
    const answer = await slack.submitView(form, {});
    expect(JSON.parse(answer.body)).toEqual({
      response_action: "errors",
      errors: {
        "talkingphoto.photo": expect.stringMatching(/^Add a photo/),
        "talkingphoto.speech": expect.stringMatching(/^Add a recording/),
      },
    });
    expect(form.state).toBe("open");

    const withPhoto = await slack.submitView(form, photo);
    expect(Object.keys(JSON.parse(withPhoto.body).errors)).toEqual(["talkingphoto.speech"]);
    const withSpeech = await slack.submitView(form, speech);
    expect(Object.keys(JSON.parse(withSpeech.body).errors)).toEqual(["talkingphoto.photo"]);
    expect(form.state).toBe("open");
    expect(slack.channel(channel).messages).toEqual([]);

    await slack.submitView(form, { ...photo, ...speech });
    expect(form.state).toBe("submitted");
    await slack.waitForFile("video/mp4", { channel });
    await slack.waitForMessage("done", { channel });
  });

  it("says on the field that a file is of the wrong kind", async () => {
    const { slack } = world();
    const form = await openForm(world().newChannel());
    const pdf = { name: "face.jpg", bytes: Buffer.from("%PDF-1.7"), mimetype: "application/pdf" };
    const picture = { name: "voice.mp3", bytes: await media("portrait.jpg"), mimetype: "image/jpeg" };
    const answer = await slack.submitView(form, {
      "talkingphoto.photo": [pdf],
      "talkingphoto.speech": [picture],
    });
    expect(JSON.parse(answer.body).errors).toEqual({
      "talkingphoto.photo": expect.stringMatching(/no photo/),
      "talkingphoto.speech": expect.stringMatching(/no recording/),
    });
    expect(form.state).toBe("open");
    await slack.closeView(form);
  });

  it("starts the job in the channel where the command was typed, with everything that was chosen", async () => {
    const { slack, akool } = world();
    const channel = world().newChannel();
    const form = await openForm(channel, BEN);
    const answer = await slack.submitView(form, {
      ...photo,
      ...speech,
      "talkingphoto.resolution": "1080",
      "talkingphoto.gesture_words": "tips a hat",
    });
    expect(answer).toMatchObject({ status: 200, body: "" });
    const job = await slack.waitForMessage("Talking photo for @ben", { channel });
    expect(job.threadTs).toBeUndefined();
    await expectOneVideo(world(), slack.thread(channel, job.ts));
    expect(akool.renders.at(-1)?.order).toMatchObject({ resolution: "1080", prompt: "tips a hat" });
  });

  it("hands a ready-made gesture to AKOOL as a prompt, and nothing for the natural one", async () => {
    const { slack, akool } = world();
    for (const [gesture, prompt] of [
      ["lively", expect.stringContaining("hand gestures")],
      ["natural", undefined],
    ] as const) {
      const channel = world().newChannel();
      const form = await openForm(channel);
      await slack.submitView(form, { ...photo, ...speech, "talkingphoto.gesture": gesture });
      await slack.waitForMessage("done", { channel });
      expect(akool.renders.at(-1)?.order.prompt).toEqual(prompt);
    }
  });

  it("makes one job of a form that is sent twice", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const channel = world().newChannel();
    const form = await openForm(channel);
    const answers = await Promise.all([
      slack.submitView(form, { ...photo, ...speech }),
      slack.submitView(form, { ...photo, ...speech }),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    const job = await slack.waitForMessage("done", { channel });
    await expectOneVideo(world(), await ask(world(), "form", { words: "after the double one" }));
    await expectOneVideo(world(), slack.thread(channel, job.ts));
    expect(akool.creates).toBe(creates + 2);
  });

  it("judges the files by their bytes, and says in the thread what is wrong with them", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const channel = world().newChannel();
    const form = await openForm(channel);
    const page = { name: "face.jpg", bytes: Buffer.from("<!DOCTYPE html><html>no picture</html>") };
    await slack.submitView(form, { "talkingphoto.photo": [page], ...speech });
    const job = await slack.waitForMessage("Talking photo for", { channel });
    await expectFailure(slack.thread(channel, job.ts), /photo/);
    expect(akool.creates).toBe(creates);
  });

  it("says so privately when Slack does not open it", async () => {
    const { slack } = world();
    const channel = world().newChannel();
    slack.misbehave("views.open", { kind: "error", error: "expired_trigger_id" });
    await slack.command("", { channel });
    await slack.waitForEphemeral(/did not let me open the form.*Nothing was started/, {
      channel,
      user: ANNA,
    });
    expect(jobMessagesIn(world(), channel)).toEqual([]);
  });
});

describe("a form that was opened before a restart", () => {
  const world = useWorld();

  it("can still be sent", async () => {
    const { slack, app } = world();
    const channel = world().newChannel();
    await slack.command("", { channel });
    const form = await slack.waitForView("Recording");
    await app.stop();
    await app.start();
    await slack.submitView(form, { ...photo, ...speech });
    const job = await slack.waitForMessage("Talking photo for", { channel });
    await expectOneVideo(world(), slack.thread(channel, job.ts));
  });
});
