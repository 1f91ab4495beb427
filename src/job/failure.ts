import type { Said } from "../words/say.ts";

/**
 * Why a request can end without a video, and the one sentence a person gets for each: what was seen,
 * what is wrong, what to do. The reason itself goes to the log and behind "Details".
 */
export type FailureReason =
  // what was asked for
  | "nothing_shared"
  | "photo_missing"
  | "speech_missing"
  | "too_many_files"
  | "not_allowed"
  | "not_decided"
  // getting the files
  | "slack_scope_missing"
  | "slack_file_unavailable"
  | "slack_file_external"
  | "url_not_allowed"
  | "url_unreachable"
  | "url_not_found"
  | "url_is_web_page"
  // judging the photo
  | "photo_unreadable"
  | "photo_type_unsupported"
  | "photo_too_big"
  | "photo_too_small"
  // judging the recording
  | "speech_unreadable"
  | "speech_type_unsupported"
  | "speech_too_big"
  | "speech_too_long"
  | "speech_empty"
  | "speech_silent"
  | "words_too_long"
  // what AKOOL says
  | "akool_parameter"
  | "akool_media_unusable"
  | "akool_too_many_faces"
  | "akool_speech_unusable"
  | "akool_too_long"
  | "akool_too_big"
  | "akool_out_of_credit"
  | "akool_key_refused"
  | "akool_account"
  | "akool_permission"
  | "akool_busy"
  | "akool_error"
  | "akool_voice_unknown"
  | "akool_text_unusable"
  | "akool_speech_lost"
  | "no_voice"
  | "render_failed"
  | "render_lost"
  | "render_gone"
  // getting the video back to Slack
  | "video_unreachable"
  | "video_unusable"
  | "cannot_post"
  | "not_in_channel"
  | "slack_connection_revoked"
  // the person or the operator
  | "cancelled"
  | "left_alone"
  | "restored"
  | "internal_error";

/** Facts that make a sentence concrete. All optional: a sentence must read well without them. */
export interface FailureFacts {
  /** What was seen: "an HEIC image", "a 12-minute recording". Never a raw file name. In old rows, English words. */
  readonly seen?: Said | string;
  /** The limit that was broken: "60 seconds", "20 MB". In old rows, English words. */
  readonly limit?: Said | string;
  /** "photo" or "recording": which of the two files it was about. */
  readonly file?: "photo" | "recording";
  /** A machine code for the log and "Details": an AKOOL code, a Slack error. */
  readonly code?: string;
}

export interface Failure extends FailureFacts {
  readonly reason: FailureReason;
}

/** Thrown where bytes are fetched or judged, caught where the step decides. Says nothing secret. */
export class RequestProblem extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(`${failure.reason}${failure.code ? ` (${failure.code})` : ""}`, options);
    this.name = "RequestProblem";
    this.failure = failure;
  }
}
