import { describe, expect, it } from "vitest";
import { parseView } from "../../src/sandbox/slack/block-kit.ts";
import { formView, loadingView, readForm } from "../../src/slack/intake/form.ts";
import { MAX_GESTURE_PROMPT } from "../../src/slack/intake/parse-command.ts";
import { type FormBody, formBody, slackFile } from "../../src/slack/intake/payloads.ts";
import { slackSource } from "../../src/slack/intake/share.ts";
import { formCallbackId } from "../../src/slack/surface.ts";

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

const photo = "talkingphoto.photo";
const speech = "talkingphoto.speech";
const resolution = "talkingphoto.resolution";
const gesture = "talkingphoto.gesture";
const gestureWords = "talkingphoto.gesture_words";

/** The action id of each input, by its block, as the form itself has them. */
const actionIds = new Map(
  formView(FORM_ID, {}).blocks.flatMap((block) =>
    "element" in block ? [[block.block_id ?? "", block.element.action_id ?? ""] as const] : [],
  ),
);

/** As `view_submission` brings them: `fields` is laid over a form with both files; undefined takes a block away. */
function values(fields: Record<string, unknown> = {}): FormBody["view"]["state"]["values"] {
  const filled = {
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

describe("the form", () => {
  const taken = { photo: slackSource(jpeg), speech: slackSource(mp3) };

  it.each([
    ["while it loads", loadingView(FORM_ID)],
    ["empty", formView(FORM_ID, {})],
    ["with the photo of a message", formView(FORM_ID, { photo: taken.photo })],
    ["with both files of a message", formView(FORM_ID, taken)],
  ])("passes Slack's limits: %s", (_what, view) => {
    expect(() => parseView(view)).not.toThrow();
    expect(JSON.stringify(view).length).toBeLessThan(250_000);
  });

  it("carries the id of the opening and nothing else", () => {
    expect(formView(FORM_ID, taken)).toMatchObject({
      callback_id: formCallbackId,
      private_metadata: FORM_ID,
    });
    expect(JSON.stringify(formView(FORM_ID, taken))).not.toContain("files.slack.com");
  });

  it("asks for what the message did not have", () => {
    const asksFor = (view: ReturnType<typeof formView>) =>
      view.blocks.map((block) => block.block_id).filter((id) => id === photo || id === speech);
    expect(asksFor(formView(FORM_ID, {}))).toEqual(["talkingphoto.photo", "talkingphoto.speech"]);
    expect(asksFor(formView(FORM_ID, { photo: taken.photo }))).toEqual(["talkingphoto.speech"]);
    expect(asksFor(formView(FORM_ID, taken))).toEqual([]);
  });

  it("names all that it asks for as ours", () => {
    expect(
      [...actionIds.keys(), ...actionIds.values()].filter((id) => !id.startsWith("talkingphoto.")),
    ).toEqual([]);
  });

  it("lets nobody type a longer gesture prompt than a command may have", () => {
    const view = formView(FORM_ID, {});
    expect(JSON.stringify(view)).toContain(`"max_length":${MAX_GESTURE_PROMPT}`);
  });
});

describe("the form sent off", () => {
  it("becomes a request", () => {
    expect(readForm(values(), {})).toEqual({
      type: "complete",
      request: { photo: slackSource(jpeg), speech: slackSource(mp3), resolution: "720" },
    });
  });

  it("takes the files of the message where it did not ask for them", () => {
    const taken = { photo: slackSource(jpeg), speech: slackSource(mp3) };
    const empty = values({ [photo]: undefined, [speech]: undefined });
    expect(readForm(empty, taken)).toMatchObject({ type: "complete", request: taken });
  });

  it("knows the resolution and the gestures", () => {
    const choose = (value: string) => ({ selected_option: { value } });
    const request = (fields: Record<string, unknown>) => {
      const result = readForm(values(fields), {});
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
  ])("is refused on the field, in words that fit there: %s", (_what, fields, wrong) => {
    const result = readForm(values(fields), {});
    const errors = result.type === "errors" ? result.errors : {};
    expect(Object.keys(errors)).toEqual(wrong);
    for (const text of Object.values(errors)) {
      expect(text).toMatch(/[.!]$/);
      // Slack shows one line or two below a field.
      expect(text.length).toBeLessThanOrEqual(150);
    }
  });

  it.each([
    ["a file without labels", file("F1", "")],
    ["the sound of a video", file("F1", "video/mp4")],
    ["a clip of a phone", file("F1", "video/mp4", { subtype: "slack_audio" })],
    ["a WebM", file("F1", "video/webm")],
  ])("takes %s for a recording: its bytes are judged later", (_what, recording) => {
    expect(readForm(values({ [speech]: filled(recording) }), {})).toMatchObject({ type: "complete" });
  });
});
