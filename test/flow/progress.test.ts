import { describe, expect, it } from "vitest";
import { ANNA, type Message, type Thread } from "../../src/sandbox/slack/slack-sandbox.ts";
import {
  ask,
  askAndWait,
  expectOneVideo,
  isJobMessage,
  jobMessageOf,
  PHOTO,
  SPEECH,
  waitForLooks,
} from "./asking.ts";
import { clockAhead, startWorld, useWorld, type World } from "./world.ts";

const MINUTE = 60_000;
/** The app follows a database's clock, which nobody can put forward. */
const BY_ITS_OWN_CLOCK = {
  store: "sqlite",
  polling: true,
  akool: { autoFinish: false },
  env: { TIME_SCALE: "10", RENDER_DEADLINE_MINUTES: "90", AKOOL_MAX_CONCURRENT: "10" },
} as const;

/** All that the job message has said, one after another. */
function wordings(thread: Thread): string[] {
  const { edits, text } = jobMessageOf(thread);
  return [...edits.map((edit) => edit.text), text];
}

function photoIn({ blocks }: Pick<Message, "blocks">): string | undefined {
  const [section] = blocks;
  if (section?.type !== "section" || section.accessory?.type !== "image") return undefined;
  const { slack_file } = section.accessory;
  return slack_file && "id" in slack_file ? slack_file.id : undefined;
}

function editsWithPhoto({ slack }: World, from = 0): number {
  const calls = slack.calls.slice(from);
  return calls.filter(
    ({ method, args }) => method === "chat.update" && String(args.blocks).includes("slack_file"),
  ).length;
}

async function isSaid(thread: Thread, words: string | RegExp): Promise<void> {
  await thread.waitForMessage((message) => isJobMessage(message) && message.text.search(words) >= 0);
}

describe("how far a job is", () => {
  it("is told in minutes, which go on over restarts, in one message with few edits", {
    timeout: 60_000,
  }, async () => {
    const world = await startWorld(BY_ITS_OWN_CLOCK);
    const { app, akool, slack } = world;
    const askedAt = Date.now();
    const { thread, render } = await askAndWait(world);
    expect(jobMessageOf(thread).text).toMatch(/making the video\. I'll post it in this thread\.$/);
    await app.stop();
    await app.start(clockAhead(askedAt + 3.2 * MINUTE - Date.now()));
    await isSaid(thread, /making the video \(3 min so far\)\..*restarted/);
    // Nothing but the time has changed by now.
    await app.stop();
    await app.start(clockAhead(askedAt + 5.2 * MINUTE - Date.now()));
    await isSaid(thread, /making the video \(5 min so far\)\..*restarted/);
    await akool.finish(render.id);
    await expectOneVideo(world, thread);
    expect(wordings(thread).map((text) => /\d min so far|checking|done|$/.exec(text)?.[0])).toEqual([
      "checking",
      "",
      "3 min so far",
      "5 min so far",
      "done",
    ]);
    // And one that gives the video its buttons.
    expect(slack.calls.filter(({ method }) => method === "chat.update")).toHaveLength(5);
  });

  it("is compared with our own finished renders, once there are enough of them", {
    timeout: 60_000,
  }, async () => {
    const world = await startWorld(BY_ITS_OWN_CLOCK);
    const { app, akool, slack } = world;
    const finish = async (...words: string[]) => {
      const before = akool.creates;
      const threads = await Promise.all(words.map((each) => ask(world, "command", { words: each })));
      await akool.waitForCreate(before + words.length);
      for (const thread of threads) await isSaid(thread, "AKOOL is making the video");
      const [first] = threads.map((thread) => jobMessageOf(thread).text);
      for (const { id } of akool.renders.slice(before)) await akool.finish(id);
      for (const thread of threads) await expectOneVideo(world, thread);
      return first;
    };
    const usual = "making the video. It usually takes less than a minute; I'll post it in this thread.";
    await finish("one", "two", "three", "four");
    expect(await finish("five")).not.toContain("usually");
    expect(await finish("six")).toContain(usual);
    await finish("seven", "eight", "nine", "ten");

    const { thread, render } = await askAndWait(world, "command", { words: "the slow one" });
    const isNotice = ({ text }: Message) => /slower than nine in ten/.test(text);
    await waitForLooks(world, render.id, 1);
    expect(thread.messages.filter(isNotice)).toEqual([]);
    await app.stop();
    await app.start(clockAhead(2 * MINUTE));
    const notice = await thread.waitForMessage(isNotice);
    expect(notice.text).toMatch(new RegExp(`^<@${ANNA}> .*Nothing is wrong so far; I'll post it here`));
    await waitForLooks(world, render.id, 2);
    await app.stop();
    await app.start();
    await waitForLooks(world, render.id, 1);
    await akool.finish(render.id);
    await expectOneVideo(world, thread);
    expect(slack.channel(thread.channel).messages.filter(isNotice)).toHaveLength(1);
  });
});

describe("a video whose posting takes long", () => {
  const world = useWorld({ slack: { shareDelayMs: 700 } });

  it("is said to be ready meanwhile, and done in the end", async () => {
    const thread = await ask(world(), "command");
    await isSaid(thread, "the video is ready, posting it…");
    await expectOneVideo(world(), thread);
    expect(wordings(thread).at(-1)).toContain("done");
  });
});

describe("the job message's photo", () => {
  const world = useWorld({ akool: { autoFinish: false } });

  it.each(["share", "form"] as const)(
    "is shown once the message is posted, and to the end: %s",
    async (door) => {
      const { slack, akool } = world();
      const { thread, render } = await askAndWait(world(), door, { words: "waves to <us>" });
      const { edits, blocks } = jobMessageOf(thread);
      const photo = slack.town.worlds[0]?.files.files.get(photoIn({ blocks }) ?? "");
      expect(photo?.name).toBe("portrait.jpg");
      expect(edits[0] && photoIn(edits[0])).toBeUndefined();
      // Beside a recording the text of a shared message is not for the app.
      const lines = slack.describe(jobMessageOf(thread)).join("\n");
      expect(lines.includes("Gestures: “waves to <us>”")).toBe(door === "form");
      await akool.finish(render.id);
      await expectOneVideo(world(), thread);
      expect(photoIn(jobMessageOf(thread))).toBe(photo?.id);
    },
  );

  it("is left out when Slack does not take it, and asked for once", async () => {
    const { slack, akool } = world();
    const from = slack.calls.length;
    slack.misbehave("chat.update", {
      kind: "error",
      error: "invalid_blocks",
      times: 9,
      only: ({ blocks }) => String(blocks).includes("slack_file"),
    });
    const { thread, render } = await askAndWait(world(), "share");
    await akool.finish(render.id);
    await expectOneVideo(world(), thread);
    expect(photoIn(jobMessageOf(thread))).toBeUndefined();
    expect(editsWithPhoto(world(), from)).toBe(1);
  });

  it.each([
    ["a kind of picture that Slack does not show", "test/fixtures/media/portrait.heic"],
    ["deleted in the meantime", PHOTO],
  ])("does not cost the video when it is %s", async (_what, photo) => {
    const { slack, akool } = world();
    const before = akool.creates;
    const from = slack.calls.length;
    const channel = world().newChannel();
    const { thread, message } = await slack.shareFiles([photo, SPEECH], { channel, mention: true });
    const render = await akool.waitForCreate(before + 1);
    await isSaid(thread, "making the video");
    const [file] = message.files;
    if (photo === PHOTO && file) file.deleted = true;
    await akool.finish(render.id);
    await expectOneVideo(world(), thread);
    expect(photoIn(jobMessageOf(thread))).toBeUndefined();
    if (photo !== PHOTO) expect(editsWithPhoto(world(), from)).toBe(0);
  });
});
