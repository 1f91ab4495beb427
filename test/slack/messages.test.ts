import { describe, expect, it } from "vitest";
import type { ChannelId, SlackFileId, UserId } from "../../src/job/ids.ts";
import type { Job, JobState } from "../../src/job/job.ts";
import { parseBlocks } from "../../src/sandbox/slack/block-kit.ts";
import { hasThumbnail, withRequest } from "../../src/slack/delivery/asked-for.ts";
import { finishComment, finishMessage, linkComment } from "../../src/slack/delivery/finish.ts";
import { jobMessage, type Message, noticeMessage } from "../../src/slack/delivery/messages.ts";
import {
  afterAllText,
  helpText,
  historyText,
  statusText,
  unknownText,
  watchText,
} from "../../src/slack/intake/answers.ts";
import { detailsText } from "../../src/slack/intake/details.ts";
import { actions, CHOOSE, GO_ON } from "../../src/slack/surface.ts";
import { sayIn } from "../../src/words/say.ts";
import { FINISHED, NOW, STATE_NAMES, STATES, sampleJob } from "../job/sample-jobs.ts";

const say = sayIn("en");

const MAX_SECTION = 3000;
const NOTHING = { type: "none" } as const;
const FINISH_BUTTONS = [actions.again, actions.change, actions.in1080, actions.delete, actions.details];
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
  ["delivered, no buttons at the video", sampleJob("delivered", { finish: { stage: "plain", tries: 0 } })],
  ["deleted", sampleJob("delivered", { finish: { stage: "removed", tries: 0 } })],
  ["failed for now", sampleJob({ ...STATES.failed, failure: { reason: "akool_busy" } })],
  ["turned away", sampleJob("failed", { request: { photo: NOTHING, speech: NOTHING, resolution: "720" } })],
];

describe("the job message", () => {
  it.each(jobs)("reads well and fits: %s", (_name, job) => {
    for (const shown of [job, { ...job, resumed: true }]) {
      expectSound(jobMessage(say, shown), job);
      expect(jobMessage(say, shown).text).toContain(`<@${job.requesterId}>`);
    }
  });

  it("tells the place in line, and of how many where that is known", () => {
    const text = (more: object) =>
      jobMessage(say, sampleJob({ ...STATES.queued, placeInLine: 3, ...more })).text;
    expect(text({ lineLength: 5 })).toMatch(/waiting in line, number 3 of 5\.$/);
    expect(text({})).toMatch(/waiting in line, number 3\.$/);
  });

  it("tells the time so far and the usual time, and makes nothing up where it knows neither", () => {
    const text = (times: object, job = sampleJob("rendering")) => jobMessage(say, job, undefined, times).text;
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
    expect(jobMessage(say, job, undefined, { soFar: 3, usualMs: 140_000 })).toEqual(jobMessage(say, job));
  });

  it("offers to cancel exactly while that can still be done", () => {
    const offers = jobs.filter(([, job]) =>
      buttonsOf(jobMessage(say, job)).some(({ action_id }) => action_id === actions.cancel),
    );
    expect(offers.map(([name]) => name)).toEqual([
      "unsorted",
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
    ["delivered, no buttons at the video", FINISH_BUTTONS],
    ["deleted", []],
    ["failed", [actions.change, actions.details]],
    ["failed for now", [actions.again, actions.change, actions.details]],
    ["turned away", []],
    ["cancelled", []],
    ["cancelled, ordered", []],
    ["cancelled, rendering", [actions.postAfterAll]],
    ["cancelled, rendered", [actions.postAfterAll]],
  ])("has the buttons of what can be decided: %s", (name, expected) => {
    const job = jobs.find(([known]) => known === name)?.[1] ?? sampleJob("preparing");
    expect(buttonsOf(jobMessage(say, job)).map(({ action_id }) => action_id)).toEqual(expected);
  });

  it("leads from a duplicate to the running one, and reads well without a link", () => {
    expect(jobMessage(say, sampleJob("duplicate"), LINK).text).toContain(`<${LINK}|`);
    expect(jobMessage(say, sampleJob("duplicate")).text).toContain("the one you asked for before");
  });

  it("says what was spent when it was cancelled", () => {
    const text = (renderWasRunning: boolean) =>
      jobMessage(say, sampleJob({ ...STATES.cancelled, renderWasRunning })).text;
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
  const shown = (job: Job, thumbnail = true) => withRequest(say, jobMessage(say, job), job, { thumbnail });
  const lineOf = ({ blocks }: Message) =>
    blocks.flatMap((block) => (block.type === "context" ? block.elements : []));

  const lasting = jobs.filter(([name]) => name !== "deleted");
  it.each(lasting)("stands under the message, which stays sound: %s", (_name, job) => {
    const more = { photo: slackPhoto("me.jpg"), gesturePrompt: "waves", resolution: "1080" } as const;
    const asked = { ...job, request: { ...job.request, ...more } };
    const message = shown(asked);
    expectSound(message, job);
    expect(message.blocks[0]).toHaveProperty("accessory.slack_file", { id: "F7" });
    const buttons = jobMessage(say, asked).blocks.filter(({ type }) => type === "actions");
    expect(message.blocks.filter(({ type }) => type === "actions")).toEqual(buttons);
  });

  it("goes with the video that was deleted", () => {
    const job = { ...sampleJob("delivered"), finish: { stage: "removed", tries: 0 } } as const;
    const request = { ...job.request, photo: slackPhoto("me.jpg"), gesturePrompt: "waves" };
    expect(shown({ ...job, request })).toEqual(jobMessage(say, { ...job, request }));
  });

  it("shows no address that was typed among the gestures", () => {
    const { text } = shown(wanting({ gesturePrompt: "waves https://x.example/a?token=secret slowly" }));
    expect(text).toContain("waves … slowly");
    expect(text).not.toContain("secret");
  });

  it("goes without saying for a photo and a recording", () => {
    const job = sampleJob("rendering");
    expect(shown(job)).toEqual(jobMessage(say, job));
  });

  it("says the words, the voice, the gestures and the resolution in one line, and in the text too", () => {
    const voice = { id: "v", name: "Anna" };
    const speech = { type: "words", text: `Hello\n<!channel> & ${"long ".repeat(30)}`, voice } as const;
    const job = wanting({ speech, resolution: "1080", gesturePrompt: "waves <@U2>" });
    const [line, ...more] = lineOf(shown(job));
    expect(more).toEqual([]);
    const text = `Words: “Hello &lt;!channel&gt; &amp; ${"long ".repeat(8)}l…” · Voice: Anna · Gestures: “waves &lt;@U2&gt;” · 1080p`;
    expect(line).toEqual({ type: "mrkdwn", text, verbatim: true });
    expect(shown(job).text).toBe(`${jobMessage(say, job).text} ${text}`);
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
  const cases: [Parameters<typeof noticeMessage>[2], Job][] = [
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
    const notice = noticeMessage(say, job, kind);
    expectSound(notice, job);
    expect(notice.text).toContain(`<@${job.requesterId}>`);
  });

  it("ask about a second payment with both answers at hand", () => {
    const buttons = buttonsOf(noticeMessage(say, sampleJob("asking"), "asking"));
    expect(buttons.map(({ action_id }) => action_id)).toEqual([actions.tryAgain, actions.leaveIt]);
  });
});

describe("the finish", () => {
  it("mentions the person and says that it is made by a machine", () => {
    for (const text of [
      finishComment(say, sampleJob("sharing ready")),
      linkComment(say, sampleJob("linking ready"), LINK),
    ]) {
      expect(text).toContain("<@U1>");
      expect(text).toContain("AI-generated");
    }
  });

  it("says how long it is, how long it took and what it cost, as far as that is known", () => {
    const render = { ...FINISHED, seconds: 6.6, renderedAt: NOW + 65_000 };
    const job = (more: object, over: Partial<Job> = {}) =>
      sampleJob({ ...STATES["sharing ready"], render: { ...render, ...more } }, { acceptedAt: NOW, ...over });
    const facts = (text: string) => text.split("\n")[1];
    expect(facts(finishComment(say, job({ credits: 12.5 })))).toBe(
      "7 s long · ready after 1 min 5 s · 12.5 credits",
    );
    expect(facts(finishComment(say, job({})))).toBe("7 s long · ready after 1 min 5 s");
    expect(facts(finishComment(say, job({ credits: 1 }, { paidSpeech: true })))).toContain(
      "1 credit for the video",
    );
    expect(facts(finishComment(say, sampleJob("delivered")))).toBeUndefined();
  });

  it("says the same when it gets its buttons, of which In 1080 only after 720", () => {
    const made = { ...FINISHED, credits: 3 };
    const job = sampleJob({ ...STATES.delivered, made });
    expectSound(finishMessage(say, job), job);
    expect(finishMessage(say, job).text).toBe(
      finishComment(say, sampleJob({ ...STATES["sharing ready"], render: made })),
    );
    expect(buttonsOf(finishMessage(say, job)).map(({ action_id }) => action_id)).toEqual(FINISH_BUTTONS);
    const in1080 = { ...job, request: { ...job.request, resolution: "1080" } as const };
    expect(buttonsOf(finishMessage(say, in1080)).map(({ action_id }) => action_id)).not.toContain(
      actions.in1080,
    );
  });
});

describe("details", () => {
  it.each(jobs)("read well and fit: %s", (_name, job) => {
    const text = detailsText(say, job);
    expect(text).toContain(job.id);
    expect(text.length).toBeLessThanOrEqual(MAX_SECTION);
    expect(text).not.toMatch(/undefined|null|\[object|NaN/);
  });

  it("hold the ids, times and codes that no other message has", () => {
    const made = { ...FINISHED, attempt: 2, startedAt: NOW - 90_500, credits: 3 };
    const done = detailsText(say, sampleJob({ ...STATES.delivered, made, finishedAt: NOW }));
    expect(done).toContain(FINISHED.renderId);
    expect(done).toMatch(/AKOOL 1 min 30 s/);
    expect(done).toMatch(/attempt 2 · 3 credits/);
    expect(done).toMatch(/<!date\^\d+\^/);
    const failed = { ...STATES.failed, failure: { reason: "akool_error", code: "1015" } } as const;
    expect(detailsText(say, sampleJob(failed))).toMatch(/`akool_error`, code `1015`/);
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
      jobMessage(say, job),
      noticeMessage(say, job, "ended"),
      noticeMessage(say, job, "failed"),
    ])
      expect(`${text} ${JSON.stringify(blocks)}`).not.toMatch(/<!channel>|evil\.example/);
    // The excerpt of the gestures is what they typed, and neither calls anybody nor leads anywhere.
    const { text, blocks } = withRequest(say, jobMessage(say, job), job, { thumbnail: true });
    expect(`${text} ${JSON.stringify(blocks)}`).not.toMatch(/<!channel>|<http|evil\.example\/[<x]/);
    // Private, and it may say where a link leads to.
    expect(detailsText(say, job)).not.toMatch(/<!channel>|<https/);
  });
});

describe("private answers", () => {
  it("to Post it after all tell an end of the 7 days from a press that came too late", () => {
    expect(afterAllText(say, sampleJob("cancelled, rendering"))).toMatch(/7 days; that time is over/);
    for (const name of ["cancelled", "delivered", "rendering"] as const)
      expect(afterAllText(say, sampleJob(name))).toMatch(/decided already.*`\/talkingphoto`/);
  });

  const many = Array.from({ length: 50 }, (_, n) =>
    sampleJob(STATE_NAMES[n % STATE_NAMES.length] ?? "failed", { requesterId: "U1" as UserId }),
  );

  it.each([
    ["help", helpText(say)],
    ["an answer to nonsense", unknownText(say, { key: "command.photo_link_missing" })],
    ["the status of nothing", statusText(say, [], NOW)],
    ["the status of much", statusText(say, many, NOW)],
    ["an empty history", historyText(say, [])],
    ["a history", historyText(say, many.slice(0, 10))],
    ["watching", watchText(say, true, false)],
    ["not watching", watchText(say, false, false)],
    ["watching in a direct message", watchText(say, true, true)],
  ])("read well and fit: %s", (_what, text) => {
    expect(text.trim()).not.toBe("");
    expect(text).not.toMatch(/undefined|null|\[object|NaN/);
    // Slack cuts a message's text at 40 000 characters; nobody reads more than this.
    expect(text.length).toBeLessThanOrEqual(8000);
  });
});
