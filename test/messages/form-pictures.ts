import type { JobId, SlackFileId } from "../../src/job/ids.ts";
import type { Voice } from "../../src/job/speech-api.ts";
import type { TakenFiles } from "../../src/job/store.ts";
import { type FormLook, fields, formView, loadingView } from "../../src/slack/intake/form.ts";
import { type FormBody, slackFile } from "../../src/slack/intake/payloads.ts";
import { readForm } from "../../src/slack/intake/read-form.ts";
import { voiceOption, voiceOptions } from "../../src/slack/intake/voice-options.ts";
import type { Say } from "../../src/words/say.ts";
import { CHANNEL } from "../job/sample-jobs.ts";
import type { Picture } from "./draw-picture.ts";
import { type Named, REQUEST } from "./sample-requests.ts";

/** The form in each of its looks, and what it says to what is wrong. */

export const FORM_ID = "form";

const GLORIA: Voice = { id: "v1", name: "Gloria", language: "en", gender: "female" };
const HANS: Voice = { id: "v2", name: "Hans", language: "de", gender: "male" };
const PHOTO = { type: "slack", fileId: "F1" as SlackFileId, url: "https://files.slack.com/f1" } as const;
const RECORDING = { type: "slack", fileId: "F2" as SlackFileId, url: "https://files.slack.com/f2" } as const;
const WORDS = { type: "words", text: "Welcome to the team, Ben!" } as const;

export function forms(say: Say): Named[] {
  const change = "jjjjjjjjjj" as JobId;
  const look = (over: Partial<FormLook>): Picture => ({
    view: formView(say, FORM_ID, { taken: {}, ...over }),
    conversation: CHANNEL,
  });
  return [
    ["for a moment", { view: loadingView(say, FORM_ID) }],
    ["from a command, in a channel", look({ inChannel: true })],
    [
      "from anywhere, with a usual voice and gestures of one's own",
      look({
        asksWhere: true,
        usualVoice: voiceOption(say, GLORIA),
        usual: { resolution: "1080", gesturePrompt: "waves with one hand" },
      }),
    ],
    [
      "with a sample of the chosen voice",
      look({ sample: { name: "Gloria", url: "https://example.com/gloria.mp3" } }),
    ],
    ["on a message with a photo", look({ taken: { photo: PHOTO }, takenFrom: "message", inChannel: true })],
    [
      "on a message with a recording",
      look({ taken: { speech: RECORDING }, takenFrom: "message", inChannel: true }),
    ],
    [
      "for a request that waits for a photo",
      look({
        taken: { speech: WORDS },
        takenFrom: "request",
        begun: REQUEST,
      }),
    ],
    [
      "for a request that waits for a recording",
      look({ taken: { photo: PHOTO }, takenFrom: "request", begun: REQUEST }),
    ],
    [
      "Change…, of words",
      look({
        taken: { changes: change, photo: PHOTO, speech: WORDS },
        takenFrom: "request",
        begun: REQUEST,
        inChannel: true,
      }),
    ],
    [
      "Change…, of a recording",
      look({
        taken: { changes: change, photo: PHOTO, speech: RECORDING },
        takenFrom: "request",
        begun: REQUEST,
        inChannel: true,
      }),
    ],
    [
      "Change…, of words that do not fit into a field",
      look({
        taken: {
          changes: change,
          photo: PHOTO,
          speech: { type: "words", text: "All the words there are. ".repeat(200) },
        },
        takenFrom: "request",
        begun: REQUEST,
      }),
    ],
    ["the voices, the resolutions and the gestures to choose from", allLists(say)],
  ];
}

/** The three lists hang open, as no screen shows them at once. */
function allLists(say: Say): Picture {
  const view = formView(say, FORM_ID, {
    taken: { photo: PHOTO },
    usual: { gesturePrompt: "waves with one hand" },
  });
  const choices: Record<string, readonly string[]> = {
    [fields.voice.action]: voiceOptions(say, [GLORIA, HANS], "").map(({ text }) => text.text),
  };
  for (const block of view.blocks)
    if ("element" in block && block.element.type === "static_select")
      choices[block.element.action_id ?? ""] = (block.element.options ?? []).map(({ text }) => text.text);
  return { view, opened: choices };
}

export function formErrors(say: Say): Named[] {
  const photo = file("image/jpeg");
  const recording = file("audio/mpeg");
  const tooBig = { size: 60_000_000 };
  return [
    ["sent off empty", wrong(say, {})],
    ["sent off empty, from anywhere", wrong(say, {}, {}, true)],
    ["files in each other's place", wrong(say, { photo: recording, speech: photo })],
    [
      "files that are too big",
      wrong(say, { photo: { ...photo, ...tooBig }, speech: { ...recording, ...tooBig } }),
    ],
    ["a recording and words", wrong(say, { photo, speech: recording, words: WORDS.text })],
  ];
}

function wrong(
  say: Say,
  {
    photo,
    speech,
    words,
  }: { readonly photo?: SlackFile; readonly speech?: SlackFile; readonly words?: string },
  taken: TakenFiles = {},
  asksWhere = false,
): Picture {
  const values: FormBody["view"]["state"]["values"] = {
    "talkingphoto.photo": { "talkingphoto.photo_file": { files: photo ? [photo] : [] } },
    "talkingphoto.speech": { "talkingphoto.speech_file": { files: speech ? [speech] : [] } },
    "talkingphoto.words": { "talkingphoto.words_text": { value: words } },
  };
  const result = readForm(values, { taken, ...(asksWhere ? {} : { channelId: CHANNEL }) }, []);
  if (result.type !== "errors") throw new Error("nothing is wrong with this form");
  return {
    view: formView(say, FORM_ID, { taken, asksWhere }),
    errors: Object.fromEntries(
      Object.entries(result.errors).map(([field, wrong]) => [field, say.plain(wrong.key, wrong.values)]),
    ),
  };
}

type SlackFile = ReturnType<typeof file>;

function file(mimetype: string) {
  return slackFile.parse({
    id: "F1",
    mode: "hosted",
    mimetype,
    size: 1000,
    url_private: "https://files.slack.com/f",
  });
}
