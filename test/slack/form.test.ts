import { describe, expect, it } from "vitest";
import type { ChannelId, JobId, UserId } from "../../src/job/ids.ts";
import type { Voice } from "../../src/job/speech-api.ts";
import type { TakenFiles } from "../../src/job/store.ts";
import { parseView } from "../../src/sandbox/slack/block-kit.ts";
import { whyNotAllowed } from "../../src/slack/intake/access.ts";
import { slackSource } from "../../src/slack/intake/file-role.ts";
import { type FormLook, fields, formView, loadingView } from "../../src/slack/intake/form.ts";
import { MAX_GESTURE_PROMPT } from "../../src/slack/intake/parse-command.ts";
import { type FormBody, formBody, slackFile } from "../../src/slack/intake/payloads.ts";
import { readForm } from "../../src/slack/intake/read-form.ts";
import { voiceOption } from "../../src/slack/intake/voice-options.ts";
import { formCallbackId } from "../../src/slack/surface.ts";
import { type Said, type Say, sayIn } from "../../src/words/say.ts";
import { LOCALES } from "../../src/words/sentences.ts";

const say = sayIn("en");
const FORM_ID = "x".repeat(22);
const MEGABYTE = 1024 * 1024;

const file = (id: string, mimetype: string, more: object = {}) =>
  slackFile.parse({
    id,
    mode: "hosted",
    mimetype,
    size: 1000,
    url_private: `https://files.slack.com/${id}`,
    ...more,
  });
const jpeg = file("FJPEG", "image/jpeg");
const mp3 = file("FMP3", "audio/mpeg");

const photo = fields.photo.block;
const speech = fields.speech.block;
const words = fields.words.block;
const voice = fields.voice.block;
const remember = fields.remember.block;
const where = fields.where.block;
const resolution = fields.resolution.block;
const gesture = fields.gesture.block;
const gestureWords = fields.gestureWords.block;
const showFirst = fields.showFirst.block;

const CHANNEL = "C1" as ChannelId;
const ANNA: Voice = {
  id: "anna-1",
  name: "Anna",
  language: "de",
  gender: "female",
  previewUrl: "https://example.com/anna.mp3",
};

const empty: FormLook = { taken: {} };
const global: FormLook = { taken: {}, asksWhere: true };

/** The action id of each input, by its block, as the form itself has them. */
const actionIds = new Map(
  formView(say, FORM_ID, global).blocks.flatMap((block) =>
    "element" in block ? [[block.block_id ?? "", block.element.action_id ?? ""] as const] : [],
  ),
);

/** As `view_submission` brings them: `fields` is laid over a form with both files; undefined takes a block away. */
function values(fields: Record<string, unknown> = {}): FormBody["view"]["state"]["values"] {
  const filled: Record<string, unknown> = {
    [photo]: { files: [jpeg] },
    [speech]: { files: [mp3] },
    [resolution]: { selected_option: { value: "720" } },
    [gesture]: { selected_option: { value: "natural" } },
    [gestureWords]: { value: null },
    ...fields,
  };
  const state = Object.entries(filled).flatMap(([block, value]) =>
    value === undefined ? [] : [[block, { [actionIds.get(block) ?? ""]: value }]],
  );
  const view = { id: "V1", private_metadata: FORM_ID, state: { values: Object.fromEntries(state) } };
  return formBody.parse({ team: { id: "T1" }, user: { id: "U1" }, view }).view.state.values;
}

const read = (fieldsOver: Record<string, unknown> = {}, taken: TakenFiles = {}) =>
  readForm(values(fieldsOver), { taken, channelId: CHANNEL }, [ANNA]);

describe("the form", () => {
  const taken = { photo: slackSource(jpeg), speech: slackSource(mp3) };
  const said = { type: "words", text: "Hello & welcome" } as const;
  const option = voiceOption(say, ANNA);

  const looks: [string, (say: Say) => ReturnType<typeof formView>][] = [
    ["while it loads", (say) => loadingView(say, FORM_ID)],
    ["empty", (say) => formView(say, FORM_ID, empty)],
    ["opened from anywhere", (say) => formView(say, FORM_ID, global)],
    ["with the photo of a message", (say) => formView(say, FORM_ID, { taken: { photo: taken.photo } })],
    ["with both files of a message", (say) => formView(say, FORM_ID, { taken })],
    [
      "with words given before",
      (say) => formView(say, FORM_ID, { taken: { photo: taken.photo, speech: said } }),
    ],
    [
      "with a usual voice",
      (say) => formView(say, FORM_ID, { ...empty, inChannel: true, usualVoice: option }),
    ],
    [
      "with a sample",
      (say) =>
        formView(say, FORM_ID, { ...empty, sample: { name: "<A|B>", url: "https://example.com/a.mp3" } }),
    ],
    [
      "of a request",
      (say) =>
        formView(say, FORM_ID, {
          ...empty,
          takenFrom: "request",
          begun: { resolution: "1080", gesturePrompt: "nods" },
        }),
    ],
    [
      "that changes what was given",
      (say) => formView(say, FORM_ID, { taken: { ...taken, changes: "abc234defg" as JobId } }),
    ],
    [
      "that changes long words",
      (say) => {
        const words = { ...said, text: "x".repeat(3001) };
        return formView(say, FORM_ID, { taken: { speech: words, changes: "abc234defg" as JobId } });
      },
    ],
    [
      "with gestures of one's own",
      (say) => formView(say, FORM_ID, { ...empty, usual: { gesturePrompt: "nods" } }),
    ],
  ];

  it.each(LOCALES.flatMap((locale) => looks.map(([what, look]) => [locale, what, look] as const)))(
    "passes Slack's limits in %s: %s",
    (locale, _what, look) => {
      const view = look(sayIn(locale));
      expect(() => parseView(view)).not.toThrow();
      expect(JSON.stringify(view).length).toBeLessThan(250_000);
      expect(JSON.stringify(view)).not.toMatch(/undefined|null|\[object|\{(?!")/);
    },
  );

  it("carries the id of the opening and nothing else", () => {
    const view = formView(say, FORM_ID, { taken });
    expect(view).toMatchObject({ callback_id: formCallbackId, private_metadata: FORM_ID });
    expect(JSON.stringify(view)).not.toContain("files.slack.com");
  });

  it("asks for what it does not have", () => {
    const asksFor = (look: FormLook) =>
      formView(say, FORM_ID, look)
        .blocks.map((block) => block.block_id)
        .filter((id) => id !== resolution && id !== gesture && id !== gestureWords && id !== undefined);
    expect(asksFor(empty)).toEqual([photo, speech, words, voice, remember]);
    expect(asksFor({ ...empty, inChannel: true })).toEqual([
      photo,
      speech,
      words,
      voice,
      remember,
      showFirst,
    ]);
    expect(asksFor(global)).toEqual([where, photo, speech, words, voice, remember, showFirst]);
    expect(asksFor({ taken: { photo: taken.photo } })).toEqual([speech, words, voice, remember]);
    expect(asksFor({ taken: { speech: taken.speech } })).toEqual([photo]);
    expect(asksFor({ taken: { speech: said } })).toEqual([photo, voice, remember]);
    expect(asksFor({ taken })).toEqual([]);
  });

  it("is ticked to be shown first as the person is used to, unless the request before says otherwise", () => {
    const isTicked = (look: FormLook) =>
      JSON.stringify(formView(say, FORM_ID, { ...look, inChannel: true })).includes("initial_options");
    const begun = { resolution: "720" } as const;
    expect(isTicked(empty)).toBe(false);
    expect(isTicked({ ...empty, usual: { showFirst: true } })).toBe(true);
    expect(isTicked({ ...empty, usual: { showFirst: true }, begun })).toBe(false);
    expect(isTicked({ ...empty, begun: { ...begun, showFirst: true } })).toBe(true);
  });

  it("shows a sample of the voice beside it, and keeps every other block as it was", () => {
    const before = formView(say, FORM_ID, empty).blocks;
    const sample = { name: "Anna", url: "https://example.com/anna.mp3" };
    const after = formView(say, FORM_ID, { ...empty, sample }).blocks;
    const added = after.filter((block) => block.block_id === "talkingphoto.sample");
    expect(JSON.stringify(added)).toContain("<https://example.com/anna.mp3|▶ Listen to Anna>");
    expect(after.filter((block) => !added.includes(block))).toEqual(before);
  });

  it("offers to remember a voice for a channel only in one", () => {
    const offers = (look: FormLook) => JSON.stringify(formView(say, FORM_ID, look));
    expect(offers({ ...empty, inChannel: true })).toContain("for this channel");
    expect(offers(empty)).not.toContain("for this channel");
  });

  it("names all that it asks for as ours", () => {
    expect(
      [...actionIds.keys(), ...actionIds.values()].filter((id) => !id.startsWith("talkingphoto.")),
    ).toEqual([]);
  });

  it("lets nobody type a longer gesture prompt than a command may have", () => {
    const view = formView(say, FORM_ID, empty);
    expect(JSON.stringify(view)).toContain(`"max_length":${MAX_GESTURE_PROMPT}`);
  });
});

describe("the form sent off", () => {
  it("becomes a request", () => {
    expect(read()).toEqual({
      type: "complete",
      channelId: CHANNEL,
      remember: [],
      request: { photo: slackSource(jpeg), speech: slackSource(mp3), resolution: "720" },
    });
  });

  it("takes what it has where it did not ask", () => {
    const taken = { photo: slackSource(jpeg), speech: slackSource(mp3) };
    expect(read({ [photo]: undefined, [speech]: undefined }, taken)).toMatchObject({
      type: "complete",
      request: taken,
    });
  });

  it("takes words in a voice, or in whichever fits", () => {
    const inWords = { [speech]: { files: [] }, [words]: { value: "  Hello there " } };
    const chosen = { selected_option: voiceOption(say, ANNA) };
    expect(read(inWords)).toMatchObject({ request: { speech: { type: "words", text: "Hello there" } } });
    expect(read({ ...inWords, [voice]: chosen })).toMatchObject({
      request: { speech: { text: "Hello there", voice: { id: "anna-1", name: "Anna", language: "de" } } },
    });
    const unlisted = { selected_option: { text: { text: "Zoe · French" }, value: "zoe-9" } };
    expect(read({ ...inWords, [voice]: unlisted })).toMatchObject({
      request: { speech: { voice: { id: "zoe-9", name: "Zoe" } } },
    });
  });

  it("gives words that were given before another voice, and forgets how the one before spoke them", () => {
    const before = { id: "ben-2", name: "Ben" };
    const given = {
      type: "words",
      text: "Hi",
      voice: before,
      spokenUrl: "https://example.com/hi.mp3",
    } as const;
    const noFile = { [speech]: undefined };
    const kept = { selected_option: { text: { text: "Ben" }, value: "ben-2" } };
    const spoken = (over: Record<string, unknown>) => {
      const result = read({ ...noFile, ...over }, { speech: given });
      return result.type === "complete" ? result.request.speech : undefined;
    };
    expect(spoken({})).toEqual(given);
    expect(spoken({ [voice]: kept })).toEqual(given);
    expect(spoken({ [voice]: { selected_option: voiceOption(say, ANNA) } })).toEqual({
      type: "words",
      text: "Hi",
      voice: { id: "anna-1", name: "Anna", language: "de" },
    });
  });

  it("remembers a voice for whom it was asked to, and nothing without one", () => {
    const ticked = (...whose: string[]) => ({ selected_options: whose.map((value) => ({ value })) });
    const chosen = { [voice]: { selected_option: voiceOption(say, ANNA) } };
    const remembered = (over: Record<string, unknown>) => {
      const result = read(over);
      return result.type === "complete"
        ? result.remember.map(({ whose, voice: { id } }) => `${whose}: ${id}`)
        : [];
    };
    expect(remembered({ ...chosen, [remember]: ticked("channel", "me") })).toEqual([
      "me: anna-1",
      "channel: anna-1",
    ]);
    expect(remembered({ ...chosen, [remember]: ticked() })).toEqual([]);
    expect(remembered({ [remember]: ticked("me") })).toEqual([]);
  });

  it("says where it belongs when it was opened from anywhere", () => {
    const anywhere = (over: Record<string, unknown>) => readForm(values(over), { taken: {} }, []);
    expect(anywhere({ [where]: { selected_conversation: "C9" } })).toMatchObject({ channelId: "C9" });
    expect(anywhere({ [where]: { selected_conversation: null } })).toMatchObject({
      type: "errors",
      errors: { [where]: { key: "form.nowhere" } },
    });
  });

  it("knows the resolution and the gestures", () => {
    const choose = (value: string) => ({ selected_option: { value } });
    const request = (over: Record<string, unknown>) => {
      const result = read(over);
      return result.type === "complete" ? result.request : undefined;
    };
    expect(request({ [resolution]: choose("1080") })?.resolution).toBe("1080");
    expect(request({ [resolution]: undefined })?.resolution).toBe("720");
    expect(request({ [gesture]: choose("calm") })?.gesturePrompt).toMatch(/calm/);
    expect(request({ [gesture]: choose("natural") })).not.toHaveProperty("gesturePrompt");
    const own = { [gesture]: choose("lively"), [gestureWords]: { value: "  waves " } };
    expect(request(own)?.gesturePrompt).toBe("waves");
    expect(request({ [gestureWords]: { value: "   " } })).not.toHaveProperty("gesturePrompt");
  });

  const filled = (...files: unknown[]) => ({ files });

  it.each<[string, Record<string, unknown>, string[]]>([
    ["no photo", { [photo]: filled() }, [photo]],
    ["null for a recording", { [speech]: { files: null } }, [speech]],
    ["neither field", { [photo]: undefined, [speech]: undefined }, [photo, speech]],
    ["a recording as the photo", { [photo]: filled(mp3) }, [photo]],
    ["a PDF as the photo", { [photo]: filled(file("F1", "application/pdf")) }, [photo]],
    ["a video as the photo", { [photo]: filled(file("F1", "video/mp4")) }, [photo]],
    ["a recording and words", { [words]: { value: "Hello" } }, [words]],
    ["neither a recording nor words", { [speech]: filled(), [words]: { value: "  " } }, [speech]],
    ["a photo as the recording", { [speech]: filled(jpeg) }, [speech]],
    ["each for the other", { [photo]: filled(mp3), [speech]: filled(jpeg) }, [photo, speech]],
    [
      "a photo that is too big",
      { [photo]: filled(file("F1", "image/png", { size: 21 * MEGABYTE })) },
      [photo],
    ],
    [
      "a recording that is too big",
      { [speech]: filled(file("F1", "audio/wav", { size: 51 * MEGABYTE })) },
      [speech],
    ],
  ])("is refused on the field, in words that fit there: %s", (_what, over, wrong) => {
    const result = read(over);
    const errors = result.type === "errors" ? result.errors : {};
    expect(Object.keys(errors)).toEqual(wrong);
    for (const { key, values } of Object.values(errors)) {
      for (const locale of LOCALES) {
        const text = sayIn(locale).plain(key, values);
        expect(text).toMatch(/[.!。]$/);
        // Slack shows one line or two below a field.
        expect(text.length).toBeLessThanOrEqual(150);
      }
    }
  });

  it.each(LOCALES)("says in %s what concerns no field, and nothing is cut off", (locale) => {
    const closed = { allowedUsers: new Set(["U0ELSE"]), allowedChannels: new Set<string>() };
    const refusals = [["U012345678A"], []].map((admins) =>
      whyNotAllowed("U1" as UserId, CHANNEL, { ...closed, adminUsers: new Set(admins) }),
    );
    const elsewhere = { allowedUsers: new Set<string>(), allowedChannels: new Set(["C012345678A"]) };
    refusals.push(whyNotAllowed("U1" as UserId, CHANNEL, { ...elsewhere, adminUsers: new Set() }));
    const others: Said[] = (
      ["form.too_old", "form.gone_on", "answer.not_yours", "answer.not_saved"] as const
    ).map((key) => ({ key }));
    for (const said of [...refusals, ...others]) {
      const text = said && sayIn(locale).plain(said.key, said.values);
      expect(text).toMatch(/^.{10,150}$/);
    }
  });

  it.each([
    ["a file without labels", file("F1", "")],
    ["the sound of a video", file("F1", "video/mp4")],
    ["a clip of a phone", file("F1", "video/mp4", { subtype: "slack_audio" })],
    ["a WebM", file("F1", "video/webm")],
  ])("takes %s for a recording: its bytes are judged later", (_what, recording) => {
    expect(read({ [speech]: filled(recording) })).toMatchObject({ type: "complete" });
  });
});
