import { describe, expect, it } from "vitest";
import type { Switches } from "../../../src/sandbox/page/switches.ts";
import { NOT_TROUBLED, type Person, usePage } from "./page-client.ts";

const page = usePage();

async function troubled(switches: Partial<Switches>): Promise<Person> {
  const anna = await page.open();
  expect(await anna.act({ do: "makeTrouble", switches: { ...NOT_TROUBLED, ...switches } })).toEqual({});
  await anna.waitFor(
    "the switches",
    ({ backstage }) =>
      Object.entries(switches).every(([name, value]) => Object(backstage.switches)[name] === value) ||
      undefined,
  );
  return anna;
}

const webhooksOf = (person: Person, after: number) =>
  person.now.backstage.calls.filter(({ what, at }) => what === "webhook" && at >= after);

describe("webhooks", () => {
  it("never: asking AKOOL finds the video", async () => {
    const anna = await troubled({ webhook: "never" });
    const startedAt = Date.now();
    const root = await anna.ask();
    await anna.waitForVideo(root);
    expect(webhooksOf(anna, startedAt)).toEqual([]);
  });

  it("twice: there is one video", async () => {
    const anna = await troubled({ webhook: "twice" });
    const startedAt = Date.now();
    const root = await anna.ask();
    await anna.waitForReply(root, "The video is in this thread");
    expect(webhooksOf(anna, startedAt)).toHaveLength(2);
    expect(anna.videosIn(root)).toHaveLength(1);
  });

  it("forged: it is turned away, and the real one counts", async () => {
    const anna = await troubled({ webhook: "forged" });
    const startedAt = Date.now();
    const root = await anna.ask();
    await anna.waitForReply(root, "The video is in this thread");
    expect(webhooksOf(anna, startedAt).map(({ outcome, isTrouble }) => [outcome, isTrouble])).toEqual([
      ["401", true],
      ["200", false],
    ]);
    expect(anna.videosIn(root)).toHaveLength(1);
  });
});

describe("AKOOL", () => {
  it("that refuses each create: the person reads what is wrong, until it is switched off", async () => {
    const anna = await troubled({ akoolFails: 1104 });
    for (const _ of [1, 2]) {
      const root = await anna.ask();
      await anna.waitForReply(root, /:warning:|:x:|credit/i);
      expect(anna.videosIn(root)).toEqual([]);
    }
    expect(anna.now.backstage.calls).toContainEqual(
      expect.objectContaining({ to: "AKOOL", outcome: "1104", isTrouble: true }),
    );
    await anna.act({ do: "makeTrouble", switches: { akoolFails: null } });
    await anna.waitForVideo(await anna.ask());
  });

  it("whose renders fail: the person reads that", async () => {
    const anna = await troubled({ akoolFails: "render" });
    const root = await anna.ask();
    await anna.waitForReply(root, /AKOOL could not|couldn’t|failed|:warning:|:x:/);
    await anna.waitFor("the end", ({ backstage }) => backstage.jobs[0]?.isOver || undefined);
    expect(anna.videosIn(root)).toEqual([]);
  });

  it("that is done before there is a URL: the video comes with it", async () => {
    const anna = await troubled({ doneWithoutUrl: true });
    const root = await anna.ask();
    await anna.waitForVideo(root);
    await anna.waitForReply(root, "The video is in this thread");
    expect(anna.videosIn(root)).toHaveLength(1);
  });

  it("that takes its time: as long as is said", async () => {
    const anna = await troubled({ renderSeconds: 2 });
    const startedAt = Date.now();
    await anna.waitForVideo(await anna.ask());
    expect(Date.now() - startedAt).toBeGreaterThan(2000);
  });
});

describe("Slack", () => {
  it("that limits the rate: every post and edit arrives, once", async () => {
    const anna = await troubled({ slackRateLimits: true });
    const root = await anna.ask();
    await anna.waitForReply(root, "The video is in this thread");
    expect(anna.videosIn(root)).toHaveLength(1);
    expect(anna.now.backstage.calls).toContainEqual(
      expect.objectContaining({ to: "Slack", outcome: "ratelimited", isTrouble: true }),
    );
  });

  it("that shares late: one video", async () => {
    const anna = await troubled({ share: "late" });
    const root = await anna.ask();
    await anna.waitForVideo(root);
    await anna.waitForReply(root, "The video is in this thread");
    expect(anna.videosIn(root)).toHaveLength(1);
  });

  it("that never shares: there is a link", async () => {
    const anna = await troubled({ share: "never" });
    const root = await anna.ask();
    const { text } = await anna.waitForReply(root, "Slack did not show the video itself");
    // As in Slack, the link leads to the file.
    const [link = ""] = /http[^\s>|]*\/files\/[^\s>|]*/.exec(text) ?? [];
    expect(link.startsWith(page.url)).toBe(true);
    const file = await fetch(link);
    expect([file.status, file.headers.get("content-type")]).toEqual([200, "video/mp4"]);
    expect(anna.videosIn(root)).toEqual([]);
    await anna.act({ do: "makeTrouble", switches: NOT_TROUBLED });
    await anna.waitForVideo(await anna.ask());
  });
});

describe("the app", () => {
  it("is killed in the middle and started again: the video comes, once", async () => {
    const anna = await troubled({ renderSeconds: 2 });
    const paidBefore = page.world.akool.creates;
    const root = await anna.ask();
    await anna.waitForReply(root, "AKOOL is making the video");
    expect(await anna.act({ do: "app", how: "kill" })).toEqual({});
    await anna.waitFor("stopped", ({ backstage }) => backstage.app === "stopped" || undefined);
    expect(await anna.act({ do: "app", how: "kill" })).toEqual({ problem: "The app is stopped already." });

    await anna.say("/talkingphoto status");
    expect(await anna.waitForMessage('/talkingphoto failed with the error "dispatch_failed"')).toMatchObject({
      onlyYou: true,
    });
    const job = anna
      .thread(root)
      .find(({ blocks }) => JSON.stringify(blocks).includes("talkingphoto.cancel"));
    const blockId = job?.blocks.find(({ type }) => type === "actions")?.block_id ?? "";
    expect(
      await anna.act({
        do: "press",
        conversation: page.world.slack.channel("C0GENERAL").id,
        ts: job?.ts ?? "",
        blockId,
        actionId: "talkingphoto.cancel",
      }),
    ).toEqual({ problem: "The app did not answer Slack. Try again." });
    // Slack tries an event again.
    const later = await anna.ask();

    expect(await anna.act({ do: "app", how: "start" })).toEqual({});
    expect(await anna.act({ do: "app", how: "start" })).toEqual({ problem: "The app is running already." });
    for (const each of [root, later]) {
      await anna.waitForVideo(each);
      await anna.waitForReply(each, "The video is in this thread");
      expect(anna.videosIn(each)).toHaveLength(1);
    }
    expect(page.world.akool.creates).toBe(paidBefore + 2);
    expect(anna.now.backstage.calls).toContainEqual(
      expect.objectContaining({ from: "Slack", what: "event message, retry 1" }),
    );
  });
});
