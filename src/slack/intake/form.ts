import type { KnownBlock, View } from "@slack/web-api";
import type { Habits } from "../../job/habits.ts";
import type { RenderRequest } from "../../job/request.ts";
import type { TakenFiles } from "../../job/store.ts";
import type { Say } from "../../words/say.ts";
import type { Key } from "../../words/sentences.ts";
import { formCallbackId, voiceAction } from "../surface.ts";
import { MAX_GESTURE_PROMPT } from "./parse-command.ts";
import type { Option } from "./voice-options.ts";

/** How many characters Slack lets a person type into one field. */
export const MAX_TYPED_WORDS = 3000;
const SHOWN_OF_WORDS = 200;

/** How one form looks. */
export interface FormLook {
  /** Not asked for again. */
  readonly taken: TakenFiles;
  /** Where that comes from. */
  readonly takenFrom?: "message" | "request";
  /** It was opened from nowhere in particular, so it asks where the video goes. */
  readonly asksWhere?: boolean;
  /** The channel can have a voice of its own. */
  readonly inChannel?: boolean;
  /** The person's voice, or the channel's. */
  readonly usualVoice?: Option;
  /** Of a request that waits for what is missing. */
  readonly begun?: Pick<RenderRequest, "resolution" | "gesturePrompt" | "showFirst">;
  /** What the person is used to could not be read: then nothing is asked that has a usual answer of theirs. */
  readonly isPlain?: true;
  /** The person's own defaults. */
  readonly usual?: Pick<Habits, "resolution" | "gesturePrompt" | "showFirst">;
  /** Of the voice that was just chosen. */
  readonly sample?: { readonly name: string; readonly url: string };
}

/** The fields, each a block that holds one element. */
export const fields = {
  where: { block: "talkingphoto.where", action: "talkingphoto.where_choice" },
  photo: { block: "talkingphoto.photo", action: "talkingphoto.photo_file" },
  speech: { block: "talkingphoto.speech", action: "talkingphoto.speech_file" },
  words: { block: "talkingphoto.words", action: "talkingphoto.words_text" },
  voice: { block: "talkingphoto.voice", action: voiceAction },
  remember: { block: "talkingphoto.remember", action: "talkingphoto.remember_voice" },
  resolution: { block: "talkingphoto.resolution", action: "talkingphoto.resolution_choice" },
  gesture: { block: "talkingphoto.gesture", action: "talkingphoto.gesture_choice" },
  gestureWords: { block: "talkingphoto.gesture_words", action: "talkingphoto.gesture_text" },
  showFirst: { block: "talkingphoto.show_first", action: "talkingphoto.show_first_choice" },
} as const;

/** Ready-made gesture prompts; `prompt` is what AKOOL gets. */
export const GESTURES = [
  { label: "form.gestures_natural", value: "natural", prompt: undefined },
  {
    label: "form.gestures_calm",
    value: "calm",
    prompt: "The person speaks calmly with a warm, friendly smile, small nods and relaxed hands.",
  },
  {
    label: "form.gestures_lively",
    value: "lively",
    prompt:
      "The person speaks with energy, raises the eyebrows, nods, and underlines the words with open hand gestures.",
  },
] as const;

/** What stands for them is looked up when the form is sent. */
export const USUAL = "usual";
/** The checkbox is ticked. */
export const SHOW_FIRST = "show_first";

function whereInput(say: Say): KnownBlock {
  return {
    ...input("where", say.plain("form.where")),
    element: {
      type: "conversations_select",
      action_id: fields.where.action,
      default_to_current_conversation: true,
      filter: { include: ["public", "private", "im"] },
    },
  };
}

function photoInput(say: Say): KnownBlock {
  return {
    ...input("photo", say.plain("form.photo")),
    hint: text(say.plain("form.photo_hint")),
    element: {
      type: "file_input",
      action_id: fields.photo.action,
      filetypes: ["jpg", "jpeg", "png", "webp", "heic", "heif", "gif", "avif"],
      max_files: 1,
    },
    // Not left to Slack: a missing file is answered on its field, in our words.
    optional: true,
  };
}

function speechInput(say: Say): KnownBlock {
  return {
    ...input("speech", say.plain("form.recording")),
    hint: text(say.plain("form.recording_hint")),
    element: {
      type: "file_input",
      action_id: fields.speech.action,
      filetypes: ["mp3", "m4a", "mp4", "wav", "webm", "ogg", "flac", "aac", "amr", "mov"],
      max_files: 1,
    },
    optional: true,
  };
}

/** `initial` stands there to be changed. */
function wordsInput(say: Say, initial?: string): KnownBlock {
  return {
    ...input("words", say.plain(initial === undefined ? "form.words" : "form.words_filled_in")),
    element: {
      type: "plain_text_input",
      action_id: fields.words.action,
      multiline: true,
      max_length: MAX_TYPED_WORDS,
      ...(initial === undefined ? {} : { initial_value: initial }),
    },
    optional: true,
  };
}

/** Shown within the trigger's three seconds, before anything else is done. */
export function loadingView(say: Say, formId: string): View {
  return { ...frame(say, formId), blocks: [section(say.plain("form.loading"))] };
}

export function formView(say: Say, formId: string, look: FormLook): View {
  const { taken, begun, usual } = look;
  const isChange = taken.changes !== undefined;
  const isSpoken = isChange || taken.speech === undefined || taken.speech.type === "words";
  const option = (label: Key, value: string) => optionOf(say.plain(label), value);
  const resolutions = {
    720: option("form.resolution_720", "720"),
    1080: option("form.resolution_1080", "1080"),
  };
  const [natural, ...moreGestures] = GESTURES;
  const naturalGestures = option(natural.label, natural.value);
  const usualGestures = usual?.gesturePrompt ? option("form.gestures_usual", USUAL) : undefined;
  return {
    ...frame(say, formId),
    submit: text(say.plain("form.submit")),
    blocks: [
      ...(look.asksWhere ? [whereInput(say)] : []),
      ...photoBlocks(say, look),
      ...speechBlocks(say, look),
      ...(isSpoken ? voiceBlocks(say, look) : []),
      {
        ...input("resolution", say.plain("form.resolution")),
        element: {
          type: "static_select",
          action_id: fields.resolution.action,
          initial_option: resolutions[(begun ?? usual)?.resolution ?? "720"],
          options: [resolutions[720], resolutions[1080]],
        },
      },
      {
        ...input("gesture", say.plain("form.gestures")),
        element: {
          type: "static_select",
          action_id: fields.gesture.action,
          initial_option: !begun && usualGestures ? usualGestures : naturalGestures,
          options: [
            naturalGestures,
            ...moreGestures.map(({ label, value }) => option(label, value)),
            ...(usualGestures ? [usualGestures] : []),
          ],
        },
      },
      {
        ...input("gestureWords", say.plain("form.gestures_own")),
        optional: true,
        element: {
          type: "plain_text_input",
          action_id: fields.gestureWords.action,
          multiline: true,
          max_length: MAX_GESTURE_PROMPT,
          ...(begun?.gesturePrompt === undefined ? {} : { initial_value: begun.gesturePrompt }),
        },
      },
      ...showFirstBlocks(say, look),
    ],
  };
}

function photoBlocks(say: Say, { taken, takenFrom = "message" }: FormLook): KnownBlock[] {
  if (!taken.photo) return [photoInput(say)];
  if (taken.changes === undefined) return [section(say.plain("form.photo_given", { from: takenFrom }))];
  return [section(say.plain("form.photo_same")), photoInput(say)];
}

function speechBlocks(say: Say, { taken, takenFrom = "message" }: FormLook): KnownBlock[] {
  const { speech, changes } = taken;
  if (!speech) return [speechInput(say), wordsInput(say)];
  const words = speech.type === "words" ? speech.text : undefined;
  const shown = words && { words: shortened(words) };
  if (changes === undefined)
    return [
      section(
        shown ? say.plain("form.words_given", shown) : say.plain("form.recording_given", { from: takenFrom }),
      ),
    ];
  const initial = words && fitting(words);
  if (initial) return [speechInput(say), wordsInput(say, initial)];
  const same = shown ? say.plain("form.words_same", shown) : say.plain("form.recording_same");
  return [section(same), speechInput(say), wordsInput(say)];
}

/** In a direct message with the app there is nobody else to see it. */
function showFirstBlocks(say: Say, { asksWhere, inChannel, begun, usual, isPlain }: FormLook): KnownBlock[] {
  if (isPlain || (!asksWhere && !inChannel)) return [];
  const choice = optionOf(say.plain("showFirst.choice"), SHOW_FIRST);
  return [
    {
      ...input("showFirst", say.plain("showFirst.label")),
      hint: text(say.plain("showFirst.hint")),
      optional: true,
      element: {
        type: "checkboxes",
        action_id: fields.showFirst.action,
        options: [choice],
        ...((begun ?? usual)?.showFirst ? { initial_options: [choice] } : {}),
      },
    },
  ];
}

/** Words that fit into a form's field; from a post they may be longer. */
export function fitting(words: string): string | undefined {
  return words.length <= MAX_TYPED_WORDS ? words : undefined;
}

function section(words: string): KnownBlock {
  return { type: "section", text: text(words) };
}

function voiceBlocks(say: Say, { usualVoice, inChannel, sample }: FormLook): KnownBlock[] {
  const whose = [
    optionOf(say.plain("form.remember_me"), "me"),
    ...(inChannel ? [optionOf(say.plain("form.remember_channel"), "channel")] : []),
  ];
  return [
    {
      ...input("voice", say.plain("form.voice")),
      hint: text(say.plain("form.voice_hint")),
      optional: true,
      dispatch_action: true,
      element: {
        type: "external_select",
        action_id: fields.voice.action,
        min_query_length: 0,
        placeholder: text(say.plain("form.voice_placeholder")),
        ...(usualVoice ? { initial_option: usualVoice } : {}),
      },
    },
    ...(sample ? [listen(say, sample)] : []),
    {
      ...input("remember", say.plain("form.remember")),
      optional: true,
      element: { type: "checkboxes", action_id: fields.remember.action, options: whose },
    },
  ];
}

function listen(say: Say, { name, url }: NonNullable<FormLook["sample"]>): KnownBlock {
  const label = say("form.listen", { name: name.replaceAll(/[<>&|]/g, " ") });
  return {
    type: "section",
    block_id: "talkingphoto.sample",
    text: { type: "mrkdwn", text: `<${url}|${label}>` },
  };
}

function input(field: keyof typeof fields, label: string) {
  return { type: "input" as const, block_id: fields[field].block, label: text(label) };
}

function frame(say: Say, formId: string) {
  return {
    type: "modal" as const,
    callback_id: formCallbackId,
    private_metadata: formId,
    title: text(say.plain("form.title")),
    close: text(say.plain("form.close")),
  };
}

function optionOf(shown: string, value: string): Option {
  return { text: text(shown), value };
}

function text(words: string) {
  return { type: "plain_text" as const, text: words };
}

function shortened(words: string): string {
  return words.length <= SHOWN_OF_WORDS ? words : `${words.slice(0, SHOWN_OF_WORDS)}…`;
}
