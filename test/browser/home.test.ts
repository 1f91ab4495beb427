import { describe, expect, it } from "vitest";
import { ADMIN, BEN, DORA } from "../../src/sandbox/slack/slack-sandbox.ts";
import { useStage } from "./stage.ts";

describe("the Home tab", () => {
  const stage = useStage();

  it("shows what is finished, finds it by its words, and has its details", async () => {
    const anna = await stage().open({ room: stage().newRoom() });
    for (const words of ["about apples", "about pears"]) {
      await anna.seesVideo(await anna.ask(words));
      await anna.press("Close the thread", anna.thread);
    }
    await anna.goTo("Home");
    await anna.main.getByText("My finished ones").waitFor();
    await anna.main.getByText("“about pears”").first().waitFor();
    const search = anna.main.getByLabel(/^Search, by words/);
    await search.fill("apples");
    await search.press("Enter");
    await anna.main.getByText("“about pears”").first().waitFor({ state: "detached" });
    await anna.main.getByText("“about apples”").first().waitFor();
    await anna.main.getByRole("button", { name: "Details" }).first().click();
    await anna.form.getByText("AKOOL's render").waitFor();
    await anna.press("Close the form", anna.form);
    await anna.main.getByText("Used by you this month:").waitFor();
  });

  it("keeps defaults, which the form then has", async () => {
    const ben = await stage().open({ me: BEN, room: stage().newRoom() });
    await ben.goTo("Home");
    const resolution = ben.main.locator("select").filter({ hasText: "1080p" });
    await resolution.selectOption({ label: "1080p" });
    const gestures = ben.main.getByLabel(/^Gestures, in your words/);
    await gestures.fill("nods often");
    await gestures.press("Enter");
    await ben.goTo("general");
    await ben.say("/talkingphoto");
    await ben.field("Resolution").waitFor();
    expect(await ben.field("Resolution").inputValue()).toBe("1080");
  });

  it("opens the form by its button, and shows admins who has asked", async () => {
    const admin = await stage().open({ me: ADMIN });
    await admin.goTo("Home");
    await admin.main.getByText("For admins").waitFor();
    await admin.main.getByText(/AKOOL credit left: \d+/).waitFor();
    await admin.main.getByRole("button", { name: "Make a video" }).first().click();
    await admin.field("Where to post it").waitFor();
  });

  it("speaks the language of whoever looks", async () => {
    const dora = await stage().open({ me: DORA });
    await dora.goTo("Home");
    await dora.main.getByText("Meine Voreinstellungen").waitFor();
  });
});

describe("what only one person sees", () => {
  const stage = useStage();

  it("the answers to commands", async () => {
    const room = stage().newRoom();
    const [anna, ben] = [await stage().open({ room }), await stage().open({ me: BEN, room })];
    await anna.say("/talkingphoto status");
    const answer = await anna.sees("You have nothing running.");
    await answer.getByText("Only visible to you").waitFor();
    await anna.say("/talkingphoto help");
    await anna.sees("/talkingphoto history");
    expect(await ben.main.getByTestId("message").count()).toBe(0);
  });

  it("that the app is not in a channel, until it is added", async () => {
    const anna = await stage().open({});
    await anna.goTo("random");
    await anna.main.getByText("is not in this channel").waitFor();
    await anna.press("Add the app", anna.main);
    await anna.sees("I’ve invited @Talking Photo to this channel.");
  });
});
