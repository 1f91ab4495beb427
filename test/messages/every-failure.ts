import type { Failure, FailureReason } from "../../src/job/failure.ts";
import { failureReasons, failureText } from "../../src/job/failure-text.ts";
import { describeFiles, serviceOf } from "../../src/slack/intake/file-role.ts";
import { slackFile } from "../../src/slack/intake/payloads.ts";
import type { Say } from "../../src/words/say.ts";

/** Why there is no video, in the sentences that people read. */

/** The reason, with what makes its sentence another one. */
export type NamedFailure = readonly [reason: string, sentence: string];

/** The advice depends on what the file was found to be. */
const CODES: Partial<Record<FailureReason, readonly string[]>> = {
  photo_unreadable: ["damaged", "pdf", "office", "html", "mp4", "zip"],
  photo_type_unsupported: ["svg", "psd", "raw"],
  speech_unreadable: ["damaged", "no_sound", "html", "zip"],
  speech_type_unsupported: ["midi", "playlist"],
};

/** First without the facts that make it concrete, which are not always known; then with them. */
export function everyFailure(say: Say): NamedFailure[] {
  return failureReasons().flatMap((reason) => [
    [reason, failureText(say, { reason })] as const,
    ...(CODES[reason] ?? []).map(
      (code) => [`${reason}, ${code}`, failureText(say, { reason, code })] as const,
    ),
    ...CONCRETE.filter((failure) => failure.reason === reason).map(
      (failure) => [`${reason}, with facts`, failureText(say, failure)] as const,
    ),
  ]);
}

const file = (mimetype: string, more: object = {}) => slackFile.parse({ id: "F1", mimetype, ...more });

const CONCRETE: readonly Failure[] = [
  {
    reason: "photo_missing",
    seen: describeFiles([file("audio/mpeg"), file("audio/mpeg"), file("application/x-shockwave-flash")]),
  },
  { reason: "photo_missing", seen: { key: "seen.thread_start" } },
  ...["gdrive", "dropbox", "onedrive", "sharepoint"].map((type): Failure => {
    const seen = serviceOf(file("", { external_type: type }));
    return { reason: "slack_file_external", file: "photo", ...(seen === undefined ? {} : { seen }) };
  }),
  { reason: "photo_too_big", seen: "31 MB", limit: "20 MB" },
  { reason: "photo_too_small", seen: "40 × 40 pixels", limit: "100 × 100 pixels" },
  { reason: "speech_too_big", seen: "61 MB", limit: "50 MB" },
  { reason: "speech_too_long", seen: "a recording of 12 minutes", limit: "60 seconds" },
  { reason: "cannot_post", code: "restricted_action" },
];
