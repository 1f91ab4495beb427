import { asKept, markup, type Say } from "../words/say.ts";
import type { Key } from "../words/sentences.ts";
import type { Failure, FailureReason } from "./failure.ts";
import type { Job } from "./job.ts";

/** Every reason there is. */
export function failureReasons(): readonly FailureReason[] {
  // Object.keys gives string[], whatever the object.
  return Object.keys(details) as FailureReason[];
}

/** The one sentence (or two) for a person: what was seen, what is wrong, what to do next. */
export function failureText(say: Say, failure: Failure): string {
  return textOf(say, failure, true);
}

/** The same about a job that may have had words spoken, which costs a little: then not with the word that nothing was spent. */
export function failureTextOf(say: Say, { paidSpeech }: Pick<Job, "paidSpeech">, failure: Failure): string {
  return textOf(say, failure, !paidSpeech);
}

function textOf(say: Say, failure: Failure, nothingSpent: boolean): string {
  const { reason, seen, limit, file, code } = failure;
  const detail = details[reason];
  // Made where the lists are known, in whole sentences.
  if (reason === "not_allowed" && seen !== undefined) return say.kept(seen);
  const isDamaged = code === "damaged" && detail.whenDamaged !== undefined;
  const text = say(isDamaged ? detail.whenDamaged : `failure.${reason}`, {
    seen: asKept(seen ?? { key: detail.otherwise ?? "seen.that_file" }),
    limited: limit === undefined ? "no" : "yes",
    limit: asKept(limit ?? ""),
    file: file ?? "file",
    scope: scopeIn(failure),
    coded: code === undefined ? "no" : "yes",
    code: code ?? "",
    spent: nothingSpent ? "nothing" : "something",
    advice: { key: detail.advice?.(failure) ?? "advice.voice_clip" },
  });
  return nothingSpent && detail.isUnspent ? say("failure.nothing_spent", { text: markup(text) }) : text;
}

/** Slack names the permission it wants. */
function scopeIn({ code = "" }: Failure): string {
  return /^[a-z_.]+:[a-z_.:]+$/.test(code) ? code : "files:read";
}

/** What the sentence for a reason needs beside itself. */
interface Detail {
  /** What is said to have been seen where nothing concrete was. */
  readonly otherwise?: Key;
  readonly advice?: (failure: Failure) => Key;
  readonly whenDamaged?: Key;
  /** Refused before AKOOL was asked for anything: the sentence is followed by the word that nothing was spent. */
  readonly isUnspent?: true;
}

/** What turns a file into one that can be used, by what it was found to be (`code`). */
const PHOTO_ADVICE: Readonly<Record<string, Key>> = {
  svg: "advice.screenshot",
  eps: "advice.screenshot",
  pdf: "advice.screenshot_of_picture",
  office: "advice.screenshot_of_picture",
  html: "advice.save_picture",
  psd: "advice.export_picture",
  raw: "advice.export_raw",
  zip: "advice.unpack_photo",
  gzip: "advice.unpack_photo",
  mp4: "advice.pause_video",
  webm: "advice.pause_video",
  avi: "advice.pause_video",
  damaged: "advice.screenshot",
};
const SPEECH_ADVICE: Readonly<Record<string, Key>> = {
  no_sound: "advice.video_with_speech",
  midi: "advice.play_and_record",
  playlist: "advice.save_recording",
  html: "advice.save_recording",
  zip: "advice.unpack_recording",
  gzip: "advice.unpack_recording",
  damaged: "advice.check_recording",
};

function adviceFrom(known: Readonly<Record<string, Key>>, otherwise: Key): (failure: Failure) => Key {
  return ({ code }) =>
    (code !== undefined && Object.hasOwn(known, code) ? known[code] : undefined) ?? otherwise;
}

const ASKED_FOR_BOTH = () => "advice.share_both" as const;
/** The two taps that give a recording that can be used. */
const VOICE_CLIP = () => "advice.voice_clip" as const;
const UNSPENT: Detail = { isUnspent: true };

const details: Readonly<Record<FailureReason, Detail>> = {
  nothing_shared: {},
  photo_missing: { otherwise: "seen.recording", advice: ASKED_FOR_BOTH },
  speech_missing: { otherwise: "seen.photo", advice: ASKED_FOR_BOTH },
  too_many_files: { otherwise: "seen.several_files" },
  not_allowed: {},
  not_decided: {},

  slack_scope_missing: UNSPENT,
  slack_file_unavailable: UNSPENT,
  slack_file_external: { otherwise: "seen.another_service", isUnspent: true },
  url_not_allowed: UNSPENT,
  url_unreachable: UNSPENT,
  url_not_found: UNSPENT,
  url_is_web_page: UNSPENT,

  photo_unreadable: {
    whenDamaged: "failure.photo_damaged",
    advice: adviceFrom(PHOTO_ADVICE, "advice.screenshot_of_photo"),
    isUnspent: true,
  },
  photo_type_unsupported: {
    otherwise: "seen.that_picture",
    advice: adviceFrom(PHOTO_ADVICE, "advice.save_as_jpeg"),
    isUnspent: true,
  },
  photo_too_big: { otherwise: "seen.too_big", isUnspent: true },
  photo_too_small: { otherwise: "seen.too_small", isUnspent: true },

  speech_unreadable: {
    whenDamaged: "failure.speech_damaged",
    advice: adviceFrom(SPEECH_ADVICE, "advice.voice_clip"),
    isUnspent: true,
  },
  speech_type_unsupported: {
    otherwise: "seen.that_recording",
    advice: adviceFrom(SPEECH_ADVICE, "advice.voice_clip"),
    isUnspent: true,
  },
  speech_too_big: { otherwise: "seen.too_big", advice: VOICE_CLIP, isUnspent: true },
  speech_too_long: { otherwise: "seen.too_long", advice: VOICE_CLIP, isUnspent: true },
  words_too_long: { otherwise: "seen.too_long_to_say", isUnspent: true },
  speech_silent: { otherwise: "seen.nothing_heard", isUnspent: true },
  speech_empty: { advice: VOICE_CLIP, isUnspent: true },

  akool_parameter: {},
  akool_media_unusable: {},
  akool_too_many_faces: {},
  akool_speech_unusable: {},
  akool_too_long: {},
  akool_too_big: {},
  akool_out_of_credit: {},
  akool_key_refused: {},
  akool_account: {},
  akool_permission: {},
  akool_busy: {},
  akool_error: {},
  akool_voice_unknown: UNSPENT,
  akool_text_unusable: {},
  akool_speech_lost: {},
  // Its own sentence says that nothing was spent, before it says what to do.
  no_voice: {},
  render_failed: {},
  render_lost: {},
  render_gone: {},

  video_unreachable: {},
  video_unusable: {},
  cannot_post: {},
  not_in_channel: {},
  slack_connection_revoked: {},

  cancelled: {},
  left_alone: {},
  restored: {},
  internal_error: {},
};
