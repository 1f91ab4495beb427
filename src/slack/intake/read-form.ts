import type { Habits } from "../../job/habits.ts";
import type { ChannelId } from "../../job/ids.ts";
import type { ChosenVoice, MediaSource, RenderRequest, SpeechSource } from "../../job/request.ts";
import type { Voice } from "../../job/speech-api.ts";
import type { OpenForm, TakenFiles } from "../../job/store.ts";
import type { Said } from "../../words/say.ts";
import { roleOf, slackSource } from "./file-role.ts";
import { fields, fitting, GESTURES, SHOW_FIRST, USUAL } from "./form.ts";
import type { FormBody, SlackFile } from "./payloads.ts";
import { voiceBehind } from "./voice-options.ts";

const PHOTO = {
  role: "photo",
  maxBytes: 20_000_000,
  missing: "form.photo_missing",
  wrongKind: "form.photo_wrong_kind",
  tooBig: "form.photo_too_big",
} as const;

const RECORDING = {
  role: "recording",
  maxBytes: 50_000_000,
  missing: "form.recording_missing",
  wrongKind: "form.recording_wrong_kind",
  tooBig: "form.recording_too_big",
} as const;

type Values = FormBody["view"]["state"]["values"];

export type FormResult =
  | {
      readonly type: "complete";
      readonly request: RenderRequest;
      readonly channelId: ChannelId;
      /** The voice is to be used from now on. */
      readonly remember: readonly { readonly whose: "me" | "channel"; readonly voice: ChosenVoice }[];
    }
  | { readonly type: "errors"; readonly errors: Readonly<Record<string, Said>> };

/**
 * What was filled in and taken from elsewhere, or an error for each field that cannot be used. Only labels and
 * sizes can be judged in three seconds.
 */
export function readForm(
  values: Values,
  form: Pick<OpenForm, "taken" | "channelId">,
  voices: readonly Voice[],
  usual: Pick<Habits, "gesturePrompt" | "showFirst"> = {},
): FormResult {
  const voice = chosenVoice(values, voices);
  const photoFile = values["talkingphoto.photo"]?.["talkingphoto.photo_file"].files?.[0];
  const isSamePhoto = form.taken.changes === undefined || photoFile === undefined;
  const photo = (isSamePhoto ? form.taken.photo : undefined) ?? judge(photoFile, PHOTO);
  const { speech, wrongField } = readSpeech(values, form.taken, voice);
  const channelId =
    form.channelId ?? values["talkingphoto.where"]?.["talkingphoto.where_choice"].selected_conversation;
  if ("key" in photo || "key" in speech || !channelId) {
    const errors: Record<string, Said> = {};
    if ("key" in photo) errors[fields.photo.block] = photo;
    if ("key" in speech) errors[wrongField] = speech;
    if (!channelId) errors[fields.where.block] = { key: "form.nowhere" };
    return { type: "errors", errors };
  }

  const gesturePrompt = readGesture(values, usual.gesturePrompt);
  const resolution =
    values["talkingphoto.resolution"]?.["talkingphoto.resolution_choice"].selected_option?.value;
  return {
    type: "complete",
    channelId,
    remember: voice ? whoseVoice(values).map((whose) => ({ whose, voice })) : [],
    request: {
      photo,
      speech,
      resolution: resolution === "1080" ? "1080" : "720",
      ...(gesturePrompt ? { gesturePrompt } : {}),
      ...(isShownFirst(values, usual.showFirst) ? { showFirst: true } : {}),
    },
  };
}

/** What it should say, or the sentence for the field that is wrong. */
function readSpeech(
  values: Values,
  taken: TakenFiles,
  voice: ChosenVoice | undefined,
): { readonly speech: SpeechSource | Said; readonly wrongField: string } {
  const wrongField = fields.speech.block;
  const inVoice = voice ? { voice } : {};
  const file = values["talkingphoto.speech"]?.["talkingphoto.speech_file"].files?.[0];
  const typed = values["talkingphoto.words"]?.["talkingphoto.words_text"].value?.trim() ?? "";
  const { speech: before } = taken;
  // In a form that changes what was given, its words stand there filled in: a recording beside them replaces them.
  const isUntouched = before?.type === "words" && typed === before.text.trim();
  const text = file && isUntouched ? "" : typed;
  if (before && isKept(taken, file, text)) {
    // What was spoken for them before was in another voice; or AKOOL may have it no more.
    const isOther =
      before.type === "words" &&
      (taken.changes !== undefined || (voice !== undefined && voice.id !== before.voice?.id));
    return { speech: isOther ? { type: "words", text: before.text, ...inVoice } : before, wrongField };
  }
  if (text === "") return { speech: judge(file, RECORDING), wrongField };
  if (file) return { speech: { key: "form.one_of_both" }, wrongField: fields.words.block };
  return { speech: { type: "words", text, ...inVoice }, wrongField };
}

/** Taken from elsewhere, and neither replaced nor struck out. */
function isKept({ speech, changes }: TakenFiles, file: SlackFile | undefined, text: string): boolean {
  if (changes === undefined) return true;
  const wasFilledIn = speech?.type === "words" && fitting(speech.text) !== undefined;
  return !file && text === "" && !wasFilledIn;
}

function chosenVoice(values: Values, voices: readonly Voice[]): ChosenVoice | undefined {
  const chosen = values["talkingphoto.voice"]?.["talkingphoto.voice"].selected_option;
  if (!chosen) return undefined;
  const { previewUrl: _, ...voice } = voiceBehind(chosen, voices);
  return voice;
}

function whoseVoice(values: Values): ("me" | "channel")[] {
  const ticked = values["talkingphoto.remember"]?.["talkingphoto.remember_voice"].selected_options ?? [];
  return (["me", "channel"] as const).filter((whose) => ticked.some(({ value }) => value === whose));
}

/** A form without the box was drawn by who did not know of it: then as the person is used to. */
function isShownFirst(values: Values, usual: boolean | undefined): boolean {
  const box = values["talkingphoto.show_first"]?.["talkingphoto.show_first_choice"];
  if (!box) return usual === true;
  const ticked = box.selected_options ?? [];
  return ticked.some(({ value }) => value === SHOW_FIRST);
}

/** Their own words win over a ready-made prompt. */
function readGesture(values: Values, usual: string | undefined): string | undefined {
  const words = values["talkingphoto.gesture_words"]?.["talkingphoto.gesture_text"].value?.trim();
  const chosen = values["talkingphoto.gesture"]?.["talkingphoto.gesture_choice"].selected_option?.value;
  if (!words && chosen === USUAL) return usual;
  return words || GESTURES.find(({ value }) => value === chosen)?.prompt;
}

/** The file as a source, or the sentence for its field. */
function judge(file: SlackFile | undefined, wanted: typeof PHOTO | typeof RECORDING): MediaSource | Said {
  if (!file) return { key: wanted.missing };
  const role = roleOf(file);
  const soundOfVideo = wanted.role === "recording" && file.mimetype.startsWith("video/");
  if (role !== wanted.role && role !== "unknown" && !soundOfVideo) return { key: wanted.wrongKind };
  if ((file.size ?? 0) > wanted.maxBytes)
    return { key: wanted.tooBig, values: { megabytes: wanted.maxBytes / 1_000_000 } };
  return slackSource(file);
}
