import { expect, it } from "vitest";
import type { SpeechId } from "../../src/job/ids.ts";
import type { SpeakAnswer, SpeechUpdate, Voice } from "../../src/job/speech-api.ts";
import { meteredFaceFinder, meteredSpeechApi, meteredVoiceList } from "../../src/meters/metered-calls.ts";
import { createMeters, type Meters } from "../../src/meters/meters.ts";

/** "speak ok" → 2: every series of calls to AKOOL that is not at 0. */
async function counted({ akoolCalls }: Meters): Promise<Record<string, number>> {
  const samples = (await akoolCalls.samples()).filter(({ value }) => value > 0);
  return Object.fromEntries(
    samples.map(({ labels, value }) => [`${labels.endpoint} ${labels.outcome}`, value]),
  );
}

it("counts speeches that are ordered and asked for, and says what AKOOL said", async () => {
  const meters = createMeters();
  const id = "64dd92c1f0b6684651e90e09" as SpeechId;
  const answers: SpeakAnswer[] = [
    { type: "created", speechId: id },
    { type: "busy", retryAfterMs: 5 },
  ];
  const updates: SpeechUpdate[] = [
    { type: "pending" },
    { type: "failed", reason: "akool_text_unusable" },
    { type: "unknown" },
  ];
  const api = meteredSpeechApi(
    {
      createSpeech: async () => answers.shift() as SpeakAnswer, // as many as are asked for below
      readSpeech: async () => updates.shift() as SpeechUpdate,
    },
    meters,
  );
  const order = { text: "Hello", voiceId: "v" };
  expect(await api.createSpeech(order)).toEqual({ type: "created", speechId: id });
  expect(await api.createSpeech(order)).toEqual({ type: "busy", retryAfterMs: 5 });
  for (const type of ["pending", "failed", "unknown"])
    expect(await api.readSpeech(id)).toMatchObject({ type });
  expect(await counted(meters)).toEqual({
    "speak ok": 1,
    "speak busy": 1,
    "speech ok": 2,
    "speech unknown": 1,
  });
});

it("counts a list of voices once, however often it is used", async () => {
  const meters = createMeters();
  const voices: Voice[] = [{ id: "v", name: "Nicole" }];
  const lists: Voice[][] = [[], voices, voices, [...voices]];
  const list = meteredVoiceList({ voices: async () => lists.shift() ?? [] }, meters);
  for (const length of [0, 1, 1, 1]) expect(await list.voices()).toHaveLength(length);
  expect(await counted(meters)).toEqual({ "voices unclear": 1, "voices ok": 2 });
});

it("counts a picture without a face as looked at", async () => {
  const meters = createMeters();
  const answers = [[], undefined];
  const finder = meteredFaceFinder({ findFaces: async () => answers.shift() }, meters);
  expect([await finder.findFaces("a.jpg"), await finder.findFaces("b.jpg")]).toEqual([[], undefined]);
  expect(await counted(meters)).toEqual({ "faces ok": 1, "faces unclear": 1 });
});
