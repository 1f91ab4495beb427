import { describe, expect, it } from "vitest";
import { ANNA } from "../../src/sandbox/slack/slack-sandbox.ts";
import { expectFailure, expectOneVideo, isJobMessage, jobMessagesIn, PHOTO } from "./asking.ts";
import { startWorld, useWorld } from "./world.ts";

describe("words instead of a recording", () => {
  const world = useWorld();
  const share = (text: string, channel = world().newChannel()) =>
    world().slack.shareFiles([PHOTO], { channel, mention: true, text });
  const spokenFor = (text: string) => world().akool.speeches.filter(({ order }) => order.input_text === text);

  it("in the message with the photo are spoken once, in a voice of their language, and become a video", async () => {
    const text = "Alles Gute zum Geburtstag, liebe Anna";
    const { thread } = await share(text);
    await expectOneVideo(world(), thread);
    const [speech, ...more] = spokenFor(text);
    expect(more).toEqual([]);
    expect(speech?.voice.locale).toMatch(/^de/);
    expect(world().akool.problems).toEqual([]);
  });

  it("that were spoken before in the same voice are not paid again", async () => {
    const text = "The sale starts on Monday, everybody";
    const first = await share(text);
    await expectOneVideo(world(), first.thread);
    const { slack, files } = world();
    const channel = world().newChannel();
    await slack.command(`${files.url("portrait.jpg")} "${text}" 1080`, { user: ANNA, channel });
    await slack.waitUntil("a job message", () => jobMessagesIn(world(), channel).length > 0, { channel });
    await expectOneVideo(world(), slack.thread(channel, jobMessagesIn(world(), channel)[0]?.ts ?? ""));
    expect(spokenFor(text)).toHaveLength(1);
  });

  it("shared twice at the same time are spoken once for both", async () => {
    const text = "Welcome to the team, dear colleagues";
    const both = await Promise.all([
      world().slack.shareFiles([PHOTO], { channel: world().newChannel(), mention: true, text }),
      world().slack.shareFiles(["test/fixtures/media/portrait.jpg"], {
        channel: world().newChannel(),
        mention: true,
        text,
        user: "U0BEN",
      }),
    ]);
    for (const { thread } of both) await expectOneVideo(world(), thread);
    expect(spokenFor(text)).toHaveLength(1);
  });

  it("whose answer was lost are never paid twice: the webhook brings the speech", async () => {
    const { akool } = world();
    akool.misbehave("speak", { kind: "drop", when: "after" });
    const text = "Nobody heard the answer to this one";
    const { thread } = await share(text);
    await expectOneVideo(world(), thread);
    expect(spokenFor(text)).toHaveLength(1);
  });

  it("that AKOOL will not speak are refused with a sentence, and no video is paid", async () => {
    const { akool } = world();
    const before = akool.creates;
    akool.misbehave("speak", { kind: "code", code: 1006 });
    const { thread } = await share("There is no credit left for this sentence");
    await expectFailure(thread, /no credit left/);
    expect(akool.creates).toBe(before);
  });

  it.each([
    [
      "letters",
      "Good morning! ".repeat(100),
      /they take 1 min 10 s to say, or more, and I take up to 60 seconds/,
    ],
    ["syllables", "おはようございます".repeat(50), /they take 1 min 8 s to say, or more/],
  ])(
    "that are sure to be too long, counted in %s, are refused before they are paid",
    async (_, text, sentence) => {
      const before = world().akool.speechCreates;
      const { thread } = await share(text);
      await expectFailure(thread, sentence);
      await expectFailure(thread, /Nothing was spent/);
      expect(world().akool.speechCreates).toBe(before);
    },
  );

  it("go to the old API where the account has no new one", async () => {
    const old = await startWorld({ akool: { voiceLab: false } });
    const { thread } = await old.slack.shareFiles([PHOTO], {
      channel: old.newChannel(),
      mention: true,
      text: "An account from before the voice lab",
    });
    await expectOneVideo(old, thread);
    expect(old.akool.speeches.map(({ generation }) => generation)).toEqual(["v3"]);
  });

  it("whose answer was lost and whose webhook never comes ask the person, who may try again", async () => {
    const alone = await startWorld({ akool: { webhookMode: "never" } });
    alone.akool.misbehave("speak", { kind: "drop", when: "after" });
    const text = "Silence, and nothing but silence";
    const { thread } = await alone.slack.shareFiles([PHOTO], {
      channel: alone.newChannel(),
      mention: true,
      text,
    });
    const question = await thread.waitForMessage(
      (message) => isJobMessage(message) && message.text.includes("whether AKOOL has spoken"),
    );
    expect(alone.akool.speechCreates).toBe(1);
    await alone.slack.pressButton(question, "Try again", { user: ANNA });
    await expectOneVideo(alone, thread);
    expect(alone.akool.speechCreates).toBe(2);
  });
});
