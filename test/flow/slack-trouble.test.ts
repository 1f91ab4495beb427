import { describe, expect, it } from "vitest";
import { ANNA, BEN } from "../../src/sandbox/slack/slack-sandbox.ts";
import {
  ask,
  expectFailure,
  expectOneVideo,
  isJobMessage,
  jobMessageOf,
  jobMessagesIn,
  PHOTO,
  SPEECH,
  videosIn,
} from "./asking.ts";
import { useWorld } from "./world.ts";

const world = useWorld();

describe("a Slack that says to wait", () => {
  it.each([
    "chat.postMessage",
    "files.getUploadURLExternal",
    "upload",
    "files.completeUploadExternal",
    "files.info",
    "chat.update",
  ])("is waited for as long as it says: %s", async (method) => {
    const { slack } = world();
    slack.misbehave(method, { kind: "429", retryAfterSeconds: 1 });
    const from = slack.calls.length;
    await expectOneVideo(world(), await ask(world(), "command"));
    const calls = slack.calls.slice(from).filter((call) => call.method === method);
    const refused = calls.findIndex((call) => call.outcome === "ratelimited");
    const waitedMs = Number(calls[refused + 1]?.at) - Number(calls[refused]?.at);
    // One timer rounds down, another up.
    expect(waitedMs).toBeGreaterThanOrEqual(990);
  });
});

const WAYS = [
  ["answers 500 and does nothing", { kind: "status", status: 500 }],
  ["answers 500 and does it", { kind: "status", status: 500, when: "after" }],
  ["hangs up and does nothing", { kind: "drop" }],
  ["hangs up and does it", { kind: "drop", when: "after" }],
  ["breaks its answer off", { kind: "cut_body" }],
] as const;

describe.each([
  "files.getUploadURLExternal",
  "upload",
  "files.completeUploadExternal",
  "files.info",
  "chat.update",
])("when Slack's %s", (method) => {
  const world = useWorld();

  it.each(WAYS)("%s, there is one video and one job message", async (_what, how) => {
    const { slack } = world();
    slack.misbehave(method, how);
    await expectOneVideo(world(), await ask(world(), "command"));
  });
});

describe("when Slack's chat.postMessage", () => {
  it.each(WAYS)("%s, the job message is not posted twice and the video comes", async (_what, how) => {
    const { slack, akool, files } = world();
    const creates = akool.creates;
    const channel = world().newChannel();
    slack.misbehave("chat.postMessage", how);
    await slack.command(`${files.url("portrait.jpg")} ${files.url("speech.mp3")}`, { channel });
    await slack.waitForFile("video/mp4", { channel });
    // A later job is through: whatever this one would still have posted is there.
    await expectOneVideo(world(), await ask(world(), "command", { words: "later" }));
    expect(videosIn(world(), channel)).toHaveLength(1);
    expect(jobMessagesIn(world(), channel).length).toBeLessThanOrEqual(1);
    expect(akool.creates).toBe(creates + 2);
  });

  it("hangs up and does it where Slack shows the app its own posts, the message is found and edited", async () => {
    const { slack } = world();
    slack.misbehave("chat.postMessage", { kind: "drop", when: "after" });
    const channel = slack.openDm(BEN).id;
    await expectOneVideo(world(), await ask(world(), "command", { user: BEN, channel }));
    expect(jobMessagesIn(world(), channel)).toHaveLength(1);
  });

  it.each(WAYS)("%s for a shared message, the video comes in its thread", async (_what, how) => {
    const { slack } = world();
    const channel = world().newChannel();
    slack.misbehave("chat.postMessage", how);
    const { thread } = await slack.shareFiles([PHOTO, SPEECH], { channel, mention: true });
    await thread.waitForFile("video/mp4");
    await expectOneVideo(world(), await ask(world(), "command", { words: "later" }));
    expect(videosIn(world(), channel)).toHaveLength(1);
    expect(thread.messages.filter(isJobMessage).length).toBeLessThanOrEqual(1);
  });
});

describe("when the notice of a failure", () => {
  it.each(WAYS)("%s, the person has heard of it, and not twice in the thread", async (_what, how) => {
    const { slack, akool } = world();
    akool.misbehave("create", { kind: "code", code: 1104 });
    slack.misbehave("chat.postMessage", {
      ...how,
      only: (args) => String(args.text).startsWith("<@"),
    });
    const thread = await ask(world(), "command");
    await thread.waitForMessage((message) => isJobMessage(message) && /no credit left/.test(message.text));
    await expectOneVideo(world(), await ask(world(), "command", { words: "later" }));
    const told = thread.messages.filter((message) => message.text.startsWith(`<@${ANNA}>`));
    expect(told.length).toBeLessThanOrEqual(1);
  });
});

describe("a shared file that Slack does not hand out", () => {
  it.each([
    ["for a moment", { kind: "status", status: 503 }],
    ["because of its rate limit", { kind: "429", retryAfterSeconds: 1 }],
    ["because the connection broke", { kind: "cut_body" }],
  ] as const)("%s is fetched again", async (_what, how) => {
    const { slack } = world();
    slack.misbehave("download", how);
    await expectOneVideo(world(), await ask(world(), "share"));
  });

  it("because it was deleted is told in the thread", async () => {
    const { slack, akool } = world();
    const creates = akool.creates;
    slack.misbehave("download", { kind: "status", status: 404, times: 2 });
    const thread = await ask(world(), "share");
    await expectFailure(thread, /could not read your \w+ from Slack.*Share it again/);
    expect(jobMessageOf(thread).text).toContain("Nothing was spent");
    expect(akool.creates).toBe(creates);
  });
});
