import { expect, it, onTestFinished } from "vitest";
import { type AkoolClientOptions, createAkoolClient } from "../../src/akool/client.ts";
import { AkoolError } from "../../src/akool/errors.ts";
import type { RenderId } from "../../src/job/ids.ts";
import type { RenderUpdate } from "../../src/job/render-api.ts";
import { findClosedPort, type Handler, sendJson, startFarEnd } from "./far-end.ts";

const RENDER_ID = "64dd92c1f0b6684651e90e09" as RenderId;
const VIDEO_URL = "https://d2qf6ukcym4kn9.cloudfront.net/1700000000000-0001.mp4";

function clientOf(apiUrl: string, options: Partial<AkoolClientOptions> = {}) {
  const client = createAkoolClient({ apiUrl, apiKey: "key", auth: "api-key", ...options });
  onTestFinished(() => client.close());
  return client;
}

async function readAt(handler: Handler, options: Partial<AkoolClientOptions> = {}) {
  const { url } = await startFarEnd(handler);
  return await clientOf(url, options).readRender(RENDER_ID);
}

const readBody = (body: unknown, httpStatus = 200, headers: Record<string, string> = {}) =>
  readAt((_request, response) => sendJson(response, body, httpStatus, headers));

const readInfo = (data: unknown) => readBody({ code: 1000, msg: "OK", data });

it("asks for the render by AKOOL's name for its id", async () => {
  const { url, seen } = await startFarEnd((_request, response) => sendJson(response, {}));
  await clientOf(url).readRender("a&b" as RenderId);
  expect(seen[0]).toMatchObject({
    method: "GET",
    path: "/api/open/v3/content/video/infobymodelid?video_model_id=a%26b",
    headers: { "x-api-key": "key" },
  });
});

it.each<[string, unknown, RenderUpdate]>([
  ["queued", { video_status: 1, video: "" }, { type: "pending" }],
  ["processing", { video_status: 2 }, { type: "pending" }],
  ["done", { video_status: 3, video: VIDEO_URL, type: 5 }, { type: "succeeded", videoUrl: VIDEO_URL }],
  [
    "done over http",
    { video_status: 3, video: "http://127.0.0.1:9/v.mp4" },
    { type: "succeeded", videoUrl: "http://127.0.0.1:9/v.mp4" },
  ],
  ["done without a URL", { video_status: 3 }, { type: "pending" }],
  ["done with an empty URL", { video_status: 3, video: "" }, { type: "pending" }],
  ["done with a null URL", { video_status: 3, video: null }, { type: "pending" }],
  ["done with half a URL", { video_status: 3, video: "/v.mp4" }, { type: "pending" }],
  ["done with a file URL", { video_status: 3, video: "file:///etc/passwd" }, { type: "pending" }],
  ["failed", { video_status: 4, video: "" }, { type: "failed", reason: "render_failed" }],
])("reads a render that is %s", async (_name, data, expected) => {
  expect(await readInfo(data)).toEqual(expected);
});

it.each<[string, Record<string, unknown>, string | undefined]>([
  [
    "the first key that says something",
    { error_reason: " ", error_code: 7, error_msg: "no face" },
    "no face",
  ],
  ["the documented key before the others", { error: "b", error_reason: "a" }, "a"],
  [
    "one line without control characters",
    { fail_msg: "no\u0000 face\r\n\u001b[31mfound" },
    "no face [31mfound",
  ],
  ["no URL", { error_message: `cannot read ${VIDEO_URL} at all` }, "cannot read [url] at all"],
  ["at most 200 characters", { faceswap_fail_reason: "no 👤 ".repeat(100) }, "no 👤 ".repeat(40)],
  ["nothing when nothing is said", { error_msg: "", error: { code: 1 } }, undefined],
])("gives as detail of a failure %s", async (_name, keys, detail) => {
  const update = await readInfo({ video_status: 4, ...keys });
  expect(update).toEqual({ type: "failed", reason: "render_failed", ...(detail && { detail }) });
});

it.each<[string, unknown, number, RenderUpdate]>([
  ["code 1008", { code: 1008 }, 200, { type: "unknown" }],
  ["code 1014", { code: 1014 }, 200, { type: "unknown" }],
  ["status 404 without a code", { status: 404, msg: "no" }, 200, { type: "unknown" }],
  ["HTTP 404", "<html>", 404, { type: "unknown" }],
  ["code 1005", { code: 1005 }, 200, { type: "busy" }],
  ["HTTP 429", "", 429, { type: "busy" }],
  ["code 1101", { code: 1101 }, 200, { type: "refused", reason: "akool_key_refused", code: 1101 }],
  ["code 1200", { code: 1200 }, 200, { type: "refused", reason: "akool_account", code: 1200 }],
  ["code 1104", { code: 1104 }, 200, { type: "refused", reason: "akool_out_of_credit", code: 1104 }],
  ["code 1009", { code: 1009 }, 200, { type: "refused", reason: "akool_permission", code: 1009 }],
  ["HTTP 401", {}, 401, { type: "refused", reason: "akool_key_refused", code: 401 }],
])("takes %s for what it is", async (_name, body, httpStatus, expected) => {
  expect(await readBody(body, httpStatus)).toEqual(expected);
});

it("passes on how long AKOOL wants to be left alone", async () => {
  expect(await readBody({}, 429, { "retry-after": "12" })).toEqual({ type: "busy", retryAfterMs: 12_000 });
});

it.each<[string, Handler]>([
  ["code 1015", (_request, response) => sendJson(response, { code: 1015 })],
  ["an unknown code", (_request, response) => sendJson(response, { code: 4711 })],
  [
    "an unknown status",
    (_request, response) => sendJson(response, { code: 1000, data: { video_status: 5 } }),
  ],
  [
    "a status in words",
    (_request, response) => sendJson(response, { code: 1000, data: { video_status: "3" } }),
  ],
  ["no data", (_request, response) => sendJson(response, { code: 1000 })],
  ["HTTP 500", (_request, response) => sendJson(response, {}, 500)],
  ["HTML", (_request, response) => response.end("<html></html>")],
  ["a cut connection", (_request, response) => response.destroy()],
  ["silence", () => {}],
])("calls %s unclear", async (_name, handler) => {
  const update = await readAt(handler, { timeouts: { readMs: 500 } });
  expect(update).toMatchObject({ type: "unclear", error: expect.any(AkoolError) });
});

it("calls it unclear when AKOOL cannot be reached", async () => {
  const update = await clientOf(`http://127.0.0.1:${await findClosedPort()}`).readRender(RENDER_ID);
  expect(update.type).toBe("unclear");
});

it("reads the account's credit", async () => {
  const { url, seen } = await startFarEnd((_request, response) =>
    sendJson(response, { code: 1000, msg: "ok", data: { credit: 123.5 } }),
  );
  expect(await clientOf(url).readCredit()).toEqual({ credit: 123.5 });
  expect(seen[0]).toMatchObject({ method: "GET", path: "/api/open/v3/faceswap/quota/info" });
});

it.each<[string, unknown, number, object]>([
  [
    "a code",
    { code: 1101 },
    200,
    { code: 1101, message: "AKOOL GET quota/info: invalid or expired authorization (code 1101)" },
  ],
  ["HTTP 401", "", 401, { httpStatus: 401, message: "AKOOL GET quota/info: key refused (HTTP 401)" }],
  ["no credit in the answer", { code: 1000, data: {} }, 200, { code: 1000 }],
])("throws an AkoolError when reading the credit brings %s", async (_name, body, httpStatus, facts) => {
  const { url } = await startFarEnd((_request, response) => sendJson(response, body, httpStatus));
  const error = await clientOf(url)
    .readCredit()
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(AkoolError);
  expect(error).toMatchObject(facts);
});
