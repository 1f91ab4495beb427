import { describe, expect, it } from "vitest";
import type { FailureReason } from "../../src/job/failure.ts";
import type { SpeechId } from "../../src/job/ids.ts";
import type { SpeakAnswer, SpeechOrder } from "../../src/job/speech-api.ts";
import type { Misbehaviour } from "../../src/sandbox/akool/misbehaviour.ts";
import type { AkoolSandbox } from "../../src/sandbox/akool/start-akool.ts";
import { findClosedPort, type Handler, sendJson, startFarEnd } from "./far-end.ts";
import { clientOf, startWithClient } from "./sandbox-client.ts";

const TTS = "/api/open/v4/voice/tts";
const OLD_CREATE = "/api/open/v3/audio/create";
const ID = "64dd92c1f0b6684651e90e09";
const FILE = "https://d2qf6ukcym4kn9.cloudfront.net/speech.mp3";

const order: SpeechOrder = { text: "Good morning.", voiceId: "voice-1" };

function orderTo(akool: AkoolSandbox): SpeechOrder {
  return { ...order, voiceId: akool.voices.find(({ own }) => !own)?.voiceId ?? "" };
}

function paidCalls({ calls }: AkoolSandbox): string[] {
  return calls.map(({ endpoint }) => endpoint).filter((name) => name.startsWith("speak"));
}

function idOf(answer: SpeakAnswer): SpeechId {
  if (answer.type !== "created") throw new Error(`the speech was not created: ${answer.type}`);
  return answer.speechId;
}

describe("ordering a speech", () => {
  it("asks v4 in AKOOL's words and returns the speech's id", async () => {
    const { akool, client } = await startWithClient();
    const full = { ...orderTo(akool), languageCode: "pl", webhookUrl: "https://app.example/hook" };
    const answer = await client.createSpeech(full);
    expect(answer).toEqual({ type: "created", speechId: akool.speeches[0]?.id });
    expect(akool.speeches[0]).toMatchObject({ generation: "v4" });
    expect(akool.speeches[0]?.order).toEqual({
      input_text: full.text,
      voice_id: full.voiceId,
      language_code: "pl",
      webhookUrl: "https://app.example/hook",
    });
    expect(paidCalls(akool)).toEqual(["speak"]);
    expect(akool.problems).toEqual([]);
  });

  it("leaves out the language and the webhook that it was not given", async () => {
    const { akool, client } = await startWithClient();
    await client.createSpeech(orderTo(akool));
    expect(akool.speeches[0]?.order).toEqual({
      input_text: order.text,
      voice_id: orderTo(akool).voiceId,
    });
    expect(akool.problems).toEqual([]);
  });

  it("asks v3 when the account has no v4, in v3's words", async () => {
    const { akool, client } = await startWithClient({ voiceLab: false });
    const webhookUrl = "https://app.example/hook";
    const answer = await client.createSpeech({ ...orderTo(akool), languageCode: "pl", webhookUrl });
    expect(answer).toEqual({ type: "created", speechId: `v3:${akool.speeches[0]?.id}` });
    expect(akool.speeches[0]?.order).toEqual({
      input_text: order.text,
      voice_id: orderTo(akool).voiceId,
      rate: "100%",
      webhookUrl,
    });
    expect(paidCalls(akool)).toEqual(["speak", "speak_v3"]);
    expect(akool.speechCreates).toBe(1);
    expect(akool.problems).toEqual([]);
  });

  it("returns the address of a v3 speech that was done within the call", async () => {
    const { akool, client } = await startWithClient({ voiceLab: false, autoSpeak: true });
    const answer = await client.createSpeech(orderTo(akool));
    const [speech] = akool.speeches;
    expect(speech?.url).toMatch(/^http/);
    expect(answer).toEqual({ type: "created", speechId: `v3:${speech?.id}`, url: speech?.url });
  });

  it("returns the address of a v4 speech that was done within the call", async () => {
    const { url } = await startFarEnd((_request, response) =>
      sendJson(response, { code: 1000, data: { _id: ID, status: 3, preview: FILE } }),
    );
    expect(await clientOf(url).createSpeech(order)).toEqual({ type: "created", speechId: ID, url: FILE });
  });

  it.each([
    ["of a speech that is still queued", { status: 1, preview: FILE }],
    ["that is no web address", { status: 3, preview: "file:///etc/passwd" }],
    ["that is null", { status: 3, preview: null }],
    ["of a speech without a status", { preview: FILE }],
  ])("does not return an address %s", async (_name, data) => {
    const { url } = await startFarEnd((_request, response) =>
      sendJson(response, { code: 1000, data: { _id: ID, ...data } }),
    );
    expect(await clientOf(url).createSpeech(order)).toEqual({ type: "created", speechId: ID });
  });

  it.each<[string, number, unknown]>([
    ["HTTP 404", 404, { status: 404, msg: "not found" }],
    ["HTTP 405", 405, {}],
    ["HTTP 200 with a status of 404 and no code", 200, { status: 404, msg: "not found" }],
  ])("takes %s for a call that AKOOL does not have, and asks v3", async (_name, httpStatus, body) => {
    const { url, seen } = await startFarEnd(({ path }, response) =>
      path === TTS
        ? sendJson(response, body, httpStatus)
        : sendJson(response, { code: 1000, data: { _id: ID, status: 1, url: "" } }),
    );
    expect(await clientOf(url).createSpeech(order)).toEqual({ type: "created", speechId: `v3:${ID}` });
    expect(seen.map(({ path }) => path)).toEqual([TTS, OLD_CREATE]);
  });

  it.each<[string, Misbehaviour, number]>([
    ["a connection dropped before the effect", { kind: "drop" }, 0],
    ["a connection dropped after it", { kind: "drop", when: "after" }, 1],
    ["HTTP 500", { kind: "status", status: 500 }, 0],
    ["HTTP 502 after the effect", { kind: "status", status: 502, when: "after" }, 1],
    ["HTTP 504", { kind: "status", status: 504 }, 0],
    ["a web page", { kind: "html", when: "after" }, 1],
    ["an answer cut short", { kind: "cut_body" }, 1],
  ])("calls %s unclear and pays for nothing else", async (_name, how, speeches) => {
    const { akool, client } = await startWithClient();
    akool.misbehave("speak", how);
    expect((await client.createSpeech(orderTo(akool))).type).toBe("unclear");
    expect(paidCalls(akool)).toEqual(["speak"]);
    expect(akool.speechCreates).toBe(speeches);
  });

  it.each<["before" | "after", number]>([
    ["before", 0],
    ["after", 1],
  ])("calls silence %s the effect unclear and pays for nothing else", async (when, speeches) => {
    const { akool, client } = await startWithClient({}, { timeouts: { createMs: 1000 } });
    akool.misbehave("speak", { kind: "hang", when });
    const answer = await client.createSpeech(orderTo(akool));
    expect(answer).toMatchObject({ type: "unclear", error: { message: expect.stringContaining("in time") } });
    expect(paidCalls(akool)).toEqual(["speak"]);
    expect(akool.speechCreates).toBe(speeches);
  });

  it.each<[string, Misbehaviour]>([
    ["a connection dropped", { kind: "drop", when: "after" }],
    ["HTTP 500", { kind: "status", status: 500, when: "after" }],
  ])("calls %s by v3 unclear, and does not ask again", async (_name, how) => {
    const { akool, client } = await startWithClient({ voiceLab: false });
    akool.misbehave("speak_v3", how);
    expect((await client.createSpeech(orderTo(akool))).type).toBe("unclear");
    expect(paidCalls(akool)).toEqual(["speak", "speak_v3"]);
    expect(akool.speechCreates).toBe(1);
  });

  it.each([
    ["no data", undefined],
    ["no _id", { status: 1 }],
    ["an empty _id", { _id: "", status: 1 }],
  ])("calls a success with %s unclear: the speech exists and cannot be named", async (_name, data) => {
    const { url, seen } = await startFarEnd((_request, response) => sendJson(response, { code: 1000, data }));
    expect(await clientOf(url).createSpeech(order)).toMatchObject({
      type: "unclear",
      error: { message: "AKOOL POST voice/tts: no speech id in the answer (code 1000)" },
    });
    expect(seen).toHaveLength(1);
  });

  it("knows that nothing was sent when nobody listens, and when it was stopped before", async () => {
    const closed = clientOf(`http://127.0.0.1:${await findClosedPort()}`);
    expect((await closed.createSpeech(order)).type).toBe("not_sent");
    const { akool, client } = await startWithClient();
    expect((await client.createSpeech(orderTo(akool), AbortSignal.abort())).type).toBe("not_sent");
    expect(akool.calls).toEqual([]);
  });

  it.each<[string, Misbehaviour, SpeakAnswer]>([
    ["code 1005", { kind: "code", code: 1005 }, { type: "busy" }],
    ["HTTP 429", { kind: "status", status: 429 }, { type: "busy" }],
    [
      "HTTP 429 with Retry-After",
      { kind: "429", retryAfterSeconds: 7 },
      { type: "busy", retryAfterMs: 7000 },
    ],
  ])("is told by %s to come again later", async (_name, how, expected) => {
    const { akool, client } = await startWithClient();
    akool.misbehave("speak", how);
    expect(await client.createSpeech(orderTo(akool))).toEqual(expected);
    expect(paidCalls(akool)).toEqual(["speak"]);
    expect(akool.speechCreates).toBe(0);
  });

  it.each<[number, FailureReason, number]>([
    [1003, "akool_text_unusable", 0],
    [1006, "akool_out_of_credit", 0],
    [1008, "akool_voice_unknown", 0],
    [1009, "akool_permission", 0],
    [1014, "akool_voice_unknown", 0],
    [1101, "akool_key_refused", 0],
    [1104, "akool_out_of_credit", 0],
    [1201, "akool_error", 1],
    [1204, "akool_text_unusable", 0],
    [1207, "akool_text_unusable", 0],
    [4711, "akool_error", 0],
  ])("takes code %i for %s, and does not ask v3", async (code, reason, retries) => {
    const { akool, client } = await startWithClient();
    akool.misbehave("speak", { kind: "code", code });
    expect(await client.createSpeech(orderTo(akool))).toEqual({ type: "refused", reason, code, retries });
    expect(paidCalls(akool)).toEqual(["speak"]);
  });

  it("is refused a voice and a text by the stand-in itself, in both generations", async () => {
    for (const voiceLab of [true, false]) {
      const { akool, client } = await startWithClient({ voiceLab });
      expect(await client.createSpeech(order)).toMatchObject({ reason: "akool_voice_unknown", code: 1008 });
      const blank = { ...orderTo(akool), text: " " };
      expect(await client.createSpeech(blank)).toMatchObject({ reason: "akool_text_unusable", code: 1003 });
      akool.credit = 0;
      expect(await client.createSpeech(orderTo(akool))).toMatchObject({ reason: "akool_out_of_credit" });
      expect(akool.speechCreates).toBe(0);
    }
  });
});

describe.each([
  ["v4", true],
  ["v3", false],
])("reading a speech of %s", (generation, voiceLab) => {
  async function startOne() {
    const { akool, client } = await startWithClient({ voiceLab });
    const speechId = idOf(await client.createSpeech(orderTo(akool)));
    return { akool, client, speechId, read: () => client.readSpeech(speechId) };
  }

  it("finds it pending, done without its address still pending, and then done", async () => {
    const { akool, read } = await startOne();
    expect(await read()).toEqual({ type: "pending" });
    await akool.speechDoneWithoutUrl();
    expect(await read()).toEqual({ type: "pending" });
    const { url } = await akool.finishSpeech();
    expect(url).toMatch(/^http/);
    // v3 does not say what it cost.
    const credits = generation === "v4" ? { credits: akool.speeches[0]?.deduction } : {};
    expect(await read()).toEqual({ type: "succeeded", url, ...credits });
    expect(akool.speechCreates).toBe(1);
    expect(akool.problems).toEqual([]);
  });

  it("finds it failed, with AKOOL's words where there are some", async () => {
    const { akool, read } = await startOne();
    await akool.failSpeech(undefined, { reason: "unsupported language" });
    expect(await read()).toEqual({
      type: "failed",
      reason: "akool_text_unusable",
      detail: "unsupported language",
    });
  });

  it("finds it failed without any words", async () => {
    const { akool, read } = await startOne();
    await akool.failSpeech();
    expect(await read()).toEqual({ type: "failed", reason: "akool_text_unusable" });
  });

  it("finds it by the bare id that a webhook names", async () => {
    const { akool, client } = await startOne();
    const bare = (await akool.finishSpeech()).id as SpeechId;
    expect(await client.readSpeech(bare)).toMatchObject({ type: "succeeded", url: akool.speeches[0]?.url });
  });

  it("tells an unreadable answer from one that is not there", async () => {
    const { akool, read } = await startOne();
    const endpoint = generation === "v4" ? "speech" : "speech_v3";
    akool.misbehave(endpoint, { kind: "drop" });
    expect((await read()).type).toBe("unclear");
    akool.misbehave(endpoint, { kind: "status", status: 500 });
    expect((await read()).type).toBe("unclear");
    akool.misbehave(endpoint, { kind: "429", retryAfterSeconds: 2 });
    expect(await read()).toEqual({ type: "busy", retryAfterMs: 2000 });
    akool.misbehave(endpoint, { kind: "code", code: 1101 });
    expect(await read()).toEqual({ type: "refused", reason: "akool_key_refused", code: 1101 });
    akool.misbehave(endpoint, { kind: "code", code: 1014 });
    expect(await read()).toEqual({ type: "unknown" });
    expect(await read()).toEqual({ type: "pending" });
  });

  it("does not know an id that nobody was given", async () => {
    const { client } = await startOne();
    expect(await client.readSpeech(ID as SpeechId)).toEqual({ type: "unknown" });
    expect(await client.readSpeech(`v3:${ID}` as SpeechId)).toEqual({ type: "unknown" });
  });
});

it("looks for a bare id in v3 only when v4 does not know it", async () => {
  const { akool, client } = await startWithClient();
  const speechId = idOf(await client.createSpeech(orderTo(akool)));
  await client.readSpeech(speechId);
  akool.misbehave("speech", { kind: "drop" });
  await client.readSpeech(speechId);
  expect(akool.calls.map(({ endpoint }) => endpoint)).not.toContain("speech_v3");
});

it.each<[string, unknown]>([
  ["a status nobody documented", { result: { status: 7 } }],
  ["no result", {}],
  ["null", null],
])("calls an answer with %s unclear", async (_name, data) => {
  const handler: Handler = (_request, response) => sendJson(response, { code: 1000, data });
  const { url, seen } = await startFarEnd(handler);
  expect((await clientOf(url).readSpeech(ID as SpeechId)).type).toBe("unclear");
  expect(seen).toHaveLength(1);
});

it("puts an id into the address as one part of it", async () => {
  const { url, seen } = await startFarEnd((_request, response) => sendJson(response, { code: 1008 }));
  await clientOf(url).readSpeech("a/b?c" as SpeechId);
  expect(seen.map(({ path }) => path)).toEqual([
    "/api/open/v4/voice/resource/detail/a%2Fb%3Fc",
    "/api/open/v3/audio/infobymodelid?audio_model_id=a%2Fb%3Fc",
  ]);
});
