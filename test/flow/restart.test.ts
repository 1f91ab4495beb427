import { describe, expect, it } from "vitest";
import type { CallRecord as AkoolCall } from "../../src/sandbox/akool/call-log.ts";
import { ANNA, type CallRecord as SlackCall } from "../../src/sandbox/slack/slack-sandbox.ts";
import { ask, askAndWait, expectOneVideo, isJobMessage, jobMessagesIn, until, videosIn } from "./asking.ts";
import { useWorld, type World } from "./world.ts";

const SIGNALS = ["SIGKILL", "SIGTERM"] as const;
const EXIT_WITHIN_MS = 10_000;
const UNFINISHED = "SELECT id FROM jobs WHERE status NOT IN ('delivered', 'failed', 'cancelled')";

/** Ends the app and starts it again. A SIGTERM must lead to a clean exit within 10 seconds. */
async function restart({ app }: World, signal: NodeJS.Signals): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  const code = await Promise.race([
    app.stop(signal),
    new Promise<string>((resolve) => {
      late = setTimeout(() => resolve(`still running ${EXIT_WITHIN_MS} ms after ${signal}`), EXIT_WITHIN_MS);
    }),
  ]);
  clearTimeout(late);
  expect(code).toBe(signal === "SIGTERM" ? 0 : null);
  await app.start();
}

async function startCommand({ slack, files }: World, channel: string): Promise<void> {
  await slack.command(`${files.url("portrait.jpg")} ${files.url("speech.mp3")}`, { channel });
}

/** Resolves when the app has reached a call, which is held there until the app is gone or told to go. */
function reach(
  world: World,
  place: "slack" | "akool",
  at: string,
): { reached: Promise<void>; ended: () => void } {
  const { slack, akool } = world;
  let arrive: () => void = () => {};
  let end: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const isIt = (name: string, phase: string) => `${name} ${phase}` === at;
  if (place === "slack")
    slack.onCall = async (call: SlackCall) => {
      if (!isIt(call.method, call.phase)) return;
      slack.onCall = undefined;
      arrive();
      await ended;
      // Killed before: as if the call had never arrived.
      return call.phase === "received" ? ("drop" as const) : undefined;
    };
  else
    akool.onCall = async (call: AkoolCall) => {
      if (!isIt(call.endpoint, call.phase)) return;
      akool.onCall = undefined;
      arrive();
      await ended;
    };
  return { reached, ended: end };
}

describe("a restart", () => {
  const world = useWorld({ akool: { autoFinish: false }, env: { SETTLE_MINUTES: "1" } });

  it.each(SIGNALS)("by %s while AKOOL renders: the result is taken up", async (signal) => {
    const { akool } = world();
    const creates = akool.creates;
    const { thread, render } = await askAndWait(world(), "command");
    await restart(world(), signal);
    await akool.finish(render.id);
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(creates + 1);
  });

  it.each(SIGNALS)("by %s: a render that finished meanwhile is found", async (signal) => {
    const { akool, app } = world();
    const creates = akool.creates;
    const { thread, render } = await askAndWait(world(), "share");
    await app.stop(signal);
    await akool.finish(render.id, { webhook: "never" });
    await app.start();
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(creates + 1);
  });

  it("by SIGKILL right after the command was acknowledged: the request is not lost", async () => {
    const { slack, akool, app } = world();
    const creates = akool.creates;
    const channel = world().newChannel();
    await startCommand(world(), channel);
    await app.kill();
    await app.start();
    await akool.finish((await akool.waitForCreate(creates + 1)).id);
    await slack.waitForFile("video/mp4", { channel });
    expect(jobMessagesIn(world(), channel).length).toBeLessThanOrEqual(1);
    expect(akool.creates).toBe(creates + 1);
  });

  it("by SIGKILL after AKOOL took the order and before it answered: paid once", async () => {
    const { akool, app } = world();
    const creates = akool.creates;
    const at = reach(world(), "akool", "create effect");
    const asked = ask(world(), "command");
    await at.reached;
    await app.kill();
    at.ended();
    await app.start();
    const thread = await asked;
    await akool.finish((await akool.waitForCreate(creates + 1)).id);
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(creates + 1);
  });

  it("by SIGKILL before AKOOL got the order: the person is asked, and pays once", async () => {
    const { slack, akool, app } = world();
    const creates = akool.creates;
    const at = reach(world(), "akool", "create received");
    const asked = ask(world(), "command");
    await at.reached;
    await app.kill();
    at.ended();
    await app.start();
    const thread = await asked;
    const question = await thread.waitForMessage(
      (message) => message.text.startsWith(`<@${ANNA}>`) && /Try again\?/.test(message.text),
    );
    expect(akool.creates).toBe(creates);
    await slack.pressButton(question, "Try again");
    await akool.finish((await akool.waitForCreate(creates + 1)).id);
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(creates + 1);
  });

  it("by SIGTERM while AKOOL takes the order: the answer is waited for", async () => {
    const { akool } = world();
    const creates = akool.creates;
    const at = reach(world(), "akool", "create effect");
    const asked = ask(world(), "command");
    await at.reached;
    const restarted = restart(world(), "SIGTERM");
    at.ended();
    await restarted;
    const thread = await asked;
    await akool.finish((await akool.waitForCreate(creates + 1)).id);
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(creates + 1);
  });

  it.each([
    ["before its first message is posted", "chat.postMessage received"],
    ["after its first message is posted", "chat.postMessage effect"],
  ])("by SIGKILL %s: one job message, one video", async (_what, moment) => {
    const { slack, akool, app } = world();
    const creates = akool.creates;
    const channel = world().newChannel();
    const at = reach(world(), "slack", moment);
    await startCommand(world(), channel);
    await at.reached;
    await app.kill();
    at.ended();
    await app.start();
    await akool.finish((await akool.waitForCreate(creates + 1)).id);
    await slack.waitForFile("video/mp4", { channel });
    await until("the end of the job", async () => (await app.query(UNFINISHED)).length === 0);
    expect(jobMessagesIn(world(), channel).length).toBeLessThanOrEqual(1);
    expect(videosIn(world(), channel)).toHaveLength(1);
    expect(akool.creates).toBe(creates + 1);
  });

  it.each([
    ["before the upload", "files.getUploadURLExternal effect"],
    ["while uploading", "upload received"],
    ["after the upload", "upload effect"],
    ["before the video is shared", "files.completeUploadExternal received"],
    ["after the video is shared", "files.completeUploadExternal effect"],
    ["while looking for the share", "files.info effect"],
  ])("by SIGKILL %s: one video", async (_what, moment) => {
    const { akool, app } = world();
    const creates = akool.creates;
    const thread = await ask(world(), "command");
    const render = await akool.waitForCreate(creates + 1);
    const at = reach(world(), "slack", moment);
    await akool.finish(render.id);
    await at.reached;
    await app.kill();
    at.ended();
    await app.start();
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(creates + 1);
  });

  it.each(SIGNALS)("by %s in the middle of a slow video: one video", async (signal) => {
    const { slack, akool } = world();
    const creates = akool.creates;
    const thread = await ask(world(), "command");
    const render = await akool.waitForCreate(creates + 1);
    akool.misbehave("result", { kind: "slow", bytesPerSecond: 2500 });
    const from = slack.calls.length;
    await akool.finish(render.id);
    await until("an upload", () => slack.calls.slice(from).some((call) => call.method === "upload"));
    await restart(world(), signal);
    await expectOneVideo(world(), thread);
    expect(akool.creates).toBe(creates + 1);
  });

  it("says on the job message that the work goes on, and no second message is posted", async () => {
    const { akool } = world();
    const { thread, render } = await askAndWait(world(), "command");
    await restart(world(), "SIGKILL");
    await thread.waitForMessage(
      (message) => isJobMessage(message) && /restart|goes on|still/i.test(message.text),
    );
    await akool.finish(render.id);
    await expectOneVideo(world(), thread);
    expect(thread.messages).toHaveLength(2);
  });
});

describe("a second start on one data folder", () => {
  const world = useWorld();

  it("gives up with a message that names the first, which goes on undisturbed", async () => {
    const { app } = world();
    const second = await app.startSecond();
    expect(second.exitCode).not.toBe(0);
    expect(second.exitCode).not.toBeNull();
    expect(second.output).toMatch(/data folder is in use by process \d+/);
    expect(app.isRunning).toBe(true);
    await expectOneVideo(world(), await ask(world(), "command"));
  });
});
