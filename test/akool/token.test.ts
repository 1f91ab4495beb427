import { expect, it, onTestFinished } from "vitest";
import { type AkoolClientOptions, createAkoolClient } from "../../src/akool/client.ts";
import type { RenderId } from "../../src/job/ids.ts";
import type { RenderOrder } from "../../src/job/render-api.ts";
import { type Handler, type SeenRequest, sendJson, startFarEnd } from "./far-end.ts";

const order: RenderOrder = {
  photoUrl: "https://a.example/p",
  speechUrl: "https://a.example/s",
  resolution: "720",
};
const RENDER_ID = "r1" as RenderId;
const GET_TOKEN = "/api/open/v3/getToken";
const created = { code: 1000, data: { _id: "r1", video_status: 1 } };

async function startWithTokens(onToken: Handler, onCall: Handler, options: Partial<AkoolClientOptions> = {}) {
  const { url, seen } = await startFarEnd((request, response, nth) =>
    (request.path === GET_TOKEN ? onToken : onCall)(request, response, nth),
  );
  const client = createAkoolClient({
    apiUrl: url,
    apiKey: "the-secret",
    clientId: "the-client",
    auth: "token",
    ...options,
  });
  onTestFinished(() => client.close());
  return {
    client,
    seen,
    tokenCalls: () => seen.filter(({ path }) => path === GET_TOKEN),
    calls: () => seen.filter(({ path }) => path !== GET_TOKEN),
  };
}

/** Gives out token-1, token-2 and so on. */
const countingTokens: Handler = (_request, response, nth) =>
  sendJson(response, { code: 1000, token: `token-${nth}` });

const bearerOf = ({ headers }: SeenRequest) => headers.authorization;

it("gets one token with the client id and the secret and uses it for every call, without x-api-key", async () => {
  const { client, calls, tokenCalls } = await startWithTokens(countingTokens, (_request, response) =>
    sendJson(response, created),
  );
  await Promise.all([client.createRender(order), client.readRender(RENDER_ID), client.readRender(RENDER_ID)]);
  expect(await client.createRender(order)).toEqual({ type: "created", renderId: "r1" });

  expect(tokenCalls()).toHaveLength(1);
  expect(tokenCalls()[0]).toMatchObject({
    method: "POST",
    body: { clientId: "the-client", clientSecret: "the-secret" },
  });
  expect(calls().map(bearerOf)).toEqual(Array(4).fill("Bearer token-1"));
  for (const { headers } of [...calls(), ...tokenCalls()]) expect(headers).not.toHaveProperty("x-api-key");
});

it("also finds a token under data", async () => {
  const { client, calls } = await startWithTokens(
    (_request, response) => sendJson(response, { code: 1000, data: { token: "nested" } }),
    (_request, response) => sendJson(response, created),
  );
  await client.createRender(order);
  expect(calls().map(bearerOf)).toEqual(["Bearer nested"]);
});

it.each<[string, unknown, number]>([
  ["code 1101", { code: 1101 }, 200],
  ["HTTP 401 without a code", {}, 401],
])("renews the token once on %s and repeats the refused call", async (_name, body, httpStatus) => {
  const { client, calls } = await startWithTokens(countingTokens, (request, response) =>
    bearerOf(request) === "Bearer token-1"
      ? sendJson(response, body, httpStatus)
      : sendJson(response, created),
  );
  expect(await client.createRender(order)).toEqual({ type: "created", renderId: "r1" });
  expect(calls().map(bearerOf)).toEqual(["Bearer token-1", "Bearer token-2"]);
});

it("renews a token once however many calls were refused for it", async () => {
  const { client, tokenCalls } = await startWithTokens(countingTokens, (request, response) =>
    sendJson(response, bearerOf(request) === "Bearer token-1" ? { code: 1101 } : created),
  );
  const answers = await Promise.all(Array.from({ length: 8 }, () => client.createRender(order)));
  expect(answers.every(({ type }) => type === "created")).toBe(true);
  expect(tokenCalls()).toHaveLength(2);
});

it("reports a key as refused when the renewed token is refused too", async () => {
  const { client, calls } = await startWithTokens(countingTokens, (_request, response) =>
    sendJson(response, { code: 1101 }),
  );
  expect(await client.createRender(order)).toEqual({
    type: "refused",
    reason: "akool_key_refused",
    code: 1101,
    retries: 0,
  });
  expect(calls()).toHaveLength(2);
});

it("does not renew or repeat on any other refusal or an unclear answer", async () => {
  const { client, calls, tokenCalls } = await startWithTokens(countingTokens, (_request, response, nth) => {
    if (nth === 1) sendJson(response, { code: 1104 }, 401);
    else response.destroy();
  });
  expect(await client.createRender(order)).toMatchObject({ type: "refused", code: 1104 });
  expect(await client.createRender(order)).toMatchObject({ type: "unclear" });
  expect(calls()).toHaveLength(2);
  expect(tokenCalls()).toHaveLength(1);
});

it.each<[string, Handler, object, object]>([
  [
    "is refused",
    (_request, response) => sendJson(response, { code: 1200 }),
    { type: "refused", reason: "akool_account", code: 1200 },
    { type: "refused", reason: "akool_account", code: 1200 },
  ],
  ["is busy", (_request, response) => sendJson(response, { code: 1005 }), { type: "busy" }, { type: "busy" }],
  ["is cut off", (_request, response) => response.destroy(), { type: "not_sent" }, { type: "unclear" }],
  ["is not JSON", (_request, response) => response.end("<html>"), { type: "not_sent" }, { type: "unclear" }],
  [
    "brings no token",
    (_request, response) => sendJson(response, { code: 1000 }),
    { type: "not_sent" },
    { type: "unclear" },
  ],
  [
    "is not found",
    (_request, response) => sendJson(response, {}, 404),
    { type: "refused", reason: "akool_error", code: 404 },
    { type: "unclear" },
  ],
  ["hangs", () => {}, { type: "not_sent" }, { type: "unclear" }],
])("makes no other call when getToken %s", async (_name, onToken, createAnswer, update) => {
  const { client, calls } = await startWithTokens(
    onToken,
    (_request, response) => sendJson(response, created),
    {
      timeouts: { readMs: 1500 },
    },
  );
  expect(await client.createRender(order)).toMatchObject(createAnswer);
  expect(await client.readRender(RENDER_ID)).toMatchObject(update);
  expect(calls()).toHaveLength(0);
});

it("lets one caller stop waiting for a token that the others still get", async () => {
  const stop = new AbortController();
  const held = Promise.withResolvers<void>();
  const { client } = await startWithTokens(
    (request, response, nth) => {
      stop.abort();
      held.promise.then(() => countingTokens(request, response, nth));
    },
    (_request, response) => sendJson(response, created),
  );
  const stopped = client.createRender(order, stop.signal);
  const patient = client.createRender(order);
  expect(await stopped).toMatchObject({ type: "not_sent" });
  held.resolve();
  expect(await patient).toEqual({ type: "created", renderId: "r1" });
});

it("refuses to start without the client id it needs", () => {
  expect(() => createAkoolClient({ apiUrl: "http://127.0.0.1:1", apiKey: "k", auth: "token" })).toThrow(
    "client id",
  );
});
