import type { KnownBlock, View } from "@slack/web-api";
import type { MediaSource, RenderRequest } from "../../job/job.ts";
import type { TakenFiles } from "../../job/store.ts";
import { formCallbackId } from "../surface.ts";
import { MAX_GESTURE_PROMPT } from "./parse-command.ts";
import type { FormBody, SlackFile } from "./payloads.ts";
import { roleOf, slackSource } from "./share.ts";

const PHOTO = {
  role: "photo",
  maxBytes: 20_000_000,
  missing: "Add a photo: one clear face, as JPEG, PNG or WebP.",
  wrongKind: "That is no photo. Add a JPEG, PNG or WebP picture here.",
} as const;

const RECORDING = {
  role: "recording",
  maxBytes: 50_000_000,
  missing: "Add a recording of what it should say, as MP3, M4A or WAV.",
  wrongKind: "That is no recording. Add an MP3, M4A or WAV here.",
} as const;

/** Ready-made gesture prompts; the value is what AKOOL gets. */
const GESTURES = [
  { text: "Natural (AKOOL decides)", value: "natural" },
  { text: "Calm and friendly", value: "calm" },
  { text: "Lively, with hand gestures", value: "lively" },
] as const;

const GESTURE_PROMPTS: Readonly<Record<string, string | undefined>> = {
  calm: "The person speaks calmly with a warm, friendly smile, small nods and relaxed hands.",
  lively:
    "The person speaks with energy, raises the eyebrows, nods, and underlines the words with open hand gestures.",
};

const photoInput: KnownBlock = {
  type: "input",
  block_id: "talkingphoto.photo",
  label: { type: "plain_text", text: "Photo" },
  hint: {
    type: "plain_text",
    text: "One clear face that looks at the camera. JPEG, PNG or WebP, up to 10 MB.",
  },
  element: {
    type: "file_input",
    action_id: "talkingphoto.photo_file",
    filetypes: ["jpg", "jpeg", "png", "webp"],
    max_files: 1,
  },
  // Not left to Slack: a missing file is answered on its field, in our words.
  optional: true,
};

const speechInput: KnownBlock = {
  type: "input",
  block_id: "talkingphoto.speech",
  label: { type: "plain_text", text: "Recording" },
  hint: { type: "plain_text", text: "What the photo should say: MP3, M4A or WAV, up to 10 MB." },
  element: {
    type: "file_input",
    action_id: "talkingphoto.speech_file",
    filetypes: ["mp3", "m4a", "mp4", "wav", "webm", "ogg"],
    max_files: 1,
  },
  optional: true,
};

/** Shown within the trigger's three seconds, before anything else is done. */
export function loadingView(formId: string): View {
  return {
    ...frame(formId),
    blocks: [{ type: "section", text: { type: "plain_text", text: "One moment…" } }],
  };
}

export function formView(formId: string, taken: TakenFiles): View {
  return {
    ...frame(formId),
    submit: { type: "plain_text", text: "Make it talk" },
    blocks: [
      ...(taken.photo ? [fromMessage("Photo")] : [photoInput]),
      ...(taken.speech ? [fromMessage("Recording")] : [speechInput]),
      {
        type: "input",
        block_id: "talkingphoto.resolution",
        label: { type: "plain_text", text: "Resolution" },
        element: {
          type: "static_select",
          action_id: "talkingphoto.resolution_choice",
          initial_option: option("720p (quicker)", "720"),
          options: [option("720p (quicker)", "720"), option("1080p", "1080")],
        },
      },
      {
        type: "input",
        block_id: "talkingphoto.gesture",
        label: { type: "plain_text", text: "Gestures" },
        element: {
          type: "static_select",
          action_id: "talkingphoto.gesture_choice",
          initial_option: option(GESTURES[0].text, GESTURES[0].value),
          options: GESTURES.map(({ text, value }) => option(text, value)),
        },
      },
      {
        type: "input",
        block_id: "talkingphoto.gesture_words",
        label: { type: "plain_text", text: "Or describe the gestures yourself" },
        optional: true,
        element: {
          type: "plain_text_input",
          action_id: "talkingphoto.gesture_text",
          multiline: true,
          max_length: MAX_GESTURE_PROMPT,
        },
      },
    ],
  };
}

export type FormResult =
  | { readonly type: "complete"; readonly request: RenderRequest }
  | { readonly type: "errors"; readonly errors: Record<string, string> };

/**
 * What was filled in and taken from a message, or an error for each field that cannot be used. Only labels and
 * sizes can be judged in three seconds.
 */
export function readForm(values: FormBody["view"]["state"]["values"], taken: TakenFiles): FormResult {
  const photo =
    taken.photo ?? judge(values["talkingphoto.photo"]?.["talkingphoto.photo_file"].files?.[0], PHOTO);
  const speech =
    taken.speech ?? judge(values["talkingphoto.speech"]?.["talkingphoto.speech_file"].files?.[0], RECORDING);
  if (typeof photo === "string" || typeof speech === "string") {
    const errors: Record<string, string> = {};
    if (typeof photo === "string") errors["talkingphoto.photo"] = photo;
    if (typeof speech === "string") errors["talkingphoto.speech"] = speech;
    return { type: "errors", errors };
  }

  const words = values["talkingphoto.gesture_words"]?.["talkingphoto.gesture_text"].value?.trim();
  const gesturePrompt =
    words ||
    GESTURE_PROMPTS[
      values["talkingphoto.gesture"]?.["talkingphoto.gesture_choice"].selected_option?.value ?? "natural"
    ];
  return {
    type: "complete",
    request: {
      photo,
      speech,
      resolution:
        values["talkingphoto.resolution"]?.["talkingphoto.resolution_choice"].selected_option?.value ===
        "1080"
          ? "1080"
          : "720",
      ...(gesturePrompt ? { gesturePrompt } : {}),
    },
  };
}

/** The file as a source, or the sentence for its field. */
function judge(file: SlackFile | undefined, wanted: typeof PHOTO | typeof RECORDING): MediaSource | string {
  if (!file) return wanted.missing;
  const role = roleOf(file);
  const soundOfVideo = wanted.role === "recording" && file.mimetype.startsWith("video/");
  if (role !== wanted.role && role !== "unknown" && !soundOfVideo) return wanted.wrongKind;
  if ((file.size ?? 0) > wanted.maxBytes) {
    return `That file is too big. The ${wanted.role} can have up to ${wanted.maxBytes / 1_000_000} MB.`;
  }
  return slackSource(file);
}

function fromMessage(what: string): KnownBlock {
  return { type: "section", text: { type: "mrkdwn", text: `*${what}*: the one in the message.` } };
}

function frame(formId: string) {
  return {
    type: "modal" as const,
    callback_id: formCallbackId,
    private_metadata: formId,
    title: { type: "plain_text" as const, text: "Talking photo" },
    close: { type: "plain_text" as const, text: "Close" },
  };
}

function option(text: string, value: string) {
  return { text: { type: "plain_text" as const, text }, value };
}
