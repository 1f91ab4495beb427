import { describe, expect, it } from "vitest";
import { ANNA, BEN, GENERAL } from "../../src/sandbox/slack/slack-sandbox.ts";
import { ask, expectOneVideo, jobMessageOf, sha256OfResult } from "./asking.ts";
import { useWorld } from "./world.ts";

describe("/talkingphoto <photo URL> <audio URL>", () => {
  const world = useWorld();

  it("posts one job message in the channel, and everything else in its thread", async () => {
    const { slack, akool, files } = world();
    const answer = await slack.command(`${files.url("portrait.jpg")} ${files.url("speech.mp3")}`, {
      user: ANNA,
      channel: GENERAL,
    });
    expect(answer).toMatchObject({ status: 200, body: "" });
    const job = await slack.waitForMessage("Talking photo for @anna", { channel: GENERAL });
    await expectOneVideo(world(), slack.thread(GENERAL, job.ts));
    expect(akool.creates).toBe(1);
    const { messages } = slack.channel(GENERAL);
    expect(messages.filter((message) => message.threadTs === undefined)).toEqual([job]);
  });

  it("finishes with a post that calls the requester and says that the video is AI-generated", async () => {
    const thread = await ask(world(), "command", { user: BEN, words: "finishes" });
    const video = await expectOneVideo(world(), thread);
    const finish = thread.messages.find((message) => message.files.includes(video));
    expect(finish?.text).toContain(`<@${BEN}>`);
    expect(finish?.text).toMatch(/AI-generated/i);
    expect(jobMessageOf(thread).edits).not.toHaveLength(0);
  });

  it("brings the very bytes that AKOOL rendered", async () => {
    const { akool } = world();
    const video = await expectOneVideo(world(), await ask(world(), "command", { words: "very bytes" }));
    const render = akool.renders.at(-1);
    expect(video.content.sha256).toBe(await sha256OfResult(render?.videoUrl ?? ""));
  });

  it("asks for 720 when no resolution is named", async () => {
    const { akool } = world();
    await expectOneVideo(world(), await ask(world(), "command"));
    expect(akool.renders.at(-1)?.order).toMatchObject({ resolution: "720" });
    expect(akool.renders.at(-1)?.order).not.toHaveProperty("prompt");
  });

  it("hands 1080 and the gesture prompt to AKOOL as they were typed", async () => {
    const { akool } = world();
    // Slack escapes these three characters in what it hands over.
    const words = "1080 raises 2 hands &amp; nods, 720 times &lt;3";
    await expectOneVideo(world(), await ask(world(), "command", { words }));
    const order = akool.renders.at(-1)?.order;
    expect(order).toMatchObject({ resolution: "1080", prompt: "raises 2 hands & nods, 720 times <3" });
  });

  it("takes links as Slack hands them over once it has recognised them", async () => {
    const { slack, files } = world();
    const channel = world().newChannel();
    await slack.command(`<${files.url("portrait.jpg")}|portrait> <${files.url("speech.mp3")}>`, { channel });
    await slack.waitForFile("video/mp4", { channel });
  });

  it("takes the same signed command twice as one job, also after it has ended", async () => {
    const { slack, akool, files } = world();
    const channel = world().newChannel();
    const text = `${files.url("portrait.jpg")} ${files.url("speech.mp3")} replayed`;
    const creates = akool.creates;
    const send = () => slack.command(text, { channel, triggerId: "1.2.replayed" });
    const answers = await Promise.all([send(), send()]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    const job = await slack.waitForMessage("done", { channel });
    await send();
    // A command that came later has gone all the way: what the replay would have started has begun, too.
    await expectOneVideo(world(), await ask(world(), "command", { words: "after the replay" }));
    expect(akool.creates).toBe(creates + 2);
    await expectOneVideo(world(), slack.thread(channel, job.ts));
  });
});

describe("/talkingphoto in words", () => {
  const world = useWorld();

  it.each([
    ["help", /\/talkingphoto <photo URL> <audio URL or "words to say">/],
    ["HELP", /\/talkingphoto <photo URL> <audio URL or "words to say">/],
    ["status", /nothing running/],
    ["history", /Nothing has finished/],
    ["cancel", /nothing running that could be cancelled/],
    ["cancel abcdefghjk", /no job with that id/],
    ["watch", /needs `?on`? or `?off/],
    ["watch on", /Switched on/],
    ["watch off", /Switched off/],
    ["make me a video", /link to a photo first.*Example/s],
    ["https://example.com/face.jpg", /need the link to a recording.*Example/s],
    ["https://example.com/face.jpg speak!", /need the link to a recording.*Example/s],
  ])("%s is answered privately", async (text, sentence) => {
    const { slack, akool } = world();
    const channel = world().newChannel();
    const answer = await slack.command(text, { user: BEN, channel });
    expect(answer.status).toBe(200);
    await slack.waitForEphemeral(sentence, { channel, user: BEN });
    expect(slack.channel(channel).messages).toEqual([]);
    expect(akool.creates).toBe(0);
  });

  it("answers a command it was never registered for", async () => {
    const { slack } = world();
    const channel = world().newChannel();
    await slack.command("/talkingpicture help", { channel });
    await slack.waitForEphemeral("/talkingphoto help", { channel });
  });
});
