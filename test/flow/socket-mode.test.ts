import { describe, expect, it } from "vitest";
import { ANNA, BEN, type SlackSandbox } from "../../src/sandbox/slack/slack-sandbox.ts";
import { ask, DOORS, expectOneVideo, jobMessageOf } from "./asking.ts";
import { useWorld } from "./world.ts";

describe("over Socket Mode", () => {
  const world = useWorld({ socketMode: true });

  it.each(DOORS)("a request by %s becomes one video", async (door) => {
    const { akool } = world();
    const creates = akool.creates;
    await expectOneVideo(world(), await ask(world(), door));
    expect(akool.creates).toBe(creates + 1);
  });

  it("commands are answered privately, and buttons do what they say", async () => {
    const { slack, akool } = world();
    const channel = world().newChannel();
    await slack.command("help", { channel });
    await slack.waitForEphemeral("/talkingphoto watch", { channel, user: ANNA });
    akool.misbehave("create", { kind: "hang" });
    const thread = await ask(world(), "command", { words: "to be cancelled" });
    await slack.pressButton(jobMessageOf(thread), "Cancel", { user: BEN });
    await slack.waitForEphemeral("Only the person who asked", { user: BEN, channel: thread.channel });
    await slack.pressButton(jobMessageOf(thread), "Cancel");
    await thread.waitForMessage("cancelled");
  });

  it("an event that Slack tells twice is one job", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const photo = "test/fixtures/media/portrait.jpg";
    const speech = "test/fixtures/media/speech.mp3";
    const { thread } = await slack.shareFiles([photo, speech], {
      channel: world().newChannel(),
      mention: true,
      retries: 1,
    });
    await expectOneVideo(world(), thread);
    await expectOneVideo(world(), await ask(world(), "share"));
    expect(akool.creates).toBe(creates + 2);
  });

  it.each([
    ["is told to reconnect", (slack: SlackSandbox) => slack.socket.disconnect()],
    ["loses its connection", (slack: SlackSandbox) => slack.socket.drop()],
  ])("the app that %s is back for the next command", async (_what, disturb) => {
    const { slack } = world();
    const opened = () => slack.calls.filter((call) => call.method === "apps.connections.open").length;
    const before = opened();
    disturb(slack);
    await slack.waitUntil("a new connection", () => opened() > before && slack.socket.connectionCount === 1);
    await expectOneVideo(world(), await ask(world(), "command"));
  });
});
