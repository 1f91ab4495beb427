import { describe, expect, it } from "vitest";
import { BEN } from "../../src/sandbox/slack/slack-sandbox.ts";
import { ask, expectOneVideo, jobMessageOf, videosIn } from "./asking.ts";
import { useWorld } from "./world.ts";

describe("status, history and cancel", () => {
  const world = useWorld({ akool: { autoFinish: false }, env: { AKOOL_MAX_CONCURRENT: "1" } });

  it("status tells where a running job stands, and history how it ended", async () => {
    const { slack, akool } = world();
    const thread = await ask(world(), "command", { words: "listed" });
    await thread.waitForMessage("AKOOL is making the video");
    const { channel } = thread;
    await slack.command("status", { channel });
    const status = await slack.waitForEphemeral(/AKOOL is making the video/, { channel });
    const id = /`(\w+)`/.exec(status.text)?.[1] ?? "no id";
    await akool.finish();
    await expectOneVideo(world(), thread);
    await slack.command("history", { channel });
    await slack.waitForEphemeral(new RegExp(`${id}.*delivered`), { channel });
    await slack.command("status", { channel });
    await slack.waitForEphemeral(/nothing running/, { channel });
  });

  it("shows nobody's jobs to somebody else", async () => {
    const { slack, akool } = world();
    const thread = await ask(world(), "command", { words: "Anna's own" });
    await akool.waitForCreate(akool.creates + 1);
    const [row] = await world().app.query("SELECT id FROM jobs ORDER BY accepted_at DESC LIMIT 1");
    const id = String(row?.id);
    await slack.command("status", { user: BEN, channel: thread.channel });
    await slack.waitForEphemeral(/nothing running/, { user: BEN, channel: thread.channel });
    await slack.command(`cancel ${id}`, { user: BEN, channel: thread.channel });
    await slack.waitForEphemeral(/Only the person who asked/, { user: BEN, channel: thread.channel });
    await akool.finish();
    await expectOneVideo(world(), thread);
  });

  it("cancel in line spends nothing, and the line moves on without it", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const first = await ask(world(), "command", { words: "first in line" });
    await akool.waitForCreate(creates + 1);
    const second = await ask(world(), "command", { words: "second in line", user: BEN });
    await second.waitForMessage("waiting in line, number 1");
    await slack.command("cancel", { user: BEN, channel: second.channel });
    await slack.waitForEphemeral("Cancelled. Nothing was spent.", { user: BEN, channel: second.channel });
    await second.waitForMessage("cancelled. Nothing was spent.");
    const third = await ask(world(), "command", { words: "third in line" });
    await third.waitForMessage("waiting in line, number 1");
    await akool.finish();
    await expectOneVideo(world(), first);
    await akool.finish();
    await expectOneVideo(world(), third);
    expect(akool.creates).toBe(creates + 2);
    expect(akool.renders.map((render) => render.order.prompt)).not.toContain("second in line");
  });

  it("cancel during the render says that credit may be used, and no video is posted", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const thread = await ask(world(), "command", { words: "cancelled midway" });
    const render = await akool.waitForCreate(creates + 1);
    await thread.waitForMessage("AKOOL is making the video");
    await slack.command("cancel", { channel: thread.channel });
    await slack.waitForEphemeral(/won't post the video.*credit may be used/, { channel: thread.channel });
    await thread.waitForMessage(/cancelled.*credit may be used/);
    await akool.finish(render.id);
    const next = await ask(world(), "command", { words: "after the cancelled one" });
    await akool.finish((await akool.waitForCreate(creates + 2)).id);
    await expectOneVideo(world(), next);
    expect(videosIn(world(), thread.channel)).toEqual([]);
    expect(jobMessageOf(thread).text).toMatch(/cancelled/);
  });

  it("the Cancel button does the same, for the requester alone", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const thread = await ask(world(), "command", { words: "stopped by button" });
    const render = await akool.waitForCreate(creates + 1);
    await thread.waitForMessage("AKOOL is making the video");
    await slack.pressButton(jobMessageOf(thread), "Cancel", { user: BEN });
    await slack.waitForEphemeral("Only the person who asked", { user: BEN, channel: thread.channel });
    expect(jobMessageOf(thread).text).not.toContain("cancelled");
    await slack.pressButton(jobMessageOf(thread), "Cancel");
    await thread.waitForMessage(/cancelled.*credit may be used/);
    await akool.finish(render.id);
  });

  it("cancel of what has ended says so", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const thread = await ask(world(), "command", { words: "ended already" });
    await thread.waitForMessage("AKOOL is making the video");
    const before = { ...jobMessageOf(thread) };
    await akool.finish((await akool.waitForCreate(creates + 1)).id);
    await expectOneVideo(world(), thread);
    // The button as somebody still sees it who has not looked since.
    await slack.pressButton(before, "Cancel");
    await slack.waitForEphemeral("ended already", { channel: thread.channel });
    expect(jobMessageOf(thread).text).toContain("done");
  });
});
