import { describe, expect, it } from "vitest";
import { ANNA } from "../../src/sandbox/slack/slack-sandbox.ts";
import {
  ask,
  askAndWait,
  DOORS,
  expectFailure,
  expectOneVideo,
  isJobMessage,
  jobMessageOf,
  sha256OfResult,
  waitForLooks,
} from "./asking.ts";
import { useWorld } from "./world.ts";

/** In real time the next look at a render is half a minute away: only a webhook can be quicker. */
const REAL_TIME = { TIME_SCALE: "1" };

describe.each([
  ["by webhook", { env: REAL_TIME }],
  ["by polling alone", { polling: true }],
  ["by webhook and polling", {}],
])("a result that comes %s", (way, options) => {
  const world = useWorld(options);

  it.each(DOORS)("is one video for a request by %s", async (door) => {
    const { akool } = world();
    const creates = akool.creates;
    await expectOneVideo(world(), await ask(world(), door));
    expect(akool.creates).toBe(creates + 1);
    const hasAddress = akool.renders.at(-1)?.webhookUrl !== undefined;
    expect(hasAddress).toBe(way !== "by polling alone");
  });
});

describe("the webhook of a finished render", () => {
  const world = useWorld({ akool: { autoFinish: false } });

  it.each(["twice", "ten", "late", "never", "early_without_url_then_with"] as const)(
    "that comes %s makes one video",
    async (webhook) => {
      const { akool } = world();
      const { thread, render } = await askAndWait(world());
      await akool.finish(render.id, { webhook });
      await expectOneVideo(world(), thread);
      // Once more, long after the end.
      if (webhook !== "never") expect(await akool.sendWebhook(render.id)).toMatchObject({ answers: [200] });
      const next = await askAndWait(world());
      await akool.finish(next.render.id);
      await expectOneVideo(world(), next.thread);
      await expectOneVideo(world(), thread);
      const answers = akool.webhooks.flatMap((sent) => sent.answers);
      expect(answers.every((status) => status === 200)).toBe(true);
    },
  );

  it("is taken as still going on while there is no URL", async () => {
    const { akool } = world();
    const { thread, render } = await askAndWait(world());
    await akool.doneWithoutUrl(render.id);
    await waitForLooks(world(), render.id, 3);
    expect(thread.files).toEqual([]);
    expect(jobMessageOf(thread).text).toContain("AKOOL is making the video");
    await akool.finish(render.id);
    await expectOneVideo(world(), thread);
  });
});

describe("a webhook that overtakes the answer to create", () => {
  const world = useWorld({ akool: { webhookMode: "early" } });

  it("makes one video", async () => {
    const { akool } = world();
    await expectOneVideo(world(), await ask(world(), "command"));
    expect(akool.creates).toBe(1);
    expect(akool.webhooks.map((sent) => sent.answers)).toEqual([[200]]);
  });
});

describe("a render that goes wrong", () => {
  const world = useWorld({ akool: { autoFinish: false } });

  it.each(DOORS)("tells whoever asked by %s what to do, in the thread", async (door) => {
    const { akool } = world();
    const creates = akool.creates;
    const thread = await ask(world(), door);
    await akool.fail((await akool.waitForCreate(creates + 1)).id);
    await expectFailure(thread, /could not make a video.*Try one clear face/);
    expect(thread.files.filter((file) => file.mimetype === "video/mp4")).toEqual([]);
    expect(akool.creates).toBe(creates + 1);
  });

  it("is told also when no webhook says so", async () => {
    const { akool } = world();
    const { thread, render } = await askAndWait(world());
    await akool.fail(render.id, { reason: "no face detected", webhook: "never" });
    await expectFailure(thread, /face/);
  });

  it("says so when the result is gone before it could be fetched", async () => {
    const { akool } = world();
    const { thread, render } = await askAndWait(world());
    akool.expire(render.id);
    await akool.finish(render.id);
    await expectFailure(thread, /no longer has this video.*ask for it again/);
  });

  it.each([
    ["is cut short", { kind: "short" }],
    ["is a web page", { kind: "html" }],
    ["answers 500", { kind: "status", status: 500 }],
    ["answers 404 at first", { kind: "404" }],
    ["hangs up", { kind: "drop" }],
    ["does not say its length", { kind: "no_length" }],
  ] as const)("is no harm when the result %s", async (_what, how) => {
    const { akool } = world();
    const { thread, render } = await askAndWait(world());
    akool.misbehave("result", how);
    await akool.finish(render.id);
    const video = await expectOneVideo(world(), thread);
    expect(video.content.sha256).toBe(await sha256OfResult(render.videoUrl));
  });

  it("is no harm when AKOOL cannot be asked for a while", async () => {
    const { akool } = world();
    const { thread, render } = await askAndWait(world());
    akool.misbehave("info", { kind: "status", status: 502, times: 2 });
    akool.misbehave("info", { kind: "drop", times: 1 });
    akool.misbehave("info", { kind: "html", times: 1 });
    akool.misbehave("info", { kind: "code", code: 1008, times: 1 });
    akool.misbehave("info", { kind: "code", code: 1101, times: 1 });
    await akool.finish(render.id, { webhook: "never" });
    await expectOneVideo(world(), thread);
  });
});

describe("a render past its deadline", () => {
  const world = useWorld({ akool: { autoFinish: false }, env: { RENDER_DEADLINE_MINUTES: "1" } });

  it("is told once, and the late video still comes", async () => {
    const { akool } = world();
    const { thread, render } = await askAndWait(world());
    const late = /taking much longer/;
    await thread.waitForMessage(
      (message) => message.text.startsWith(`<@${ANNA}>`) && late.test(message.text),
    );
    await thread.waitForMessage((message) => isJobMessage(message) && late.test(message.text));
    await waitForLooks(world(), render.id, 1);
    await akool.finish(render.id);
    await expectOneVideo(world(), thread);
    const told = thread.messages.filter((message) => late.test(message.text));
    expect(told).toHaveLength(1);
    expect(akool.creates).toBe(1);
  });
});
