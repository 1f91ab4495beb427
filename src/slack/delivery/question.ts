import type { Job } from "../../job/job.ts";
import type { Question } from "../../job/question.ts";
import { actions, chooseAction, goOnAction } from "../surface.ts";
import { quoted } from "./quoted.ts";

/** A question to the person, before anything is paid, and the buttons that answer it. */

export interface Button {
  readonly text: string;
  readonly action: string;
  readonly style?: "primary" | "danger";
  /** Asked before the press counts. */
  readonly confirm?: {
    readonly title: string;
    readonly text: string;
    readonly yes: string;
    readonly no: string;
  };
}

const FILL_IN: Button = { text: "Open the form", action: actions.fillIn };
const OTHER_PHOTO: Button = { text: "Choose another photo", action: actions.fillIn };
const OTHER_RECORDING: Button = { text: "Choose another recording", action: actions.fillIn };
const EACH: Button = { text: "One video for each", action: actions.each };

const QUOTED_CHARACTERS = 300;
const NOTHING_YET = "Nothing has been spent.";

/** What is asked, in a sentence or two that says what was seen and what can be done. */
export function questionText({ place, request, paidSpeech }: Job, question: Question): string {
  const nothingYet = paidSpeech ? "" : NOTHING_YET;
  const beside = request.unusable === undefined ? "" : ` I cannot use ${request.unusable}.`;
  const reply = place.channelId.startsWith("D")
    ? "reply in this thread"
    : "reply in this thread and mention me";
  switch (question.kind) {
    case "photo_missing":
      return request.speech.type === "words"
        ? `I have the words.${beside} Now a photo: ${reply} with one clear face, or open the form.`
        : `I have the recording.${beside} Now a photo: ${reply} with one clear face, or open the form.`;
    case "speech_missing":
      return `I have the photo.${beside} Now a recording, or type what it should say: ${reply} with either, or open the form.`;
    case "which_photo":
      return `I see ${question.count} photos.${beside} Which one should talk? They are numbered as you shared them.`;
    case "which_speech":
      return `I see ${question.count} recordings.${beside} Which one should it say? They are numbered as you shared them.`;
    case "say_this": {
      const text = request.speech.type === "words" ? request.speech.text : "";
      const photo = request.photo.type === "thread" ? "the photo at the top of this thread" : "the photo";
      return `${beside} Shall ${photo} say “${quoted(text, QUOTED_CHARACTERS)}”? ${nothingYet}`.trimStart();
    }
    case "photo_small":
      return `The photo is small, ${question.seen}: the video may look blurred. ${nothingYet}`;
    case "photo_strange":
      return `That is ${question.seen}: the video may look odd. ${nothingYet}`;
    case "no_face":
      return `I see no face in that photo. AKOOL may not be able to use it, and may charge for trying. ${nothingYet}`;
    case "many_faces":
      return `I see ${question.faces.length} faces in that photo, and only one can talk. Choose one, and I crop the photo to it. ${nothingYet}`;
    case "tiny_face":
      return `The face in that photo is very small: the video may look blurred. A closer picture is better. ${nothingYet}`;
    case "speech_clipped":
      return `The recording is so loud that it is distorted, and will sound so in the video. ${nothingYet}`;
    case "speech_too_long": {
      const long =
        question.seconds === undefined ? "too long" : `${Math.round(question.seconds)} seconds long`;
      return `The recording is ${long}, and I take up to ${question.limitSeconds}. I can cut it at ${inSeconds(question.cutAtSeconds)}. ${nothingYet}`;
    }
    case "speech_unclear":
      return "I can't tell whether AKOOL has spoken your words: its answer was lost. Saying them again may cost a little credit a second time. Try again?";
  }
}

export function answersTo(question: Question): readonly Button[] {
  const goOn: Button = { text: "Go on anyway", action: goOnAction(question.kind), style: "primary" };
  switch (question.kind) {
    case "photo_missing":
    case "speech_missing":
      return [{ ...FILL_IN, style: "primary" }];
    case "which_photo":
      return [...numbered("Photo", question), ...(question.each ? [each(question.count)] : [])];
    case "which_speech":
      return [...numbered("Recording", question), ...(question.each ? [each(question.count)] : [])];
    case "say_this":
      return [{ ...goOn, text: "Say it" }];
    case "photo_small":
    case "photo_strange":
    case "no_face":
    case "tiny_face":
      return [goOn, OTHER_PHOTO];
    case "many_faces":
      return [
        ...facesInWords(question.faces.length).map((text, index) => ({
          text,
          action: chooseAction(question.kind, index),
        })),
        { ...goOn, text: "Use the whole photo" },
        OTHER_PHOTO,
      ];
    case "speech_clipped":
      return [goOn, OTHER_RECORDING];
    case "speech_too_long":
      return [{ ...goOn, text: `Cut it at ${inSeconds(question.cutAtSeconds)}` }, OTHER_RECORDING];
    case "speech_unclear":
      return [{ ...goOn, text: "Try again" }];
  }
}

/** "one video for each" is a payment for each: the button says how many. */
function each(count: number): Button {
  return { ...EACH, text: `${EACH.text} (${count} videos)` };
}

function numbered(what: string, { kind, count }: { kind: string; count: number }): Button[] {
  return Array.from({ length: count }, (_, index) => ({
    text: `${what} ${index + 1}`,
    action: chooseAction(kind, index),
  }));
}

function facesInWords(count: number): string[] {
  if (count === 2) return ["Left face", "Right face"];
  if (count === 3) return ["Left face", "Middle face", "Right face"];
  return Array.from({ length: count }, (_, index) => `Face ${index + 1} from the left`);
}

function inSeconds(seconds: number): string {
  return `${Math.floor(seconds)} s`;
}
