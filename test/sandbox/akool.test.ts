import { createHash } from "node:crypto";
import { ALL_FORMATS, BufferSource, Input } from "mediabunny";
import { describe, expect, it, vi } from "vitest";
import { CREATE, CREDIT, get, info, photo, post, start, TOKEN } from "./akool-world.ts";

describe("the sandbox's account", () => {
  it("has credentials of AKOOL's real lengths", async () => {
    const { akool } = await start();
    expect(akool.apiKey).toHaveLength(32);
    expect(akool.clientId).toMatch(/^.{22}==$/);
  });

  it("answers 1102 without credentials and 1101 with wrong ones", async () => {
    const { akool } = await start();
    expect(await get(akool, CREDIT, {})).toMatchObject({ status: 200, body: { code: 1102 } });
    expect(await get(akool, CREDIT, { "x-api-key": "wrong" })).toMatchObject({ body: { code: 1101 } });
    expect(await get(akool, CREDIT, { authorization: "Bearer wrong" })).toMatchObject({
      body: { code: 1101 },
    });
    expect(await get(akool, CREDIT)).toMatchObject({
      body: { code: 1000, msg: "OK", data: { credit: 1000 } },
    });
    expect(akool.problems).toEqual([]);
  });

  it("gives out bearer tokens at the top level, until they are revoked", async () => {
    const { akool } = await start({ authStatus: 401 });
    const { clientId, apiKey: clientSecret } = akool;
    const { body } = await post(akool, TOKEN, { clientId, clientSecret }, {});
    expect(body.code).toBe(1000);
    const bearer = { authorization: `Bearer ${body.token}` };
    expect(await get(akool, CREDIT, bearer)).toMatchObject({ body: { code: 1000 } });
    akool.revokeTokens();
    expect(await get(akool, CREDIT, bearer)).toMatchObject({ status: 401, body: { code: 1101 } });
    const refused = await post(akool, TOKEN, { clientId, clientSecret: "wrong" }, {});
    expect(refused.body.code).toBe(1101);
  });

  it("holds two ways of signing in at once against the app, and lets Authorization win", async () => {
    const { akool } = await start();
    const { body } = await get(akool, CREDIT, { authorization: "Bearer old", "x-api-key": akool.apiKey });
    expect(body.code).toBe(1101);
    expect(akool.problems).toHaveLength(1);
  });
});

describe("the sandbox's create", () => {
  it("fetches both inputs and answers with the documented object in full", async () => {
    const { akool, order } = await start();
    const { body } = await post(akool, CREATE, { ...order, prompt: "wave" });
    expect(body).toMatchObject({ code: 1000, msg: "OK" });
    expect(body.data).toEqual({
      _id: expect.stringMatching(/^[0-9a-f]{24}$/),
      uid: expect.any(Number),
      type: 5,
      from: 2,
      faceswap_quality: 2,
      storage_loc: 1,
      external_video: "",
      __v: 0,
      video_status: 1,
      video: "",
      talking_photo: expect.stringMatching(/\.jpeg$/),
      prompt: "wave",
      resolution: "720",
      create_time: expect.any(Number),
      video_lock_duration: expect.closeTo(6.7, 0),
      deduction_lock_duration: 10,
    });
    const seconds = Number.parseInt(body.data._id.slice(0, 8), 16);
    expect(seconds).toBe(Math.floor(body.data.create_time / 1000));
    expect(akool.creates).toBe(1);
    expect(akool.renders[0]?.order).toEqual({ ...order, prompt: "wave" });
    expect(akool.renders[0]?.inputs.photo).toEqual({
      status: 200,
      contentType: "image/jpeg",
      bytes: photo,
      sha256: createHash("sha256").update(photo).digest("hex"),
    });
    expect(akool.problems).toEqual([]);
  });

  it.each([
    ["a resolution that is a number", { resolution: 720 }],
    ['"720p"', { resolution: "720p" }],
    ["a missing photo", { talking_photo_url: undefined }],
    ["a recording that is no URL", { audio_url: "speech.mp3" }],
    ["a prompt that is no string", { prompt: ["wave"] }],
    ["a webhook that is no URL", { webhookUrl: "webhook" }],
    ["a field that AKOOL does not have", { metadata: {} }],
  ])("answers 1003 to %s and reports it", async (_fault, change) => {
    const { akool, order } = await start();
    expect(await post(akool, CREATE, { ...order, ...change })).toMatchObject({
      status: 200,
      body: { code: 1003 },
    });
    expect(akool.problems).toHaveLength(1);
    expect(akool.creates).toBe(0);
  });

  it.each([
    ["a photo that is not there", { talking_photo_url: "/gone.jpg" }],
    ["a photo behind a redirect", { talking_photo_url: "/redirect.jpg" }],
    ["a photo cut short", { talking_photo_url: "/cut.jpg" }],
    ["a web page for a photo", { talking_photo_url: "/page.html" }],
    ["a web page for a recording", { audio_url: "/page.html" }],
    ["a recording in a format AKOOL does not take", { audio_url: "/clip.webm" }],
    ["a host that does not answer", { audio_url: "http://127.0.0.1:1/speech.mp3" }],
  ])("answers 1015 without data to %s", async (_fault, change) => {
    const { akool, order, outside } = await start();
    const absolute = Object.fromEntries(
      Object.entries(change).map(([name, path]) => [name, new URL(path, outside.url).href]),
    );
    const { status, body } = await post(akool, CREATE, { ...order, ...absolute });
    expect({ status, body }).toEqual({ status: 200, body: { code: 1015, msg: expect.any(String) } });
    expect(akool.creates).toBe(0);
    expect(akool.problems).toEqual([]);
  });

  it("answers 1104 when the credit does not cover the recording", async () => {
    const { akool, order } = await start({ credit: 9 });
    expect((await post(akool, CREATE, order)).body.code).toBe(1104);
    expect(akool.creates).toBe(0);
  });

  it("answers 404 to an unknown path and reports it", async () => {
    const { akool } = await start();
    expect(await get(akool, "/api/open/v3/content/video/status/1")).toMatchObject({ status: 404 });
    expect(akool.problems).toHaveLength(1);
  });
});

describe("a render in the sandbox", () => {
  it("finishes by itself, takes its credits, and serves a playable mp4 until it expires", async () => {
    const { akool, order } = await start({ autoFinish: true, renderSeconds: 0.03 });
    const { _id } = (await post(akool, CREATE, order)).body.data;
    await vi.waitFor(async () => expect((await info(akool, _id)).data.video_status).toBe(3));
    const { video } = (await info(akool, _id)).data;
    const response = await fetch(video);
    const mp4 = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get("content-type")).toBe("video/mp4");
    expect(response.headers.get("content-length")).toBe(String(mp4.length));
    const input = new Input({ source: new BufferSource(mp4), formats: ALL_FORMATS });
    expect(await (await input.getPrimaryVideoTrack())?.getCodec()).toBe("avc");
    expect(await (await input.getPrimaryAudioTrack())?.getCodec()).toBe("mp3");
    const head = await fetch(video, { method: "HEAD" });
    expect(head.headers.get("content-length")).toBe(String(mp4.length));
    expect(akool.credit).toBe(990);
    akool.expire(_id);
    expect((await fetch(video)).status).toBe(404);
    expect(akool.problems).toEqual([]);
  });

  it("is the photo and the recording when the renderer is real", async () => {
    const { akool, order, outside } = await start({ renderer: "real" });
    await post(akool, CREATE, { ...order, audio_url: `${outside.url}/short.mp3` });
    const { videoUrl } = await akool.finish();
    const mp4 = Buffer.from(await (await fetch(videoUrl)).arrayBuffer());
    const input = new Input({ source: new BufferSource(mp4), formats: ALL_FORMATS });
    expect(await (await input.getPrimaryAudioTrack())?.computeDuration()).toBeCloseTo(1, 0);
  });

  it("differs from every other", async () => {
    const { akool, order } = await start();
    await post(akool, CREATE, order);
    await post(akool, CREATE, order);
    const files = [await akool.finish(akool.renders[0]?.id), await akool.finish(akool.renders[1]?.id)];
    const [one, other] = await Promise.all(files.map(async ({ videoUrl }) => (await fetch(videoUrl)).text()));
    expect(one).not.toBe(other);
  });

  it("is unknown under any other id", async () => {
    const { akool } = await start();
    expect(await info(akool, "64dd92c1f0b6684651e90e09")).toEqual({ code: 1008, msg: expect.any(String) });
  });

  it("can fail, and can be done before it has a URL", async () => {
    const { akool, order } = await start();
    const failed = (await post(akool, CREATE, order)).body.data._id;
    await akool.fail(failed, { reason: "no face" });
    expect((await info(akool, failed)).data).toMatchObject({ video_status: 4, error_reason: "no face" });

    const done = (await post(akool, CREATE, order)).body.data._id;
    await akool.doneWithoutUrl();
    expect((await info(akool, done)).data).toMatchObject({ video_status: 3, video: "" });
    await akool.finish();
    expect((await info(akool, done)).data.video).toMatch(/\/results\/[0-9a-f]{24}\.mp4$/);
    expect(akool.credit).toBe(990);
  });

  it("may be awaited before it is ordered", async () => {
    const { akool, order } = await start();
    const created = akool.waitForCreate();
    const finished = akool.finish();
    await post(akool, CREATE, order);
    expect((await created).id).toBe((await finished).id);
    await expect(akool.waitForCreate(2, 0)).rejects.toThrow("no create number 2");
  });

  it("can come with a file of any size, made up while it is sent", async () => {
    const bigResult = { bytes: 3_000_001, bytesPerSecond: 60_000_000 };
    const { akool, order } = await start({ bigResult });
    await post(akool, CREATE, order);
    const { videoUrl } = await akool.finish();
    const file = Buffer.from(await (await fetch(videoUrl)).arrayBuffer());
    expect(file).toHaveLength(bigResult.bytes);
    expect(file.toString("latin1", 4, 8)).toBe("ftyp");
  });
});
