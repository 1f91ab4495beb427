import { describe, expect, it } from "vitest";
import type { Failure } from "../../src/job/failure.ts";
import { failureReasons, failureText } from "../../src/job/failure-text.ts";
import type { SlackFileId } from "../../src/job/ids.ts";
import type { Job } from "../../src/job/job.ts";
import type { Notice } from "../../src/job/posts.ts";
import type { Question } from "../../src/job/question.ts";
import type { RenderRequest } from "../../src/job/request.ts";
import { parseBlocks } from "../../src/sandbox/slack/block-kit.ts";
import { withRequest } from "../../src/slack/delivery/asked-for.ts";
import { finishMessage, linkComment } from "../../src/slack/delivery/finish.ts";
import { jobMessage, type Message, noticeMessage } from "../../src/slack/delivery/messages.ts";
import { duration } from "../../src/slack/delivery/time-text.ts";
import { type Said, sayIn } from "../../src/words/say.ts";
import { LOCALES } from "../../src/words/sentences.ts";
import { FINISHED, NOW, STATE_NAMES, STATES, sampleJob } from "../job/sample-jobs.ts";

const MAX_SECTION = 3000;
const SENTENCE_END = /[.!?。！？]$/;

const THINGS: Said = { key: "seen.things", values: { things: [{ key: "seen.pdf" }, { key: "seen.svg" }] } };
const SIZE: Said = { key: "seen.megabytes", values: { size: 20.5 } };
const WIDE: Said = { key: "seen.wide_picture", values: { width: 2000, height: 300 } };

const faces = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ left: 100 * n, top: 0, width: 90, height: 90 }));

const QUESTIONS: readonly Question[] = [
  { kind: "photo_missing" },
  { kind: "speech_missing" },
  { kind: "which_photo", count: 9, each: true },
  { kind: "which_speech", count: 2, each: true },
  { kind: "say_this" },
  { kind: "photo_small", seen: { key: "seen.pixels", values: { width: 96, height: 80 } } },
  { kind: "photo_strange", seen: WIDE },
  { kind: "no_face" },
  { kind: "many_faces", faces: faces(2) },
  { kind: "many_faces", faces: faces(3) },
  { kind: "many_faces", faces: faces(9) },
  { kind: "tiny_face" },
  { kind: "speech_clipped" },
  { kind: "speech_too_long", seconds: 184, limitSeconds: 60, cutAtSeconds: 58.4 },
  { kind: "speech_too_long", limitSeconds: 60, cutAtSeconds: 58.4 },
  {
    kind: "speech_unclear",
    attempt: { number: 1, key: STATES.creating.attempt.key, startedAt: NOW },
  },
];

const EVIL = "`<!channel>` <https://evil.example|free> & {x}";

const ASKED: RenderRequest = {
  photo: { type: "slack", fileId: "F1" as SlackFileId, url: "https://files.slack.com/a/me.jpg" },
  speech: { type: "words", text: EVIL, voice: { id: "v1", name: EVIL } },
  resolution: "1080",
  gesturePrompt: "waves <@U2>",
  unusable: THINGS,
};

const jobs: readonly Job[] = [
  ...STATE_NAMES.map((name) => sampleJob(name)),
  ...STATE_NAMES.map((name) => sampleJob(name, { resumed: true, request: ASKED })),
  ...QUESTIONS.map((question) => sampleJob({ status: "choosing", question, until: NOW })),
  ...QUESTIONS.map((question) =>
    sampleJob({ status: "choosing", question, until: NOW }, { request: ASKED, paidSpeech: true }),
  ),
  sampleJob({ ...STATES.queued, placeInLine: 3, lineLength: 5 }),
  sampleJob({ ...STATES.rendering, overdue: true }),
  sampleJob("delivered", { finish: { stage: "plain", tries: 0 } }),
  sampleJob("delivered", { finish: { stage: "removed", tries: 0 } }),
];

const NOTICES: readonly Notice["kind"][] = ["slow", "overdue", "asking", "choosing", "failed", "ended"];

const FACTS: readonly Omit<Failure, "reason">[] = [
  {},
  { seen: THINGS, limit: SIZE, file: "photo", code: "damaged" },
  { seen: { key: "seen.more_than", values: { size: SIZE } }, file: "recording", code: "files:read" },
  // As older versions have kept it.
  { seen: "a PDF & more", limit: "20 MB" },
];

describe.each(LOCALES)("to a person whose Slack is in %s", (locale) => {
  const say = sayIn(locale);

  function expectWhole(text: string): void {
    // `{x}` is what somebody typed, and dates have Slack's own tokens.
    const said = text.replaceAll("{x}", "").replaceAll(/<!date[^>]*>/g, "");
    expect(said).not.toMatch(/[{}]|undefined|null|\[object|NaN|^…|\s…$/);
    expect(text).not.toMatch(/<!channel>|<https:\/\/evil|<@U2>|&amp;(amp|lt|gt);/);
    if (locale !== "en") expect(text).not.toMatch(/\b(the|Talking photo|Nothing|words?)\b/);
  }

  function expectSound({ text, blocks }: Message): void {
    expectWhole(text);
    expect(text.length).toBeLessThanOrEqual(MAX_SECTION);
    // The limits of Slack's blocks, their buttons and dialogs.
    expect(() => parseBlocks(blocks)).not.toThrow();
    for (const block of blocks) {
      if (block.type === "section") expect(text).toContain(block.text?.text);
      if (block.type !== "actions") continue;
      const labels = block.elements.flatMap((each) => (each.type === "button" ? [each.text.text] : []));
      for (const label of labels)
        expect(label.replace(/\s*\(.*\)$/, "").length, label).toBeLessThanOrEqual(30);
      expect(new Set(labels).size).toBe(labels.length);
    }
  }

  it("every job message is whole, and fits", () => {
    for (const job of jobs)
      for (const usualMs of [undefined, 20_000, 140_000]) {
        const message = jobMessage(say, job, "https://x.slack.com/archives/C1/p1", { soFar: 3, usualMs });
        expectSound(withRequest(say, message, job, { thumbnail: true }));
        expect(message.text).toContain(`<@${job.requesterId}>`);
      }
  });

  it("every post that calls somebody is whole, and fits", () => {
    for (const job of jobs)
      for (const kind of NOTICES) {
        const { text, blocks } = noticeMessage(say, job, kind);
        expectWhole(text);
        expect(text).toContain(`<@${job.requesterId}>`);
        expect(() => parseBlocks(blocks)).not.toThrow();
      }
    expectSound(noticeMessage(say, sampleJob("undeliverable"), "undeliverable"));
    const stays = { stage: "dressed", tries: 0, refusal: EVIL } as const;
    const { text } = noticeMessage(say, sampleJob("delivered", { finish: stays }), "not_removed");
    expectWhole(text);
    expect(text.split("`")).toHaveLength(3);
  });

  it("the post with the video is whole, and says that it is made by a machine", () => {
    const made = { ...FINISHED, credits: 12.5 };
    const job = sampleJob({ ...STATES.delivered, made }, { paidSpeech: true });
    expectSound(finishMessage(say, job));
    expect(finishMessage(say, job).text).toMatch(/AI|KI|IA/);
    const link = linkComment(say, job, "https://x.slack.com/files/F1");
    expectWhole(link);
    expect(link).toContain("https://x.slack.com/files/F1");
    expect(say.plain("finish.video_title").length).toBeGreaterThan(5);
  });

  it("every failure has its own sentences, with what was seen", () => {
    // Who may not use the app is told why in sentences made elsewhere.
    const reasons = failureReasons().filter((reason) => reason !== "not_allowed");
    for (const facts of FACTS)
      for (const reason of reasons) {
        const text = failureText(say, { reason, ...facts });
        // What older versions kept is English.
        if (typeof facts.seen !== "string") expectWhole(text);
        expect(text).toMatch(SENTENCE_END);
        expect(text).not.toMatch(/ {2}/);
      }
    expect(new Set(reasons.map((reason) => failureText(say, { reason }))).size).toBe(reasons.length);
  });

  it("lengths of time are told in its own units", () => {
    for (const ms of [1000, 65_000, 3_600_000 * 5, 86_400_000 * 3 + 7_200_000])
      expect(duration(say, ms)).toMatch(/^\d+\s?\S+(\s?\d+\s?\S+)?$/);
  });
});

it("a list, a decimal and a place in a German sentence are as in German", () => {
  const say = sayIn("de");
  const text = failureText(say, {
    reason: "photo_too_big",
    seen: SIZE,
    limit: { key: "seen.seconds", values: { seconds: 7 } },
  });
  expect(text).toContain("20,5 MB");
  expect(failureText(say, { reason: "photo_missing", seen: THINGS })).toContain("ein PDF und ein SVG-Bild");
});
