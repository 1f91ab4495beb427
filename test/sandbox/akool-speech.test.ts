import { ALL_FORMATS, BufferSource, Input } from "mediabunny";
import { expect, it } from "vitest";
import { parseWebhook } from "../../src/akool/webhook.ts";
import type { AkoolSandbox } from "../../src/sandbox/akool/start-akool.ts";
import { post, start } from "./akool-world.ts";

const SPEAK = "/api/open/v4/voice/tts";
const OLD_SPEAK = "/api/open/v3/audio/create";

function orderTo({ voices }: AkoolSandbox) {
  return { input_text: "Good morning, everybody.", voice_id: voices[0]?.voiceId };
}

async function probe(url: string) {
  const response = await fetch(url);
  expect(response.headers.get("content-type")).toBe("audio/mpeg");
  using input = new Input({
    formats: ALL_FORMATS,
    source: new BufferSource(await response.arrayBuffer()),
  });
  const track = await input.getPrimaryAudioTrack();
  return {
    mimeType: await input.getMimeType(),
    codec: await track?.getCodec(),
    seconds: await input.computeDuration(),
  };
}

it.each([
  ["a blank text", { input_text: " \n" }],
  ["a missing text", { input_text: undefined }],
  ["a text that is too long", { input_text: "a".repeat(5001) }],
  ["a missing voice", { voice_id: undefined }],
  ["a language that is no code", { language_code: "Polish" }],
  ["a webhook that is no URL", { webhookUrl: "webhook" }],
  ["a field that AKOOL does not have", { speed: 2 }],
  ["a field of the old API", { rate: "100%" }],
  ["a speed that no voice has", { voice_options: { speed: 2 } }],
  ["an emotion that no voice has", { voice_options: { emotion: "bored" } }],
  ["an option that AKOOL does not have", { voice_options: { pace: 1 } }],
])("answers 1003 to %s and reports it", async (_fault, change) => {
  const { akool } = await start({ autoSpeak: false });
  const { body } = await post(akool, SPEAK, { ...orderTo(akool), ...change });
  expect(body).toEqual({ code: 1003, msg: expect.any(String) });
  expect(akool.problems).toHaveLength(1);
  expect(akool.speechCreates).toBe(0);
});

it("holds the old API's order to the old API's fields", async () => {
  const { akool } = await start({ autoSpeak: false });
  const order = { ...orderTo(akool), rate: "100%" };
  expect((await post(akool, OLD_SPEAK, { ...order, language_code: "pl" })).body.code).toBe(1003);
  expect((await post(akool, OLD_SPEAK, { ...order, rate: 100 })).body.code).toBe(1003);
  expect(akool.problems).toHaveLength(2);
  expect((await post(akool, OLD_SPEAK, order)).body.code).toBe(1000);
});

it("answers 1008 to a voice that nobody has: the app cannot know", async () => {
  const { akool } = await start({ autoSpeak: false });
  expect((await post(akool, SPEAK, { ...orderTo(akool), voice_id: "nobody" })).body.code).toBe(1008);
  expect(akool.speechCreates).toBe(0);
  expect(akool.problems).toEqual([]);
});

it("speaks in an MP3 that plays, and longer for a longer text", async () => {
  const { akool } = await start({ autoSpeak: false });
  const order = orderTo(akool);
  await post(akool, SPEAK, order);
  await post(akool, SPEAK, { ...order, input_text: order.input_text.repeat(5) });
  const short = await probe((await akool.finishSpeech()).url);
  const long = await probe((await akool.finishSpeech()).url);
  expect(short).toMatchObject({ mimeType: expect.stringContaining("audio/mpeg"), codec: "mp3" });
  expect(long).toMatchObject({ codec: "mp3" });
  expect(short.seconds).toBeGreaterThan(0);
  expect(long.seconds).toBeGreaterThan(short.seconds);
  expect(akool.problems).toEqual([]);
});

it("tells of a finished and of a failed speech in webhooks that the app can read", async () => {
  const { akool, outside } = await start({ autoSpeak: false });
  const order = { ...orderTo(akool), webhookUrl: `${outside.url}/hook` };
  await post(akool, SPEAK, order);
  await post(akool, SPEAK, order);
  const done = await akool.finishSpeech();
  const failed = await akool.failSpeech();
  const facts = outside.hooks.map((hook) => parseWebhook(Buffer.from(JSON.stringify(hook)), akool));
  expect(facts).toEqual([
    { renderId: done.id, status: "succeeded", hasUrl: true, creditsUsed: done.deduction },
    { renderId: failed.id, status: "failed", hasUrl: false },
  ]);
});
