import type { FailureReason } from "../job/failure.ts";

/** `code` of a reply that worked. `msg` is "OK", "ok" or a sentence: never matched on. */
export const SUCCESS = 1000;
/** Too many calls: wait and ask again. */
export const TOO_FREQUENT = 1005;
/** Invalid or expired authorization: the one code that a new token can cure. */
export const AUTHORIZATION_INVALID = 1101;
/** "Content does not exist" and "resource does not exist": AKOOL has no render under this id. */
export const NOT_THERE: readonly number[] = [1008, 1014];

export interface AkoolCode {
  /** For logs and error messages; people in Slack get the sentence of `reason`. */
  readonly meaning: string;
  readonly reason: FailureReason;
  /** How many more times the same order may be sent. All codes are definite refusals: nothing was paid. */
  readonly retries: 0 | 1;
}

/**
 * Every failure code AKOOL documents. Source: AKOOL API reference, "Error Code"; retries as judged in
 * reference/akool.md 7.2. 1012, 1106 and 1107 are unassigned.
 */
export const akoolCodes: ReadonlyMap<number, AkoolCode> = new Map([
  [1003, row("parameter error", "akool_parameter")],
  [1004, row("verification required", "akool_account")],
  [1005, row("too many calls", "akool_busy")],
  [1006, row("insufficient quota", "akool_out_of_credit")],
  [1007, row("too many faces", "akool_too_many_faces")],
  [1008, row("content does not exist", "akool_error")],
  [1009, row("permission denied", "akool_permission")],
  [1010, row("cannot be operated", "akool_error")],
  [1011, row("already operated", "akool_error")],
  [1013, row("video without usable audio", "akool_speech_unusable")],
  [1014, row("resource does not exist", "akool_error")],
  // The wording says "try again later", but what it means is a URL without usable media (akool.md 7.2).
  [1015, row("video could not be created", "akool_media_unusable", 1)],
  [1016, row("face swap error", "akool_error")],
  [1017, row("audio not created", "akool_speech_unusable")],
  [1101, row("invalid or expired authorization", "akool_key_refused")],
  [1102, row("authorization empty", "akool_key_refused")],
  [1103, row("not paid or overdue", "akool_out_of_credit")],
  [1104, row("insufficient credit", "akool_out_of_credit")],
  [1105, row("avatar processing error", "akool_error", 1)],
  [1108, row("image processing error", "akool_media_unusable")],
  [1109, row("account does not exist", "akool_account")],
  [1110, row("audio processing error", "akool_speech_unusable", 1)],
  [1111, row("avatar callback error", "akool_error", 1)],
  [1112, row("voice processing error", "akool_speech_unusable", 1)],
  [1200, row("account banned", "akool_account")],
  [1201, row("audio could not be created", "akool_speech_unusable", 1)],
  [1202, row("same language lip sync repeated", "akool_error")],
  [1203, row("video must have audio", "akool_speech_unusable")],
  [1204, row("duration exceeded", "akool_too_long")],
  [1205, row("video could not be created", "akool_error", 1)],
  [1206, row("background change error", "akool_error")],
  [1207, row("size exceeded", "akool_too_big")],
  [1208, row("media could not be parsed", "akool_media_unusable")],
  [1209, row("unsupported encoding", "akool_media_unusable")],
  [1210, row("frame rate exceeded", "akool_media_unusable")],
  [1211, row("lip sync could not be created", "akool_error", 1)],
  [1212, row("sentiment analysis failed", "akool_error")],
  [1213, row("subscription required", "akool_account")],
  [1214, row("live avatar error", "akool_error")],
  [1215, row("live avatar error", "akool_error")],
  [1216, row("live avatar error", "akool_error")],
  [1217, row("live avatar error", "akool_error")],
  [1218, row("live avatar error", "akool_error")],
  [1219, row("live avatar error", "akool_error")],
  [1220, row("live avatar error", "akool_error")],
  [1221, row("not subscribed", "akool_account")],
  [1222, row("resource already exists", "akool_error")],
  [1223, row("live avatar error", "akool_error")],
]);

/** The row of `code`. A code nobody documented is final: a guess could pay twice. */
export function getAkoolCode(code: number): AkoolCode {
  return akoolCodes.get(code) ?? row("unknown code", "akool_error");
}

/**
 * The row of `code` as the answer to words that were to be spoken: there the only thing that can be missing is
 * the voice, the only parameter that people choose is the text, and no photo or recording is to blame.
 */
export function getSpeechCode(code: number): AkoolCode {
  const known = getAkoolCode(code);
  if (NOT_THERE.includes(code)) return { ...known, reason: "akool_voice_unknown" };
  return { ...known, reason: speechReasons[known.reason] ?? known.reason };
}

const speechReasons: Partial<Record<FailureReason, FailureReason>> = {
  akool_parameter: "akool_text_unusable",
  akool_too_long: "akool_text_unusable",
  akool_too_big: "akool_text_unusable",
  akool_speech_unusable: "akool_error",
  akool_media_unusable: "akool_error",
};

/** Whether the trouble is the account's, so that it says nothing about the render that was asked for. */
export function isAccountTrouble(reason: FailureReason): boolean {
  return accountReasons.includes(reason);
}

const accountReasons: readonly FailureReason[] = [
  "akool_key_refused",
  "akool_account",
  "akool_permission",
  "akool_out_of_credit",
];

function row(meaning: string, reason: FailureReason, retries: 0 | 1 = 0): AkoolCode {
  return { meaning, reason, retries };
}
