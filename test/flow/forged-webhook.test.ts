import { describe, expect, it } from "vitest";
import { askAndWait, expectOneVideo, jobMessageOf, sha256OfResult, waitForLooks } from "./asking.ts";
import { useWorld } from "./world.ts";

describe("a forged webhook", () => {
  const world = useWorld({ akool: { autoFinish: false } });

  it("changes nothing, whatever it says", async () => {
    const { akool, app } = world();
    const { thread, render } = await askAndWait(world());
    const other = await askAndWait(world(), "command", { words: "another one" });
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
