import { describe, expect, it } from "vitest";
import { BEN, DORA } from "../../src/sandbox/slack/slack-sandbox.ts";
import { PHOTO, SPEECH } from "./person.ts";
import { useStage } from "./stage.ts";

const DONE = "done. The video is in this thread.";

describe("a video is asked for on the page", () => {
  const stage = useStage();

  it("by a command with two addresses", async () => {
    const { web } = stage().world;
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.say(`/talkingphoto ${web.url}/portrait.jpg ${web.url}/speech.mp3`);
    await anna.sees(DONE);
    await anna.seesVideo(await anna.openThread(DONE));
  });

  it("by a command with an address and words, which are spoken", async () => {
    const { web, akool } = stage().world;
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.say(`/talkingphoto ${web.url}/portrait.jpg "Good morning, everybody"`);
    await anna.sees(DONE);
    await anna.seesVideo(await anna.openThread(DONE));
    expect(akool.speeches.at(-1)?.order.input_text).toBe("Good morning, everybody");
  });

  it("by the form, which the command opens, with files", async () => {
    const { akool } = stage().world;
    const room = stage().newRoom();
    const anna = await stage().open({ room });
    await anna.say("/talkingphoto");
    await anna.field("Photo").setInputFiles(PHOTO);
    await anna.field("Recording").setInputFiles(SPEECH);
    await anna.field("Resolution").selectOption({ label: "1080p" });
    await anna.field("Or describe the gestures").fill("waves with one hand");
    await anna.press("Make it talk", anna.form);
    await anna.sees(DONE);
    expect(await anna.page.getByRole("dialog").count()).toBe(0);
    await anna.seesVideo(await anna.openThread(DONE));
    expect(akool.renders.at(-1)?.order).toMatchObject({ resolution: "1080", prompt: "waves with one hand" });
  });

  it("by the form, with words and a voice that was searched for", async () => {
    const { akool } = stage().world;
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.say("/talkingphoto");
    await anna.field("Photo").setInputFiles(PHOTO);
    await anna.field("Or type what it should say").fill("Guten Tag, ich bin das Foto");
    await anna.form.getByRole("combobox", { name: /Voice/ }).fill("katja");
    await anna.page.getByRole("option", { name: /Katja/ }).click();
    await anna.press("Make it talk", anna.form);
    await anna.sees(DONE);
    const katja = akool.voices.find(({ name }) => name === "Katja");
    expect(akool.speeches.at(-1)?.order.voice_id).toBe(katja?.voiceId);
  });

  it("and the form says what is wrong with a field, and stays open", async () => {
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.say("/talkingphoto");
    await anna.field("Photo").setInputFiles(PHOTO);
    await anna.press("Make it talk", anna.form);
    await anna.form.getByText("or type the words below").waitFor();
    await anna.press("Close the form", anna.form);
    await anna.page.getByRole("dialog").waitFor({ state: "detached" });
  });

  it("by files that are dropped into a channel, with a mention", async () => {
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.drop([PHOTO, SPEECH]);
    await anna.say("@Talking Photo make her talk, please");
    await anna.seesVideo(await anna.openThread("make her talk, please"));
  });

  it("by a photo and a text in the direct message with the app", async () => {
    const ben = await stage().open({ me: BEN });
    await ben.goTo("Talking Photo");
    await ben.page.getByRole("region", { name: "Talking Photo" }).waitFor();
    await ben.drop([PHOTO]);
    await ben.say("Welcome to the team");
    await ben.seesVideo(await ben.openThread("Welcome to the team"));
  });

  it("by the shortcut of somebody else's message, in whose thread it comes", async () => {
    const room = stage().newRoom();
    const ben = await stage().open({ me: BEN, room });
    await ben.drop([PHOTO]);
    await ben.say("Look at her");
    const anna = await stage().open({ room });
    await anna.chooseShortcut(await anna.sees("Look at her"));
    await anna.form.getByText("Photo: the one in the message.").waitFor();
    await anna.field("Or .*should say").fill("Hello, this is me");
    await anna.press("Make it talk", anna.form);
    await anna.seesVideo(await anna.openThread("Look at her"));
    // Ben sees the same, without having done anything.
    await ben.seesVideo(await ben.openThread("Look at her"));
  });

  it("by the shortcut from anywhere, which asks where it is to be posted", async () => {
    const room = stage().newRoom();
    const anna = await stage().open({ room });
    await anna.main.getByRole("textbox").pressSequentially("/make");
    await anna.page.getByRole("option", { name: /Make a photo talk/ }).waitFor();
    await anna.page.keyboard.press("Enter");
    await anna.field("Where").selectOption({ label: room.name });
    await anna.field("Photo").setInputFiles(PHOTO);
    await anna.field("Or .*should say").fill("Hello from anywhere");
    await anna.press("Make it talk", anna.form);
    await anna.seesVideo(await anna.openThread(DONE));
  });

  it("by a clip from the microphone", async () => {
    const anna = await stage().open({ room: stage().newRoom() });
    await anna.drop([PHOTO]);
    await anna.press("Record a clip", anna.main);
    const stop = anna.main.getByRole("button", { name: "Stop recording" });
    await stop.getByText("0:03").waitFor();
    await stop.click();
    await anna.main
      .getByRole("list", { name: "Files to send" })
      .getByText(/audio_message/)
      .first()
      .waitFor();
    await anna.say("@Talking Photo say what I have just said");
    const thread = await anna.openThread("say what I have just said");
    expect(await anna.message("say what I have just said").getByText("Audio clip").count()).toBe(1);
    await anna.seesVideo(thread);
  });

  it("in the language of whoever asks", async () => {
    const dora = await stage().open({ me: DORA, room: stage().newRoom() });
    await dora.say("/talkingphoto");
    await dora.form.getByRole("button", { name: "Schließen", exact: true }).click();
  });
});
