import { describe, expect, it } from "vitest";
import { ANNA, GENERAL } from "../../src/sandbox/slack/slack-sandbox.ts";
import { startWorld } from "./world.ts";

describe("/talkingphoto <photo URL> <audio URL>", () => {
  it("posts one job message, and the video in its thread", async () => {
    const { slack, akool, files } = await startWorld();
    const answer = await slack.command(`${files.url("portrait.jpg")} ${files.url("speech.mp3")} 1080 waves`, {
      user: ANNA,
      channel: GENERAL,
    });
    expect(answer.status).toBe(200);
    await slack.waitForFile("video/mp4", { channel: GENERAL });
    await slack.waitForMessage("done", { channel: GENERAL });
    expect(akool.creates).toBe(1);
    const roots = slack
      .channel(GENERAL)
      .messages.filter((message) => message.threadTs === undefined || message.threadTs === message.ts);
    expect(roots).toHaveLength(1);
  });
});
