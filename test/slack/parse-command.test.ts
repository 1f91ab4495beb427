import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_GESTURE_PROMPT, parseCommand } from "../../src/slack/intake/parse-command.ts";
import { type Said, sayIn } from "../../src/words/say.ts";

const PHOTO = "https://example.com/face.jpg";
const SPEECH = "https://example.com/voice.mp3?a=1&b=2";
const start = { type: "start", photoUrl: PHOTO, speechUrl: SPEECH };
const said = (words: string) => ({ type: "start", photoUrl: PHOTO, words });
const unknown = (about: string) => ({
  type: "unknown",
  understood: expect.toSatisfy((said: Said) => sayIn("en").kept(said).includes(about), `says "${about}"`),
});

describe("what was typed after /talkingphoto", () => {
  it.each<[string, object]>([
    ["", { type: "open_form" }],
    [" \t\n ", { type: "open_form" }],
    ["help", { type: "help" }],
    ["  Help ", { type: "help" }],
    ["STATUS", { type: "status" }],
    ["history", { type: "history" }],
    ["settings", { type: "settings" }],
    ["settings show-first on", { type: "show_first", on: true }],
    ["Settings Show-First OFF", { type: "show_first", on: false }],
    ["help me", unknown("photo")],
    ["cancel", { type: "cancel" }],
    ["cancel abc234defg", { type: "cancel", jobId: "abc234defg" }],
    ["cancel one two", unknown("photo")],
    ["watch on", { type: "watch", on: true }],
    ["Watch OFF", { type: "watch", on: false }],
    ["watch", unknown("`watch`")],
    ["watch out", unknown("`watch`")],
    ["watch on please", unknown("`watch`")],
    [`${PHOTO} ${SPEECH}`, start],
    [`${PHOTO}\n${SPEECH}`, start],
    [`<${PHOTO}> <${SPEECH.replaceAll("&", "&amp;")}|voice.mp3>`, start],
    [`${PHOTO} ${SPEECH.replaceAll("&", "&amp;")}`, start],
    [`${PHOTO} ${SPEECH} 1080`, { ...start, resolution: "1080" }],
    [
      `${PHOTO} ${SPEECH} 720 waves &amp; nods`,
      { ...start, resolution: "720", gesturePrompt: "waves & nods" },
    ],
    [`${PHOTO} ${SPEECH} waves  with\tone hand`, { ...start, gesturePrompt: "waves with one hand" }],
    [`${PHOTO} ${SPEECH} 4k please`, { ...start, gesturePrompt: "4k please" }],
    [
      `${PHOTO} ${SPEECH} 1080 ${"x".repeat(MAX_GESTURE_PROMPT)}`,
      { ...start, resolution: "1080", gesturePrompt: "x".repeat(MAX_GESTURE_PROMPT) },
    ],
    [`${PHOTO} ${SPEECH} ${"x".repeat(MAX_GESTURE_PROMPT + 1)}`, unknown("gesture prompt")],
    [`${PHOTO} "Hello there"`, said("Hello there")],
    [`<${PHOTO}|face.jpg> “Hello there”`, said("Hello there")],
    [`${PHOTO} „Guten Tag“ 1080 winkt`, { ...said("Guten Tag"), resolution: "1080", gesturePrompt: "winkt" }],
    [`${PHOTO} „Dzień dobry”`, said("Dzień dobry")],
    [`${PHOTO} «Bonjour à tous»`, said("Bonjour à tous")],
    [`${PHOTO} "Typed one way, closed another”`, said("Typed one way, closed another")],
    [
      `${PHOTO} "It\u2019s 5 o'clock &amp; all is well" waves`,
      { ...said("It’s 5 o'clock & all is well"), gesturePrompt: "waves" },
    ],
    [`${PHOTO}   "on\n two  lines" 720`, { ...said("on\ntwo lines"), resolution: "720" }],
    [`${PHOTO} "See <https://example.com/a|our page> :wave:"`, said("See our page")],
    [`${PHOTO} ""`, unknown("nothing in the quotes")],
    [`${PHOTO} "${"x".repeat(5001)}"`, unknown("longer than 5000")],
    [`${PHOTO} "Hi" ${"x".repeat(MAX_GESTURE_PROMPT + 1)}`, unknown("gesture prompt")],
    [`${PHOTO} "never closed`, unknown("in quotes")],
    [`${PHOTO} Hello there`, unknown("in quotes")],
    [`"Hello" ${PHOTO}`, unknown("link to a photo first")],
    [PHOTO, unknown("link to the photo")],
    [`${PHOTO} 1080`, unknown("link to the photo")],
    ["face.jpg voice.mp3", unknown("photo")],
    ["file:///etc/passwd https://example.com/a.mp3", unknown("photo")],
    ["javascript:alert(1)", unknown("photo")],
    ["https:// https://", unknown("photo")],
    [`${PHOTO} <@U1>`, unknown("link to the photo")],
  ])("reads %j", (typed, expected) => {
    expect(parseCommand(typed)).toEqual(expected);
  });

  it("never throws, and starts nothing but http links", () => {
    const word = fc.oneof(
      fc.constantFrom(
        "help",
        "cancel",
        "watch",
        "on",
        "720",
        "1080",
        PHOTO,
        `<${SPEECH}|x>`,
        "<",
        "|>",
        "&amp;",
        '"',
        "“Hi”",
      ),
      fc.webUrl(),
      fc.string({ unit: "grapheme" }),
    );
    fc.assert(
      fc.property(
        fc.array(word).map((words) => words.join(" ")),
        (typed) => {
          const command = parseCommand(typed);
          if (command.type !== "start") return;
          const speech = "words" in command ? [] : [command.speechUrl];
          for (const url of [command.photoUrl, ...speech])
            expect(["http:", "https:"]).toContain(new URL(url).protocol);
          expect(["720", "1080", undefined]).toContain(command.resolution);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("never repeats in its answer what was typed, so nobody can make the app say things", () => {
    const answer = parseCommand("<!channel> <https://evil.example|click>");
    expect(JSON.stringify(answer)).not.toMatch(/channel|evil/);
  });
});
