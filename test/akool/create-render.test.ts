import { expect, it, onTestFinished } from "vitest";
import { type AkoolClientOptions, createAkoolClient } from "../../src/akool/client.ts";
import type { CreateAnswer, RenderOrder } from "../../src/job/render-api.ts";
import { findClosedPort, type Handler, sendJson, startFarEnd, startTcpFarEnd } from "./far-end.ts";

const API_KEY = "0123456789abcdef0123456789abcdef";

const order: RenderOrder = {
  photoUrl: "https://app.example/media/capability-of-the-photo/photo.jpg",
  speechUrl: "https://app.example/media/capability-of-the-speech/speech.mp3",
  resolution: "720",
};

function clientOf(apiUrl: string, options: Partial<AkoolClientOptions> = {}) {
  const client = createAkoolClient({ apiUrl, apiKey: API_KEY, auth: "api-key", ...options });
  onTestFinished(() => client.close());
  return client;
}

async function createAt(handler: Handler, options: Partial<AkoolClientOptions> = {}) {
  const { url, seen } = await startFarEnd(handler);
  const answer = await clientOf(url, options).createRender(order);
  return { answer, seen };
}

function messageOf(answer: CreateAnswer): string {
  return "error" in answer ? answer.error.message : `${answer.type} has no error`;
}

it("sends the order in AKOOL's words with the API key and nothing else, and returns the render's id", async () => {
  const { url, seen } = await startFarEnd((_request, response) =>
    sendJson(response, {
      code: 1000,
      msg: "OK",
      data: { _id: "64dd92c1f0b6684651e90e09", video_status: 1, extra: {} },
    }),
  );
  const client = clientOf(`${url}/`);
  const full = {
    ...order,
    resolution: "1080",
    gesturePrompt: "Wave.",
    webhookUrl: "https://app.example/hook",
  } as const;

  expect(await client.createRender(full)).toEqual({ type: "created", renderId: "64dd92c1f0b6684651e90e09" });
  expect(await client.createRender(order)).toMatchObject({ type: "created" });

  expect(seen[0]).toMatchObject({
    method: "POST",
    path: "/api/open/v3/content/video/createbytalkingphoto",
    headers: { "x-api-key": API_KEY, "content-type": "application/json" },
  });
  expect(seen[0]?.headers).not.toHaveProperty("authorization");
  expect(seen[0]?.body).toEqual({
    talking_photo_url: order.photoUrl,
    audio_url: order.speechUrl,
    resolution: "1080",
    prompt: "Wave.",
    webhookUrl: "https://app.example/hook",
  });
  expect(seen[1]?.body).toEqual({
    talking_photo_url: order.photoUrl,
    audio_url: order.speechUrl,
    resolution: "720",
  });
});

it("opens a new connection for every paid call, so that none is lost on one that is just being closed", async () => {
  let connections = 0;
  const port = await startTcpFarEnd((socket) => {
    connections += 1;
    const body = '{"code":1005}';
    socket.on("data", () => socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`));
  });
  const client = clientOf(`http://127.0.0.1:${port}`);
  await client.createRender(order);
  await client.createRender(order);
  expect(connections).toBe(2);
});

it.each<[string, unknown, number, Record<string, string>, CreateAnswer]>([
  ["a code on HTTP 200", { code: 1104, msg: "no" }, 200, {}, refused("akool_out_of_credit", 1104)],
  ["a code on HTTP 400", { code: 1003, msg: "no" }, 400, {}, refused("akool_parameter", 1003)],
  ["a code on HTTP 500", { code: 1200, msg: "no" }, 500, {}, refused("akool_account", 1200)],
  ["unusable media", { code: 1015 }, 200, {}, refused("akool_media_unusable", 1015, 1)],
  ["a code nobody documented", { code: 4711 }, 200, {}, refused("akool_error", 4711)],
  ["a refused key", { code: 1101 }, 401, {}, refused("akool_key_refused", 1101)],
  ["success on HTTP 500", { code: 1000, data: { _id: "a1" } }, 500, {}, created("a1")],
  ["success on HTTP 429", { code: 1000, data: { _id: "a1" } }, 429, {}, created("a1")],
  ["code 1005", { code: 1005 }, 200, {}, { type: "busy" }],
  [
    "code 1005 with Retry-After",
    { code: 1005 },
    200,
    { "retry-after": "7" },
    { type: "busy", retryAfterMs: 7000 },
  ],
  ["HTTP 429", "slow down", 429, {}, { type: "busy" }],
  ["HTTP 429 with seconds", "slow down", 429, { "retry-after": "3" }, { type: "busy", retryAfterMs: 3000 }],
  [
    "HTTP 429 with a date",
    {},
    429,
    { "retry-after": "Fri, 01 Aug 2025 12:00:30 GMT" },
    { type: "busy", retryAfterMs: 30_000 },
  ],
  [
    "HTTP 429 with a date gone by",
    {},
    429,
    { "retry-after": "Fri, 01 Aug 2025 11:00:00 GMT" },
    { type: "busy", retryAfterMs: 0 },
  ],
  ["HTTP 429 with nonsense", {}, 429, { "retry-after": "-5" }, { type: "busy" }],
  ["HTTP 401 without a code", {}, 401, {}, refused("akool_key_refused", 401)],
  ["HTTP 403 without a code", "<html>", 403, {}, refused("akool_key_refused", 403)],
  ["HTTP 404 without a code", { status: 404, msg: "no" }, 404, {}, refused("akool_error", 404)],
])("takes %s for what it is", async (_name, body, httpStatus, headers, expected) => {
  const { answer } = await createAt((_request, response) => sendJson(response, body, httpStatus, headers), {
    now: () => new Date("2025-08-01T12:00:00Z"),
  });
  expect(answer).toEqual(expected);
});

it.each<[string, unknown]>([
  ["no data", { code: 1000, msg: "OK" }],
  ["null data", { code: 1000, data: null }],
  ["no _id", { code: 1000, data: { task_id: "t1" } }],
  ["an empty _id", { code: 1000, data: { _id: "" } }],
  ["a numeric _id", { code: 1000, data: { _id: 17 } }],
  ["an _id with a line break", { code: 1000, data: { _id: "a\nb" } }],
])("calls a success with %s unclear: the render exists and cannot be named", async (_name, body) => {
  const { answer } = await createAt((_request, response) => sendJson(response, body));
  expect(messageOf(answer)).toBe("AKOOL POST createbytalkingphoto: no render id in the answer (code 1000)");
});

it.each<[string, Handler]>([
  ["an HTML page", (_request, response) => response.end("<html>busy</html>")],
  [
    "an HTML page on HTTP 502",
    (_request, response) => response.writeHead(502).end("<html>bad gateway</html>"),
  ],
  ["HTTP 408", (_request, response) => sendJson(response, {}, 408)],
  ["HTTP 500 without a code", (_request, response) => sendJson(response, { msg: "oops" }, 500)],
  ["HTTP 503 with Retry-After", (_request, response) => sendJson(response, {}, 503, { "retry-after": "5" })],
  ["a redirect", (_request, response) => response.writeHead(302, { location: "/elsewhere" }).end()],
  ["an empty body", (_request, response) => response.end()],
  ["truncated JSON", (_request, response) => response.end('{"code":1000,"data":{"_id":"64dd')],
  ["a JSON null", (_request, response) => response.end("null")],
  ["a code in words", (_request, response) => sendJson(response, { code: "1104" })],
  ["a body above 1 MB", (_request, response) => sendJson(response, { code: 1104, msg: "x".repeat(2 ** 20) })],
  ["a connection cut before the answer", (_request, response) => response.destroy()],
  [
    "a connection cut inside the answer",
    (_request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write('{"code":1104', () => response.destroy());
    },
  ],
  [
    "a connection cut inside a refusal",
    (_request, response) => {
      response.writeHead(400, { "content-length": "1000" });
      response.write("{", () => response.destroy());
    },
  ],
])("calls %s unclear and sends the order once", async (_name, handler) => {
  const { answer, seen } = await createAt(handler);
  expect(answer.type).toBe("unclear");
  expect(seen).toHaveLength(1);
});

it("calls a reply that is not HTTP unclear and keeps its text out of the error", async () => {
  const port = await startTcpFarEnd((socket) =>
    socket.on("data", () => socket.end("SECRET not http\r\n\r\n")),
  );
  const answer = await clientOf(`http://127.0.0.1:${port}`).createRender(order);
  expect(answer.type).toBe("unclear");
  expect("error" in answer && answer.error.cause).toBeUndefined();
});

it("gives up on an AKOOL that accepts the order and says nothing, and calls it unclear", async () => {
  const { answer, seen } = await createAt(() => {}, { timeouts: { createMs: 1000 } });
  expect(messageOf(answer)).toBe("AKOOL POST createbytalkingphoto: no answer in time");
  expect(answer.type).toBe("unclear");
  expect(seen).toHaveLength(1);
});

it("gives up on an answer that starts and never ends", async () => {
  const { answer } = await createAt((_request, response) => response.write('{"code":1104'), {
    timeouts: { createMs: 1000 },
  });
  expect(answer.type).toBe("unclear");
});

it("calls an order that is stopped under way unclear, and one stopped before it not sent", async () => {
  const stop = new AbortController();
  const { url, seen } = await startFarEnd(() => stop.abort());
  const client = clientOf(url);
  const answer = await client.createRender(order, stop.signal);
  expect(answer.type).toBe("unclear");
  expect(messageOf(answer)).toBe("AKOOL POST createbytalkingphoto: stopped");
  expect((await client.createRender(order, stop.signal)).type).toBe("not_sent");
  expect(seen).toHaveLength(1);
});

it("knows that nothing was sent when nobody listens", async () => {
  const answer = await clientOf(`http://127.0.0.1:${await findClosedPort()}`).createRender(order);
  expect(answer.type).toBe("not_sent");
  expect(messageOf(answer)).toBe("AKOOL POST createbytalkingphoto: no connection (ECONNREFUSED)");
});

it("knows that nothing was sent when TLS does not come about", async () => {
  const plain = await startTcpFarEnd((socket) =>
    socket.on("data", () => socket.end("HTTP/1.1 400 Bad\r\n\r\n")),
  );
  expect((await clientOf(`https://127.0.0.1:${plain}`).createRender(order)).type).toBe("not_sent");

  const hangsUp = await startTcpFarEnd((socket) => socket.once("data", () => socket.resetAndDestroy()));
  const answer = await clientOf(`https://127.0.0.1:${hangsUp}`).createRender(order);
  expect(answer.type).toBe("not_sent");
  expect(messageOf(answer)).toContain("ECONNRESET");

  const silent = await startTcpFarEnd(() => {});
  const slow = clientOf(`https://127.0.0.1:${silent}`, { timeouts: { connectMs: 150 } });
  expect(messageOf(await slow.createRender(order))).toContain("UND_ERR_CONNECT_TIMEOUT");
});

it("knows that nothing was sent when no header can carry the key", async () => {
  const { answer, seen } = await createAt((_request, response) => sendJson(response, {}), { apiKey: "a\nb" });
  expect(answer.type).toBe("not_sent");
  expect(seen).toHaveLength(0);
});

it("logs what AKOOL said of a refusal without the URLs and keys it may quote", async () => {
  const lines: unknown[] = [];
  const msg = `cannot fetch ${order.photoUrl}\u0007\nwith ${API_KEY}, sorry`;
  await createAt((_request, response) => sendJson(response, { code: 1003, msg }), {
    log: { warn: (facts) => lines.push(facts) },
  });
  expect(lines).toEqual([
    {
      call: "POST createbytalkingphoto",
      code: 1003,
      httpStatus: 200,
      said: "cannot fetch [url] with […], sorry",
    },
  ]);
});

function refused(
  reason: Extract<CreateAnswer, { type: "refused" }>["reason"],
  code: number,
  retries = 0,
): CreateAnswer {
  return { type: "refused", reason, code, retries };
}

function created(id: string): CreateAnswer {
  return { type: "created", renderId: id as Extract<CreateAnswer, { type: "created" }>["renderId"] };
}
