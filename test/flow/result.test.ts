import { describe, expect, it } from "vitest";
import { ANNA } from "../../src/sandbox/slack/slack-sandbox.ts";
import {
  ask,
  DOORS,
  expectFailure,
  expectOneVideo,
  isJobMessage,
  jobMessageOf,
  sha256OfResult,
} from "./asking.ts";
import { shareWorld, type World } from "./world.ts";

/** In real time the next look at a render is half a minute away: only a webhook can be quicker. */
const REAL_TIME = { TIME_SCALE: "1" };

describe.each([
  ["by webhook", { env: REAL_TIME }],
  ["by polling alone", { polling: true }],
  ["by webhook and polling", {}],
])("a result that comes %s", (way, options) => {
  const world = shareWorld(options);

  it.each(DOORS)("is one video for a request by %s", async (door) => {
    const { akool } = world();
    const creates = akool.creates;
    await expectOneVideo(world(), await ask(world(), door));
    expect(akool.creates).toBe(creates + 1);
    const hasAddress = akool.renders.at(-1)?.webhookUrl !== undefined;
    expect(hasAddress).toBe(way !== "by polling alone");
  });
});

/** Resolves once the app has asked AKOOL about the render this many times more. */
async function waitForLooks({ akool, slack }: World, renderId: string, more: number): Promise<void> {
  const looks = () =>
    akool.calls.filter((call) => call.endpoint === "info" && call.renderId === renderId).length;
  const enough = looks() + more;
  const giveUpAt = Date.now() + 10_000;
  while (looks() < enough) {
    if (Date.now() > giveUpAt) throw new Error(`no ${more} looks more; ${slack.problems.join("; ")}`);
    await new Promise((again) => setTimeout(again, 10));
  }
}

async function askAndWait(world: World) {
  const before = world.akool.creates;
  const thread = await ask(world, "command");
  const render = await world.akool.waitForCreate(before + 1);
  await thread.waitForMessage("AKOOL is making the video");
  return { thread, render };
}

describe("the webhook of a finished render", () => {
  const world = shareWorld({ akool: { autoFinish: false } });

  it.each(["twice", "ten", "never", "early_without_url_then_with"] as const)(
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
  const world = shareWorld({ akool: { webhookMode: "early" } });

  it("makes one video", async () => {
    const { akool } = world();
    await expectOneVideo(world(), await ask(world(), "command"));
    expect(akool.creates).toBe(1);
    expect(akool.webhooks.map((sent) => sent.answers)).toEqual([[200]]);
  });
});

describe("a forged webhook", () => {
  const world = shareWorld({ akool: { autoFinish: false } });

  it("changes nothing, whatever it says", async () => {
    const { akool, app } = world();
    const { thread, render } = await askAndWait(world());
    const other = await askAndWait(world());
    const url = render.webhookUrl ?? "";
    const done = (id: string) => ({
      payload: { _id: id, status: 3, type: "talking photo", url: "https://example.com/forged.mp4" },
    });
    const statusOf = async (to: string, forged: Parameters<typeof akool.forgeWebhook>[1]) =>
      (await akool.forgeWebhook(to, forged)).status;

    expect(await statusOf(url, { ...done(render.id), signature: "0".repeat(40) })).toBe(401);
    expect(await statusOf(url, { ...done(render.id), clientSecret: "x".repeat(32) })).toBe(401);
    expect(await statusOf(url, { ...done(render.id), clientId: "AAAAAAAAAAAAAAAAAAAAAA==" })).toBe(401);
    const madeUp = `${app.url}/akool/webhook/${"A".repeat(url.split("/").at(-1)?.length ?? 0)}`;
    expect(await statusOf(madeUp, done(render.id))).toBe(404);
    expect(await statusOf(`${app.url}/akool/webhook/`, done(render.id))).toBe(404);
    expect(await statusOf(url, { rawBody: "hello" })).toBe(400);
    expect(await statusOf(url, { rawBody: "null" })).toBe(400);
    expect(await statusOf(url, { payload: { hello: "world" } })).toBe(400);
    expect(await statusOf(url, done(other.render.id))).toBe(400);
    // Rightly signed, for the right render: stored, and then AKOOL itself says that nothing is done yet.
    expect(await statusOf(url, done(render.id))).toBe(200);
    await waitForLooks(world(), render.id, 2);
    for (const each of [thread, other.thread]) {
      expect(each.files).toEqual([]);
      expect(jobMessageOf(each).text).toContain("AKOOL is making the video");
    }

    await akool.finish(other.render.id);
    await akool.finish(render.id);
    await expectOneVideo(world(), other.thread);
    const video = await expectOneVideo(world(), thread);
    expect(video.content.sha256).toBe(await sha256OfResult(render.videoUrl));
  });

  it("of a failure fails nothing", async () => {
    const { akool } = world();
    const { thread, render } = await askAndWait(world());
    const failed = { payload: { _id: render.id, status: 4, type: "talking photo" } };
    expect(await akool.forgeWebhook(render.webhookUrl ?? "", failed)).toMatchObject({ status: 200 });
    await waitForLooks(world(), render.id, 2);
    await akool.finish(render.id);
    await expectOneVideo(world(), thread);
  });
});

describe("a render that goes wrong", () => {
  const world = shareWorld({ akool: { autoFinish: false } });

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
  const world = shareWorld({ akool: { autoFinish: false }, env: { RENDER_DEADLINE_MINUTES: "1" } });

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

const GENERIC = /AKOOL answered with an error/;
const ADMIN = /tell the person who runs this app/;

describe("a code that AKOOL answers create with", () => {
  const world = shareWorld({ polling: true });

  it.each([
    [1003, /did not accept the request/],
    [1004, ADMIN],
    [1006, /no credit left/],
    [1007, /too many faces/],
    [1008, GENERIC],
    [1009, /does not allow/],
    [1010, GENERIC],
    [1011, GENERIC],
    [1013, /recording/],
    [1014, GENERIC],
    [1015, /photo or recording.*clear face/],
    [1016, GENERIC],
    [1017, /could not use the recording/],
    [1101, /refused this app's key/],
    [1102, /refused this app's key/],
    [1103, /no credit left/],
    [1104, /no credit left/],
    [1105, GENERIC],
    [1108, /photo/],
    [1109, ADMIN],
    [1110, /could not use the recording/],
    [1111, GENERIC],
    [1112, /could not use the recording/],
    [1200, ADMIN],
    [1201, /could not use the recording/],
    [1202, GENERIC],
    [1203, /recording/],
    [1204, /too long/],
    [1205, GENERIC],
    [1206, GENERIC],
    [1207, /too big/],
    [1208, /could not use this photo or recording/],
    [1209, /could not use this photo or recording/],
    [1210, /could not use this photo or recording/],
    [1211, GENERIC],
    [1212, GENERIC],
    [1213, ADMIN],
    [1214, GENERIC],
    [1221, ADMIN],
    [1222, GENERIC],
    [1223, GENERIC],
    [4711, GENERIC],
  ])("%i ends the job with a sentence, and no code in it", async (code, sentence) => {
    const { akool } = world();
    akool.misbehave("create", { kind: "code", code, times: 10 });
    const thread = await ask(world(), "command");
    await expectFailure(thread, sentence);
    expect(jobMessageOf(thread).text).not.toContain(String(code));
    expect(akool.creates).toBe(0);
  });

  it.each([
    ["1005", { kind: "code", code: 1005, times: 3 }],
    ["429 with Retry-After", { kind: "429", retryAfterSeconds: 1 }],
    ["1015 once", { kind: "code", code: 1015 }],
  ] as const)("that means try again (%s) is tried again, and pays once", async (_what, how) => {
    const { akool } = world();
    const creates = akool.creates;
    akool.misbehave("create", how);
    await expectOneVideo(world(), await ask(world(), "command"));
    expect(akool.creates).toBe(creates + 1);
  });

  it("of no credit is told once credit has really run out", async () => {
    const { akool } = world();
    const { credit } = akool;
    akool.credit = 0;
    await expectFailure(await ask(world(), "share"), /no credit left/);
    akool.credit = credit;
  });
});
