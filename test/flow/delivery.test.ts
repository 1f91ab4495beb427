import { describe, expect, it } from "vitest";
import { ANNA } from "../../src/sandbox/slack/slack-sandbox.ts";
import { ask, askAndWait, DOORS, expectOneVideo, until, videosIn } from "./asking.ts";
import { useWorld, type World } from "./world.ts";

const COMPLETE = "files.completeUploadExternal";

/** For every test that needs no other. */
const plainWorld = useWorld();

/** The file ids that were completed since call number `from`, one for each call. */
function completedSince({ slack }: World, from: number): string[] {
  const calls = slack.calls.slice(from).filter((call) => call.method === COMPLETE);
  return calls.map((call) => /F\w+/.exec(JSON.stringify(call.args.files))?.[0] ?? "none");
}

describe("a video whose share", () => {
  it.each(DOORS)("comes late is posted once, for a request by %s", async (door) => {
    const { slack } = plainWorld();
    slack.misbehave("share", { kind: "share", mode: "late", delayMs: 400 });
    const from = slack.calls.length;
    await expectOneVideo(plainWorld(), await ask(plainWorld(), door));
    expect(completedSince(plainWorld(), from)).toHaveLength(1);
  });

  it("comes after the app has given it up is posted once all the same", async () => {
    const { slack } = plainWorld();
    slack.misbehave("share", { kind: "share", mode: "late", delayMs: 1500 });
    const from = slack.calls.length;
    await expectOneVideo(plainWorld(), await ask(plainWorld(), "command"));
    const completed = completedSince(plainWorld(), from);
    expect(completed.length).toBeGreaterThan(1);
    expect(new Set(completed).size).toBe(1);
  });

  it("never comes is asked for again with the same file, and in the end its link is posted", async () => {
    const { slack } = plainWorld();
    slack.misbehave("share", { kind: "share", mode: "never" });
    const from = slack.calls.length;
    const thread = await ask(plainWorld(), "command");
    const link = await thread.waitForMessage(/Here is your talking photo.*https?:.*AI-generated/);
    expect(link.text).toContain(`<@${ANNA}>`);
    await thread.waitForMessage("done");
    const completed = completedSince(plainWorld(), from);
    expect(completed).toHaveLength(3);
    expect(new Set(completed).size).toBe(1);
    expect(videosIn(plainWorld(), thread.channel)).toEqual([]);
    expect(thread.messages).toHaveLength(2);
  });
});

describe("a video whose share never comes at first", () => {
  const world = useWorld({ slack: { secondComplete: "second_share" } });

  it("is posted once when Slack shares it at the second call", async () => {
    const { slack } = world();
    slack.misbehave("share", { kind: "share", mode: "never" });
    const from = slack.calls.length;
    await expectOneVideo(world(), await ask(world(), "command"));
    const completed = completedSince(world(), from);
    expect(completed).toHaveLength(2);
    expect(new Set(completed).size).toBe(1);
  });
});

describe("a video whose share never comes, where Slack takes each file once", () => {
  const world = useWorld({ slack: { secondComplete: "error" } });

  it("ends in the link, and is not uploaded a second time", async () => {
    const { slack } = world();
    slack.misbehave("share", { kind: "share", mode: "never" });
    const from = slack.calls.length;
    const thread = await ask(world(), "command");
    await thread.waitForMessage(/Here is your talking photo.*https?:/);
    await thread.waitForMessage("done");
    expect(new Set(completedSince(world(), from)).size).toBe(1);
    expect(slack.calls.slice(from).filter((call) => call.method === "upload")).toHaveLength(1);
  });
});

describe("a finished video that cannot be posted", () => {
  const world = useWorld({ akool: { autoFinish: false } });

  it("is kept when the channel was archived, and posted at the press of a button", async () => {
    const { slack, akool } = world();
    const { thread, render } = await askAndWait(world());
    const { creates } = akool;
    const channel = slack.workspace.getChannel(thread.channel);
    channel.archived = true;
    await akool.finish(render.id);
    const dm = slack.openDm(ANNA).id;
    const notice = await slack.waitForMessage(/is ready, but I could not post it/, { channel: dm });
    expect(videosIn(world(), thread.channel)).toEqual([]);
    channel.archived = false;
    await Promise.all([slack.pressButton(notice, "Post again"), slack.pressButton(notice, "Post again")]);
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(creates);
  });
});

describe("a finished video that cannot be posted for a while", () => {
  // The next try of a delivery that was refused comes after 10 minutes: 0.6 s at this pace.
  const world = useWorld({ akool: { autoFinish: false }, env: { TIME_SCALE: "1000" } });

  it("because the app was thrown out of the channel is posted once it is back", async () => {
    const { slack, akool } = world();
    const { thread, render } = await askAndWait(world());
    const { creates } = akool;
    const { members } = slack.workspace.getChannel(thread.channel);
    members.delete(slack.settings.botUserId);
    await akool.finish(render.id);
    const dm = slack.openDm(ANNA).id;
    await slack.waitForMessage(/could not post it.*\/invite/, { channel: dm });
    members.add(slack.settings.botUserId);
    await thread.waitForFile("video/mp4");
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(creates);
  });

  it("because the token was taken away is posted once the app is connected again", async () => {
    const { slack, akool } = world();
    const thread = await ask(world(), "command");
    const creates = akool.creates + 1;
    const render = await akool.waitForCreate(creates);
    slack.revokeToken();
    await akool.finish(render.id);
    await until("a refusal", () => slack.calls.some((call) => call.outcome === "token_revoked"));
    expect(videosIn(world(), thread.channel)).toEqual([]);
    slack.workspace.revoked = false;
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(creates);
  });
});
