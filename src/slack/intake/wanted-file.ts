import type { Question } from "../../job/question.ts";

/** Which of the two files another one of would answer the question; undefined: neither. */
export function wantedFile(question: Question): "photo" | "recording" | undefined {
  switch (question.kind) {
    case "photo_missing":
    case "which_photo":
    case "photo_small":
    case "photo_strange":
    case "no_face":
    case "many_faces":
    case "tiny_face":
      return "photo";
    case "speech_missing":
    case "which_speech":
    case "speech_clipped":
    case "speech_too_long":
    case "say_this":
      return "recording";
    case "speech_unclear":
      return undefined;
  }
}
