import { describe, expect, it } from "vitest";
import type { ChannelId, SlackFileId, UserId } from "../../src/job/ids.ts";
import type { Job, JobState } from "../../src/job/job.ts";
import { parseBlocks } from "../../src/sandbox/slack/block-kit.ts";
import { hasThumbnail, withRequest } from "../../src/slack/delivery/asked-for.ts";
import {
  finishComment,
  jobMessage,
  linkComment,
  type Message,
  noticeMessage,
} from "../../src/slack/delivery/messages.ts";
import { HELP, historyText, statusText, unknownText, watchText } from "../../src/slack/intake/answers.ts";
import { actions, CHOOSE, GO_ON } from "../../src/slack/surface.ts";
import { NOW, STATE_NAMES, STATES, sampleJob } from "../job/sample-jobs.ts";

const MAX_SECTION = 3000;
const LINK = "https://sandbox.slack.com/archives/C1/p1700000000000100";

interface Button {
  readonly type: string;
  readonly action_id: string;
  readonly value: string;
}

function buttonsOf({ blocks }: Message): readonly Button[] {
  return blocks.flatMap((block) => (block.type === "actions" ? (block.elements as readonly Button[]) : []));
}

function isHandled(actionId: string): boolean {
  return Object.values<string>(actions).includes(actionId) || GO_ON.test(actionId) || CHOOSE.test(actionId);
}

function expectSound(message: Message, job: Job): void {
  expect(message.text.trim()).not.toBe("");
  expect(message.text.length).toBeLessThanOrEqual(MAX_SECTION);
  expect(message.text).not.toMatch(/undefined|null|\[object|NaN/);
  expect(() => parseBlocks(message.blocks)).not.toThrow();
  // The text alone says everything: it is all that a notification or a screen reader has.
  const [section] = message.blocks;
  const shown = section?.type === "section" ? (section.text?.text ?? "") : "";
  expect(message.text).toContain(shown);
  for (const button of buttonsOf(message)) {
    expect(button.value).toBe(job.id);
    expect(button.action_id).toMatch(/^talkingphoto\./);
    expect(isHandled(button.action_id)).toBe(true);
  }
}

const jobs: [string, Job][] = [
  ...STATE_NAMES.map((name): [string, Job] => [name, sampleJob(name)]),
  ["queued in line", sampleJob({ ...STATES.queued, placeInLine: 3, lineLength: 5 })],
  ["queued in line by an older version", sampleJob({ ...STATES.queued, placeInLine: 3 })],
  ["rendering, overdue", sampleJob({ ...STATES.rendering, overdue: true })],
  ["cancelled while rendering", sampleJob({ ...STATES.cancelled, renderWasRunning: true })],
  ["delivered as a link", sampleJob({ ...STATES.delivered, as: "link" })],
];

describe("the job message", () => {
  it.each(jobs)("reads well and fits: %s", (_name, job) => {
    for (const shown of [job, { ...job, resumed: true }]) {
      expectSound(jobMessage(shown), job);
      expect(jobMessage(shown).text).toContain(`<@${job.requesterId}>`);
    }
  });

  it("tells the place in line, and of how many where that is known", () => {
    const text = (more: object) => jobMessage(sampleJob({ ...STATES.queued, placeInLine: 3, ...more })).text;
    expect(text({ lineLength: 5 })).toMatch(/waiting in line, number 3 of 5\.$/);
    expect(text({})).toMatch(/waiting in line, number 3\.$/);
  });

  it("tells the time so far and the usual time, and makes nothing up where it knows neither", () => {
    const text = (times: object, job = sampleJob("rendering")) => jobMessage(job, undefined, times).text;
    expect(text({})).toMatch(/AKOOL is making the video\. I'll post it in this thread\.$/);
    expect(text({ soFar: 0 })).toBe(text({}));
    expect(text({ soFar: 3 })).toMatch(/AKOOL is making the video \(3 min so far\)\. I'll post it/);
    const both = { soFar: 3, usualMs: 140_000 };
    expect(text(both)).toMatch(/video \(3 min so far\)\. It usually takes about 2 min; I'll post it in this/);
    expect(text({ usualMs: 20_000 })).toContain("It usually takes less than a minute; I'll post it");
    expect(text(both, sampleJob("preparing"))).toMatch(/the recording… \(3 min so far\)$/);
    expect(text(both, sampleJob("speaking called"))).toContain("(3 min so far)");
  });

  it.each([
    "queued in line",
    "rendering, overdue",
    "asking",
    "unsettled",
    "delivered",
    "failed",
    "sharing ready",
  ])("tells no time where it would not be kept right: %s", (name) => {
    const job = jobs.find(([known]) => known === name)?.[1];
    if (!job) throw new Error(name);
    expect(jobMessage(job, undefined, { soFar: 3, usualMs: 140_000 })).toEqual(jobMessage(job));
  });

  it("offers to cancel exactly while that can still be done", () => {
    const offers = jobs.filter(([, job]) =>
      buttonsOf(jobMessage(job)).some(({ action_id }) => action_id === actions.cancel),
    );
    expect(offers.map(([name]) => name)).toEqual([
      "sorting",
      "preparing",
      "choosing",
      "speaking ready",
      "speaking calling",
      "speaking unclear",
      "speaking called",
      "queued",
      "queued again",
      "creating",
      "unsettled",
      "rendering",
      "queued in line",
      "queued in line by an older version",
      "rendering, overdue",
    ]);
  });

  it.each<[string, string[]]>([
    ["asking", [actions.tryAgain, actions.leaveIt]],
    ["duplicate", [actions.makeAnother]],
    ["undeliverable", [actions.postAgain]],
    ["delivered", []],
    ["failed", []],
    ["cancelled", []],
  ])("has the buttons of what can be decided: %s", (name, expected) => {
    const job = jobs.find(([known]) => known === name)?.[1] ?? sampleJob("preparing");
    expect(buttonsOf(jobMessage(job)).map(({ action_id }) => action_id)).toEqual(expected);
  });

  it("leads from a duplicate to the running one, and reads well without a link", () => {
    expect(jobMessage(sampleJob("duplicate"), LINK).text).toContain(`<${LINK}|`);
    expect(jobMessage(sampleJob("duplicate")).text).toContain("the one you asked for before");
  });

  it("says what was spent when it was cancelled", () => {
    const text = (renderWasRunning: boolean) =>
      jobMessage(sampleJob({ ...STATES.cancelled, renderWasRunning })).text;
    expect(text(false)).toContain("Nothing was spent");
    expect(text(true)).toContain("credit may be used");
  });
});

describe("what was asked for", () => {
  const slackPhoto = (name: string) => ({
    type: "slack" as const,
    fileId: "F7" as SlackFileId,
    url: `https://files.slack.com/files-pri/T1-F7/download/${name}`,
  });
  const wanting = (request: Partial<Job["request"]>, state: keyof typeof STATES = "rendering") => {
    const job = sampleJob(state);
    return { ...job, request: { ...job.request, ...request } };
  };
  const shown = (job: Job, thumbnail = true) => withRequest(jobMessage(job), job, { thumbnail });
  const lineOf = ({ blocks }: Message) =>
    blocks.flatMap((block) => (block.type === "context" ? block.elements : []));

  it.each(jobs)("stands under the message, which stays sound: %s", (_name, job) => {
    const more = { photo: slackPhoto("me.jpg"), gesturePrompt: "waves", resolution: "1080" } as const;
    const message = shown({ ...job, request: { ...job.request, ...more } });
    expectSound(message, job);
    expect(message.blocks[0]).toHaveProperty("accessory.slack_file", { id: "F7" });
    const buttons = jobMessage(job).blocks.filter(({ type }) => type === "actions");
    expect(message.blocks.filter(({ type }) => type === "actions")).toEqual(buttons);
  });

  it("goes without saying for a photo and a recording", () => {
    const job = sampleJob("rendering");
    expect(shown(job)).toEqual(jobMessage(job));
  });

  it("says the words, the voice, the gestures and the resolution in one line, and in the text too", () => {
    const voice = { id: "v", name: "Anna" };
    const speech = { type: "words", text: `Hello\n<!channel> & ${"long ".repeat(30)}`, voice } as const;
    const job = wanting({ speech, resolution: "1080", gesturePrompt: "waves <@U2>" });
    const [line, ...more] = lineOf(shown(job));
    expect(more).toEqual([]);
    const text = `Words: “Hello &lt;!channel&gt; &amp; ${"long ".repeat(8)}l…” · Voice: Anna · Gestures: “waves &lt;@U2&gt;” · 1080p`;
    expect(line).toEqual({ type: "mrkdwn", text, verbatim: true });
    expect(shown(job).text).toBe(`${jobMessage(job).text} ${text}`);
  });

  it("does not repeat the words of a question about them", () => {
    const state = { status: "choosing", question: { kind: "say_this" }, until: NOW } as const;
    const request = { ...sampleJob("choosing").request, speech: { type: "words", text: "Hello" } } as const;
    expect(lineOf(shown(sampleJob(state, { request })))).toEqual([]);
  });

  it.each([
    ["me.jpg", true],
    ["ME.JPEG", true],
    ["me.png", true],
    ["me.gif", true],
    ["me.heic", false],
    ["me.webp", false],
    ["me", false],
  ])("shows a photo that Slack can show: %s %s", (name, can) => {
    expect(hasThumbnail(wanting({ photo: slackPhoto(name) }))).toBe(can);
  });

  it("shows no photo in the first post, none from an address, and none of several to choose from", () => {
    const photo = slackPhoto("me.jpg");
    expect(JSON.stringify(shown(wanting({ photo }), false))).not.toContain("slack_file");
    expect(hasThumbnail(wanting({ photo: { type: "url", url: "https://example.com/me.jpg" } }))).toBe(false);
    expect(hasThumbnail(wanting({ photo: { type: "thread" } }))).toBe(false);
    const candidates = { photos: [photo, slackPhoto("you.jpg")], speeches: [] };
    expect(hasThumbnail(wanting({ photo, candidates }))).toBe(false);
  });
});

describe("notices", () => {
  const cases: [Parameters<typeof noticeMessage>[1], Job][] = [
    ["failed", sampleJob("failed")],
    ["slow", sampleJob("rendering")],
    ["overdue", sampleJob({ ...STATES.rendering, overdue: true })],
    ["asking", sampleJob("asking")],
    ["undeliverable", sampleJob("undeliverable")],
    ["undeliverable", sampleJob("undeliverable", { place: { channelId: "D1" as ChannelId } })],
    ["ended", sampleJob("cancelled")],
    ["ended", sampleJob("duplicate")],
  ];

  it.each(cases)("call the person and fit: %s", (kind, job) => {
    const notice = noticeMessage(job, kind);
    expectSound(notice, job);
    expect(notice.text).toContain(`<@${job.requesterId}>`);
  });

  it("ask about a second payment with both answers at hand", () => {
    const buttons = buttonsOf(noticeMessage(sampleJob("asking"), "asking"));
    expect(buttons.map(({ action_id }) => action_id)).toEqual([actions.tryAgain, actions.leaveIt]);
  });
});

describe("the finish", () => {
  it("mentions the person and says that it is made by a machine", () => {
    for (const text of [
      finishComment(sampleJob("sharing ready")),
      linkComment(sampleJob("linking ready"), LINK),
    ]) {
      expect(text).toContain("<@U1>");
      expect(text).toContain("AI-generated");
    }
  });
});

describe("what people wrote", () => {
  // Requests hold words and links of people; ids come from Slack and are never theirs to choose.
  const words = "<!channel> <https://evil.example|free> & *bold*";
  const spoken: JobState[] = STATE_NAMES.map((name) => STATES[name]);

  it.each(spoken)("never gets into a message as it is: $status", (state) => {
    const request = {
      photo: { type: "url", url: "https://evil.example/<!channel>" },
      speech: { type: "url", url: "https://evil.example/x" },
      resolution: "720",
      gesturePrompt: words,
    } as const;
    const job = sampleJob(state, { request });
    for (const { text, blocks } of [
      jobMessage(job),
      noticeMessage(job, "ended"),
      noticeMessage(job, "failed"),
    ])
      expect(`${text} ${JSON.stringify(blocks)}`).not.toMatch(/<!channel>|evil\.example/);
    // The excerpt of the gestures is what they typed, and neither calls anybody nor leads anywhere.
    const { text, blocks } = withRequest(jobMessage(job), job, { thumbnail: true });
    expect(`${text} ${JSON.stringify(blocks)}`).not.toMatch(/<!channel>|<http|evil\.example\/[<x]/);
  });
});

describe("private answers", () => {
  const many = Array.from({ length: 50 }, (_, n) =>
    sampleJob(STATE_NAMES[n % STATE_NAMES.length] ?? "failed", { requesterId: "U1" as UserId }),
  );

  it.each([
    ["help", HELP],
    ["an answer to nonsense", unknownText("I looked for a link.")],
    ["the status of nothing", statusText([], NOW)],
    ["the status of much", statusText(many, NOW)],
    ["an empty history", historyText([])],
    ["a history", historyText(many.slice(0, 10))],
    ["watching", watchText(true, false)],
    ["not watching", watchText(false, false)],
    ["watching in a direct message", watchText(true, true)],
  ])("read well and fit: %s", (_what, text) => {
    expect(text.trim()).not.toBe("");
    expect(text).not.toMatch(/undefined|null|\[object|NaN/);
    // Slack cuts a message's text at 40 000 characters; nobody reads more than this.
    expect(text.length).toBeLessThanOrEqual(8000);
  });
});
