import { describe, expect, it } from "vitest";
import type { Voice } from "../../src/job/speech-api.ts";
import { voiceBehind, voiceOptions, voicesSoon } from "../../src/slack/intake/voice-options.ts";
import { sayIn } from "../../src/words/say.ts";

const say = sayIn("en");
const ANNA: Voice = {
  id: "v-anna",
  name: "Anna",
  language: "de",
  gender: "female",
  previewUrl: "https://x.example/a",
};
const JOSE: Voice = { id: "v-jose", name: "José Luis", language: "es", gender: "male" };
const MUTE: Voice = { id: "v-plain", name: "Plain" };
const ALL = [ANNA, JOSE, MUTE];

describe("the list of voices", () => {
  const found = (typed: string) => voiceOptions(say, ALL, typed).map(({ text }) => text.text);

  it.each([
    ["", ["Anna · German · female", "José Luis · Spanish · male", "Plain"]],
    ["ann", ["Anna · German · female"]],
    ["GERMAN", ["Anna · German · female"]],
    ["deutsch", ["Anna · German · female"]],
    ["jose", ["José Luis · Spanish · male"]],
    ["luis male", ["José Luis · Spanish · male"]],
    ["male", ["José Luis · Spanish · male"]],
    ["female german", ["Anna · German · female"]],
    ["plain", ["Plain"]],
    ["klingon", []],
  ])("is searched by name, language and gender: %j", (typed, expected) => {
    expect(found(typed)).toEqual(expected);
  });

  it.each([
    ["de", "weiblich deutsch", "Anna · Deutsch · weiblich"],
    ["de", "female german", "Anna · Deutsch · weiblich"],
    ["fr", "espagnol", "José Luis · espagnol · masculin"],
    ["ja", "ドイツ語 女性", "Anna · ドイツ語 · 女性"],
    ["pt", "espanhol", "José Luis · espanhol · masculina"],
  ] as const)("is shown and searched in the reader's language, too: %s %j", (locale, typed, expected) => {
    expect(voiceOptions(sayIn(locale), ALL, typed).map(({ text }) => text.text)).toEqual([expected]);
  });

  it("keeps to Slack's limits whatever AKOOL sends", () => {
    const many = Array.from({ length: 150 }, (_, index) => ({ id: `v${index}`, name: "x".repeat(100) }));
    const odd = [
      { id: "y".repeat(151), name: "too long an id" },
      { id: "v", name: "" },
    ];
    const options = voiceOptions(
      say,
      [...odd, ...many, { id: "q", name: "Q", language: "no such language" }],
      "",
    );
    expect(options).toHaveLength(100);
    expect(options.every(({ text, value }) => text.text.length <= 75 && value.length <= 150)).toBe(true);
    expect(voiceOptions(say, [{ id: "q", name: "Q", language: "no such" }], "q")).toHaveLength(1);
  });

  it("knows the voice behind a choice, also one that has left the list", () => {
    const [anna] = voiceOptions(say, ALL, "anna");
    expect(anna && voiceBehind(anna, ALL)).toEqual({
      id: "v-anna",
      name: "Anna",
      language: "de",
      previewUrl: "https://x.example/a",
    });
    expect(anna && voiceBehind(anna, [])).toEqual({ id: "v-anna", name: "Anna" });
  });

  it("is empty while AKOOL does not answer", async () => {
    expect(await voicesSoon({ voices: () => new Promise(() => {}) })).toEqual([]);
    expect(await voicesSoon({ voices: async () => ALL })).toBe(ALL);
  });
});
