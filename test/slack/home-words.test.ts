import { describe, expect, it } from "vitest";
import type { Job } from "../../src/job/job.ts";
import { settingsText } from "../../src/slack/home/defaults.ts";
import { findPage } from "../../src/slack/home/gallery.ts";
import { detailsText } from "../../src/slack/intake/details.ts";
import { startButton, welcomeText } from "../../src/slack/intake/welcome.ts";
import { type Say, sayIn } from "../../src/words/say.ts";
import { type Key, keys, LOCALES, sentences } from "../../src/words/sentences.ts";
import { ANNA, STATE_NAMES, STATES, sampleJob, WORKSPACE } from "../job/sample-jobs.ts";

const MAX_SECTION = 3000;
const HOSTILE = "<!channel> <https://evil.example|free> & `code` <@U9>";

/** Said with all its values, and nothing that was typed became a sign of Slack's. */
function expectSound(text: string): void {
  expect(text).not.toMatch(/[{}]|undefined|NaN|\[object/);
  expect(text).not.toMatch(/<!channel>|<https|<@U9>/);
  expect(text.split("\n")).not.toContain("…");
  expect(text.length).toBeLessThanOrEqual(MAX_SECTION);
}

describe.each(LOCALES)("in %s", (locale) => {
  const say = sayIn(locale);

  it("the details are whole, whatever became of the request", () => {
    const request: Job["request"] = {
      photo: { type: "url", url: "https://example.com/face.jpg" },
      speech: { type: "words", text: HOSTILE, voice: { id: "v", name: HOSTILE } },
      resolution: "720",
      gesturePrompt: HOSTILE,
    };
    for (const name of STATE_NAMES) {
      const text = detailsText(say, sampleJob(STATES[name], { request, paidSpeech: true }));
      expectSound(text.replaceAll(/<!date\^[^>]*>/g, ""));
      // Each code ends where it began.
      for (const line of text.split("\n")) expect(line.split("`").length % 2, line).toBe(1);
    }
  });

  it("the hello is whole, and names the button as it is", () => {
    const text = welcomeText(say, ANNA);
    expectSound(text);
    expect(text).toContain(`<@${ANNA}>`);
    expect(text).toContain(`*${startButton(say).text.text}*`);
    for (const command of ["`/invite`", "`/talkingphoto help`"]) expect(text).toContain(command);
  });

  it("the settings are whole, with and without choices", () => {
    expectSound(settingsText(say, {}));
    const habits = {
      voice: { id: "v", name: HOSTILE },
      resolution: "1080",
      gesturePrompt: HOSTILE.repeat(50),
    } as const;
    expectSound(settingsText(say, habits));
    expect(settingsText(say, habits)).toContain("1080p");
  });

  it("labels and buttons of the Home are short enough to be read at a glance", () => {
    const most: Partial<Record<Key, number>> = {
      "welcome.make_a_video": 30,
      "button.cancel": 30,
      "button.post_again": 30,
      "home.previous": 30,
      "home.next": 30,
      "home.newest": 30,
      "home.forget_voice": 30,
      "home.switch_off": 30,
      "home.resolution_720": 75,
      "home.search": 150,
      "home.voice": 150,
      "home.voice_hint": 150,
      "home.gestures": 150,
      "home.gestures_hint": 150,
    };
    const tooLong = keys().filter((key) => (sentences[locale](key)?.length ?? 0) > (most[key] ?? Infinity));
    expect(tooLong).toEqual([]);
  });
});

describe("a search in the Home", () => {
  const whose = { userId: ANNA, workspaceId: WORKSPACE };
  const found = async (say: Say, search: string, text: string) => {
    const request = { ...sampleJob("delivered").request, speech: { type: "words", text } as const };
    const job = sampleJob(STATES.delivered, { request });
    return (await findPage(say, whose, { search }, { endedJobsOf: async () => [job] })).jobs.length === 1;
  };

  it("finds Japanese in the middle of a line, and other words by their beginnings", async () => {
    expect(await found(sayIn("ja"), "誕生日", "お誕生日おめでとうございます")).toBe(true);
    expect(await found(sayIn("ja"), "おめでとう", "お誕生日おめでとうございます")).toBe(true);
    expect(await found(sayIn("ja"), "結婚", "お誕生日おめでとうございます")).toBe(false);
    expect(await found(sayIn("de"), "geburt", "Zum Geburtstag")).toBe(true);
    expect(await found(sayIn("de"), "tag", "Zum Geburtstag")).toBe(false);
  });
});
