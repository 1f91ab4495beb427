import type { KnownBlock, View } from "@slack/web-api";
import type { Habits } from "../../job/habits.ts";
import type { RenderRequest } from "../../job/job.ts";
import type { TakenFiles } from "../../job/store.ts";
import { showFirstText } from "../delivery/show-first-text.ts";
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
  { text: "Natural (AKOOL decides)", value: "natural", prompt: undefined },
  {
    text: "Calm and friendly",
    value: "calm",
    prompt: "The person speaks calmly with a warm, friendly smile, small nods and relaxed hands.",
  },
  {
    text: "Lively, with hand gestures",
    value: "lively",
    prompt:
      "The person speaks with energy, raises the eyebrows, nods, and underlines the words with open hand gestures.",
  },
] as const;

const NATURAL = option(GESTURES[0].text, GESTURES[0].value);
/** What stands for them is looked up when the form is sent. */
export const USUAL = "usual";
/** The checkbox is ticked. */
export const SHOW_FIRST = "show_first";
const USUAL_GESTURES = option("My usual ones", USUAL);

const RESOLUTIONS = [option("720p (quicker)", "720"), option("1080p", "1080")] as const;

const whereInput: KnownBlock = {
  ...input("where", "Where to post it"),
  element: {
    type: "conversations_select",
    action_id: fields.where.action,
    default_to_current_conversation: true,
    filter: { include: ["public", "private", "im"] },
  },
};

const photoInput: KnownBlock = {
  ...input("photo", "Photo"),
  hint: text("One clear face that looks at the camera. JPEG, PNG, HEIC, WebP, GIF or AVIF, up to 10 MB."),
  element: {
    type: "file_input",
    action_id: fields.photo.action,
    filetypes: ["jpg", "jpeg", "png", "webp", "heic", "heif", "gif", "avif"],
    max_files: 1,
  },
  // Not left to Slack: a missing file is answered on its field, in our words.
  optional: true,
};

const speechInput: KnownBlock = {
  ...input("speech", "Recording"),
  hint: text("What the photo should say: MP3, M4A, WAV or the sound of a video, up to 10 MB."),
  element: {
    type: "file_input",
    action_id: fields.speech.action,
    filetypes: ["mp3", "m4a", "mp4", "wav", "webm", "ogg", "flac", "aac", "amr", "mov"],
    max_files: 1,
  },
  optional: true,
};

const wordsInput: KnownBlock = {
  ...input("words", "Or type what it should say"),
  element: {
    type: "plain_text_input",
    action_id: fields.words.action,
    multiline: true,
    max_length: MAX_TYPED_WORDS,
  },
  optional: true,
};

/** Shown within the trigger's three seconds, before anything else is done. */
export function loadingView(formId: string): View {
  return { ...frame(formId), blocks: [{ type: "section", text: text("One moment…") }] };
}

export function formView(formId: string, look: FormLook): View {
  const { taken, begun, usual } = look;
  const isChange = taken.changes !== undefined;
  const isSpoken = isChange || taken.speech === undefined || taken.speech.type === "words";
  const resolution =
    RESOLUTIONS.find(({ value }) => value === (begun ?? usual)?.resolution) ?? RESOLUTIONS[0];
  return {
    ...frame(formId),
    submit: text("Make it talk"),
    blocks: [
      ...(look.asksWhere ? [whereInput] : []),
      ...photoBlocks(look),
      ...speechBlocks(look),
      ...(isSpoken ? voiceBlocks(look) : []),
      {
        ...input("resolution", "Resolution"),
        element: {
          type: "static_select",
          action_id: fields.resolution.action,
          initial_option: resolution,
          options: [...RESOLUTIONS],
        },
      },
      {
        ...input("gesture", "Gestures"),
        element: {
          type: "static_select",
          action_id: fields.gesture.action,
          initial_option: !begun && usual?.gesturePrompt ? USUAL_GESTURES : NATURAL,
          options: [
            ...GESTURES.map(({ text: shown, value }) => option(shown, value)),
            ...(usual?.gesturePrompt ? [USUAL_GESTURES] : []),
          ],
        },
      },
      {
        ...input("gestureWords", "Or describe the gestures yourself"),
        optional: true,
        element: {
          type: "plain_text_input",
          action_id: fields.gestureWords.action,
          multiline: true,
          max_length: MAX_GESTURE_PROMPT,
          ...(begun?.gesturePrompt === undefined ? {} : { initial_value: begun.gesturePrompt }),
        },
      },
      ...showFirstBlocks(look),
    ],
  };
}

function photoBlocks({ taken, takenFrom }: FormLook): KnownBlock[] {
  if (!taken.photo) return [photoInput];
  if (taken.changes === undefined) return [section(`Photo: ${given(takenFrom)}.`)];
  return [section("Photo: the same, unless you choose another."), photoInput];
}

function speechBlocks({ taken, takenFrom }: FormLook): KnownBlock[] {
  const { speech, changes } = taken;
  if (!speech) return [speechInput, wordsInput];
  const isWords = speech.type === "words";
  if (changes === undefined)
    return [section(isWords ? `Words: “${shortened(speech.text)}”` : `Recording: ${given(takenFrom)}.`)];
  const words = isWords ? fitting(speech.text) : undefined;
  if (words !== undefined) return [speechInput, filledIn(words)];
  const same = isWords ? `Words: “${shortened(speech.text)}”` : "Recording: the same";
  return [section(`${same}, unless you choose a recording or type other words.`), speechInput, wordsInput];
}

/** In a direct message with the app there is nobody else to see it. */
function showFirstBlocks({ asksWhere, inChannel, begun, usual }: FormLook): KnownBlock[] {
  if (!asksWhere && !inChannel) return [];
  const choice = option(showFirstText.choice, SHOW_FIRST);
  return [
    {
      ...input("showFirst", showFirstText.label),
      hint: text(showFirstText.hint),
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

function filledIn(words: string): KnownBlock {
  return {
    ...input("words", "Or what it should say"),
    optional: true,
    element: {
      type: "plain_text_input",
      action_id: fields.words.action,
      multiline: true,
      max_length: MAX_TYPED_WORDS,
      initial_value: words,
    },
  };
}

function given(takenFrom: FormLook["takenFrom"]): string {
  return takenFrom === "request" ? "the one you have given" : "the one in the message";
}

function section(words: string): KnownBlock {
  return { type: "section", text: text(words) };
}

function voiceBlocks({ usualVoice, inChannel, sample }: FormLook): KnownBlock[] {
  const whose = [option("for me", "me"), ...(inChannel ? [option("for this channel", "channel")] : [])];
  return [
    {
      ...input("voice", "Voice for the words"),
      hint: text(
        "Type a name, a language, or male or female. Without one I take a voice that speaks the language of the words.",
      ),
      optional: true,
      dispatch_action: true,
      element: {
        type: "external_select",
        action_id: fields.voice.action,
        min_query_length: 0,
        placeholder: text("Choose a voice"),
        ...(usualVoice ? { initial_option: usualVoice } : {}),
      },
    },
    ...(sample ? [listen(sample)] : []),
    {
      ...input("remember", "Remember this voice"),
      optional: true,
      element: { type: "checkboxes", action_id: fields.remember.action, options: whose },
    },
  ];
}

function listen({ name, url }: NonNullable<FormLook["sample"]>): KnownBlock {
  const label = name.replaceAll(/[<>&|]/g, " ");
  return {
    type: "section",
    block_id: "talkingphoto.sample",
    text: { type: "mrkdwn", text: `<${url}|▶ Listen to ${label}>` },
  };
}

function input(field: keyof typeof fields, label: string) {
  return { type: "input" as const, block_id: fields[field].block, label: text(label) };
}

function frame(formId: string) {
  return {
    type: "modal" as const,
    callback_id: formCallbackId,
    private_metadata: formId,
    title: text("Talking photo"),
    close: text("Close"),
  };
}

function option(shown: string, value: string): Option {
  return { text: text(shown), value };
}

function text(words: string) {
  return { type: "plain_text" as const, text: words };
}

function shortened(words: string): string {
  return words.length <= SHOWN_OF_WORDS ? words : `${words.slice(0, SHOWN_OF_WORDS)}…`;
}
