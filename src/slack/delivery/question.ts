import type { Job } from "../../job/job.ts";
import type { Question } from "../../job/question.ts";
import { asKept, markup, type Say, type Values } from "../../words/say.ts";
import type { Key } from "../../words/sentences.ts";
import { actions, chooseAction, goOnAction } from "../surface.ts";
import { excerpt } from "./excerpt.ts";

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

const QUOTED_CHARACTERS = 300;

/** What is asked, in a sentence or two that says what was seen and what can be done. */
export function questionText(say: Say, job: Job, question: Question): string {
  const text = asked(say, job, question);
  const mayHaveCost = job.paidSpeech || !isBeforeSpending(question);
  return mayHaveCost ? text : say("question.nothing_spent", { text: markup(text) });
}

function asked(say: Say, { place, request }: Job, question: Question): string {
  const about = {
    place: place.channelId.startsWith("D") ? "direct" : "channel",
    unusable: request.unusable === undefined ? "no" : "yes",
    thing: asKept(request.unusable ?? ""),
  };
  switch (question.kind) {
    case "photo_missing":
      return say("question.photo_missing", {
        ...about,
        given: request.speech.type === "words" ? "words" : "recording",
      });
    case "speech_missing":
      return say("question.speech_missing", about);
    case "which_photo":
      return say("question.which_photo", { ...about, count: question.count });
    case "which_speech":
      return say("question.which_speech", { ...about, count: question.count });
    case "say_this": {
      const text = request.speech.type === "words" ? request.speech.text : "";
      return say("question.say_this", {
        ...about,
        photo: request.photo.type === "thread" ? "thread" : "given",
        words: excerpt(text, QUOTED_CHARACTERS),
      });
    }
    case "photo_small":
      return say("question.photo_small", { seen: asKept(question.seen) });
    case "photo_strange":
      return say("question.photo_strange", { seen: asKept(question.seen) });
    case "no_face":
      return say("question.no_face");
    case "many_faces":
      return say("question.many_faces", { count: question.faces.length });
    case "tiny_face":
      return say("question.tiny_face");
    case "speech_clipped":
      return say("question.speech_clipped");
    case "speech_too_long":
      return say("question.speech_too_long", {
        known: question.seconds === undefined ? "no" : "yes",
        seconds: Math.round(question.seconds ?? 0),
        limit: question.limitSeconds,
        cut: Math.floor(question.cutAtSeconds),
      });
    case "speech_unclear":
      return say("question.speech_unclear");
  }
}

/** What is missing, or chosen from, is asked before anybody could think that it costs something. */
function isBeforeSpending({ kind }: Question): boolean {
  switch (kind) {
    case "photo_missing":
    case "speech_missing":
    case "which_photo":
    case "which_speech":
    case "speech_unclear":
      return false;
    case "say_this":
    case "photo_small":
    case "photo_strange":
    case "no_face":
    case "many_faces":
    case "tiny_face":
    case "speech_clipped":
    case "speech_too_long":
      return true;
  }
}

export function answersTo(say: Say, question: Question): readonly Button[] {
  const goOn = (key: Key, values?: Values): Button => ({
    text: say.plain(key, values),
    action: goOnAction(question.kind),
    style: "primary",
  });
  const otherPhoto: Button = { text: say.plain("button.other_photo"), action: actions.fillIn };
  const otherRecording: Button = { text: say.plain("button.other_recording"), action: actions.fillIn };
  switch (question.kind) {
    case "photo_missing":
    case "speech_missing":
      return [{ text: say.plain("button.open_form"), action: actions.fillIn, style: "primary" }];
    case "which_photo":
      return [...numbered(say, "button.photo_number", question), ...each(say, question)];
    case "which_speech":
      return [...numbered(say, "button.recording_number", question), ...each(say, question)];
    case "say_this":
      return [goOn("button.say_it")];
    case "photo_small":
    case "photo_strange":
    case "no_face":
    case "tiny_face":
      return [goOn("button.go_on"), otherPhoto];
    case "many_faces":
      return [
        ...facesInWords(say, question.faces.length).map((text, index) => ({
          text,
          action: chooseAction(question.kind, index),
        })),
        goOn("button.whole_photo"),
        otherPhoto,
      ];
    case "speech_clipped":
      return [goOn("button.go_on"), otherRecording];
    case "speech_too_long":
      return [goOn("button.cut_at", { seconds: Math.floor(question.cutAtSeconds) }), otherRecording];
    case "speech_unclear":
      return [goOn("button.try_again")];
  }
}

/** "one video for each" is a payment for each: the button says how many. */
function each(say: Say, { each, count }: { each: boolean; count: number }): Button[] {
  return each ? [{ text: say.plain("button.each", { count }), action: actions.each }] : [];
}

function numbered(say: Say, key: Key, { kind, count }: { kind: string; count: number }): Button[] {
  return Array.from({ length: count }, (_, index) => ({
    text: say.plain(key, { number: index + 1 }),
    action: chooseAction(kind, index),
  }));
}

function facesInWords(say: Say, count: number): string[] {
  const left = say.plain("button.left_face");
  const right = say.plain("button.right_face");
  if (count === 2) return [left, right];
  if (count === 3) return [left, say.plain("button.middle_face"), right];
  return Array.from({ length: count }, (_, index) => say.plain("button.face_number", { number: index + 1 }));
}
