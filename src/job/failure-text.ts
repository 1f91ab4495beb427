import { type Say, sayIn } from "../words/say.ts";
import type { Failure, FailureReason } from "./failure.ts";
import type { Job } from "./job.ts";

/** Every reason there is. */
export function failureReasons(): readonly FailureReason[] {
  // Object.keys gives string[], whatever the object.
  return Object.keys(texts) as FailureReason[];
}

/** The one sentence (or two) for a person: what was seen, what is wrong, what to do next. */
export function failureText(say: Say, { seen, limit, ...failure }: Failure): string {
  return texts[failure.reason]({
    ...failure,
    ...(seen === undefined ? {} : { seen: say.kept(seen) }),
    ...(limit === undefined ? {} : { limit: say.kept(limit) }),
  });
}

type Shown = Omit<Failure, "seen" | "limit"> & { readonly seen?: string; readonly limit?: string };

/** The same about a job that may have had words spoken, which costs a little: then not with the word that nothing was spent. */
export function failureTextOf({ paidSpeech }: Pick<Job, "paidSpeech">, failure: Failure): string {
  const text = failureText(sayIn("en"), failure);
  return paidSpeech ? text.replace(` ${NOTHING_PAID}`, "") : text;
}

/** The two taps that give a recording that can be used. */
const VOICE_CLIP = "In Slack, tap + and then “Record audio clip”, and share that.";
const NOTHING_PAID = "Nothing was spent.";
const ASK_ADMIN = "Please tell the person who runs this app.";
const SHARE_BOTH =
  "Share one photo (JPEG, PNG, HEIC or WebP) and one recording (MP3, M4A or WAV) together in one message.";

/** What turns a file into one that can be used, by what it was found to be (`code`). */
const PHOTO_ADVICE: Readonly<Record<string, string>> = {
  svg: "Open it and take a screenshot, then share the screenshot.",
  eps: "Open it and take a screenshot, then share the screenshot.",
  pdf: "Open it and take a screenshot of the picture in it, then share the screenshot.",
  office: "Open it and take a screenshot of the picture in it, then share the screenshot.",
  html: "Open it and save the picture itself, then share that.",
  psd: "Open it and export it as JPEG or PNG, then share that.",
  raw: "Open it in a photo app and export it as JPEG, then share that.",
  zip: "Unpack it, then share the photo that is in it.",
  gzip: "Unpack it, then share the photo that is in it.",
  mp4: "Pause it where the face is clear and take a screenshot, then share the screenshot.",
  webm: "Pause it where the face is clear and take a screenshot, then share the screenshot.",
  avi: "Pause it where the face is clear and take a screenshot, then share the screenshot.",
  damaged: "Open it and take a screenshot, then share the screenshot.",
};
const SPEECH_ADVICE: Readonly<Record<string, string>> = {
  no_sound: "Choose a video in which somebody speaks, or record a voice clip in Slack and share that.",
  midi: "Play it and record a voice clip of it, then share that.",
  playlist: "Open it and save the recording itself, then share that.",
  html: "Open it and save the recording itself, then share that.",
  zip: "Unpack it, then share the recording that is in it.",
  gzip: "Unpack it, then share the recording that is in it.",
  damaged: "Play it to check it, then share it again as MP3, M4A or WAV.",
};

const seen = (failure: Shown, otherwise: string) => failure.seen ?? otherwise;
/** Slack names the permission it wants. */
const scopeIn = ({ code = "" }: Shown) => (/^[a-z_.]+:[a-z_.:]+$/.test(code) ? code : "files:read");
const which = (failure: Shown) => failure.file ?? "file";

function advice(known: Readonly<Record<string, string>>, { code }: Shown, otherwise: string): string {
  return (code !== undefined && Object.hasOwn(known, code) ? known[code] : undefined) ?? otherwise;
}

const texts: Record<FailureReason, (failure: Shown) => string> = {
  nothing_shared: () =>
    "I make a photo talk. Share a photo of a face and type what it should say in the same message, for example “Welcome to the team!”, or add a recording; in a channel, mention me in that message. The video comes in its thread. Or type `/talkingphoto` to fill in a form; `/talkingphoto help` shows everything.",
  photo_missing: (f) => `I see ${seen(f, "a recording")}, but no photo. ${SHARE_BOTH}`,
  speech_missing: (f) => `I see ${seen(f, "a photo")}, but no recording. ${SHARE_BOTH}`,
  too_many_files: (f) =>
    `I see ${seen(f, "several files")}, and I can use one photo and one recording at a time. Share just those two in one message.`,
  not_allowed: (f) =>
    seen(f, "Talking photos are not open to you here. Ask the person who runs this app for access."),

  not_decided: () =>
    `I waited a day for your answer and have stopped, so no video was made. Share the files again whenever you like.`,

  slack_scope_missing: (f) =>
    `Slack did not let me read your ${which(f)}: this app lacks the permission \`${scopeIn(f)}\`. The person who installed it, or a workspace admin, can grant it by installing the app again with that permission; then share the files again. ${NOTHING_PAID}`,
  slack_file_unavailable: (f) =>
    `I could not read your ${which(f)} from Slack: it was deleted or I am not allowed to see it. Share it again here. ${NOTHING_PAID}`,
  slack_file_external: (f) =>
    `Your ${which(f)} is only linked from ${seen(f, "another service")}, so I cannot read it. Download it and upload it to Slack itself. ${NOTHING_PAID}`,
  url_not_allowed: (f) =>
    `I cannot use the link to the ${which(f)}: I only open public https:// addresses. Use a link that anybody on the internet can open. ${NOTHING_PAID}`,
  url_unreachable: (f) =>
    `I could not open the link to the ${which(f)}. Check that it opens in a private browser window, then try again. ${NOTHING_PAID}`,
  url_not_found: (f) =>
    `There is nothing at the link to the ${which(f)} any more. Check the link, then try again. ${NOTHING_PAID}`,
  url_is_web_page: (f) =>
    `The link to the ${which(f)} leads to a web page, not to a file. Use the link of the file itself: open it, then right-click and choose "copy address". ${NOTHING_PAID}`,

  photo_unreadable: (f) =>
    f.code === "damaged"
      ? `The photo is damaged or incomplete. ${advice(PHOTO_ADVICE, f, "")} ${NOTHING_PAID}`
      : `I cannot read ${seen(f, "that file")} as a photo. ${advice(PHOTO_ADVICE, f, "Open the photo you mean, take a screenshot of it, then share the screenshot.")} ${NOTHING_PAID}`,
  photo_type_unsupported: (f) =>
    `I cannot use ${seen(f, "that kind of picture")} yet. ${advice(PHOTO_ADVICE, f, "Save it as JPEG or PNG (a screenshot of it will do) and share that.")} ${NOTHING_PAID}`,
  photo_too_big: (f) =>
    `The photo is too big: ${seen(f, "more than I can take")}${f.limit ? `, and I take up to ${f.limit}` : ""}. Open it and take a screenshot, then share the screenshot. ${NOTHING_PAID}`,
  photo_too_small: (f) =>
    `The photo is too small: ${seen(f, "there is hardly anything to see")}. ${f.limit ? `I need ${f.limit} or more. ` : ""}Enlarge it on your screen until the face is clear and take a screenshot, then share the screenshot. ${NOTHING_PAID}`,

  speech_unreadable: (f) =>
    f.code === "damaged"
      ? `The recording is damaged or incomplete. ${advice(SPEECH_ADVICE, f, "")} ${NOTHING_PAID}`
      : `I cannot hear anything in ${seen(f, "that file")}. ${advice(SPEECH_ADVICE, f, VOICE_CLIP)} ${NOTHING_PAID}`,
  speech_type_unsupported: (f) =>
    `I cannot use ${seen(f, "that kind of recording")} yet. ${advice(SPEECH_ADVICE, f, VOICE_CLIP)} ${NOTHING_PAID}`,
  speech_too_big: (f) =>
    `The recording is too big: ${seen(f, "more than I can take")}${f.limit ? `, and I take up to ${f.limit}` : ""}. ${VOICE_CLIP} ${NOTHING_PAID}`,
  speech_too_long: (f) =>
    `The recording is too long: ${seen(f, "it goes on for longer than I can take")}${f.limit ? `, and I take up to ${f.limit}` : ""}. ${VOICE_CLIP} ${NOTHING_PAID}`,
  words_too_long: (f) =>
    `These words are too long: ${seen(f, "they take longer to say than I can take")}${f.limit ? `, and I take up to ${f.limit}` : ""}. Shorten them and ask again. ${NOTHING_PAID}`,
  speech_silent: (f) =>
    `I got ${seen(f, "a recording in which nothing can be heard")}. Check that the microphone is on, record it again and share that. ${NOTHING_PAID}`,
  speech_empty: () =>
    `The recording ends at once: less than 0.3 seconds of it can be heard. ${VOICE_CLIP} ${NOTHING_PAID}`,

  akool_parameter: () =>
    `AKOOL did not accept the request. Try another photo or recording; if that does not help, tell the person who runs this app.`,
  akool_media_unusable: () =>
    `AKOOL could not use this photo or recording. Try one clear face that looks at the camera, and a plain MP3.`,
  akool_too_many_faces: () =>
    `There are too many faces in that photo. Crop it to one face and share it again.`,
  akool_speech_unusable: () =>
    `AKOOL could not use the recording. Save it as MP3, with nothing but the voice, and try again.`,
  akool_too_long: () => `AKOOL says that the recording is too long. Share a shorter one.`,
  akool_too_big: () => `AKOOL says that a file is too big. Share smaller copies.`,
  akool_out_of_credit: () =>
    `The AKOOL account has no credit left, so the video could not be made. ${ASK_ADMIN} Then ask for it again.`,
  akool_key_refused: () => `AKOOL refused this app's key, so the video could not be made. ${ASK_ADMIN}`,
  akool_account: () => `AKOOL does not let this app's account make videos at the moment. ${ASK_ADMIN}`,
  akool_permission: () =>
    `AKOOL does not allow this photo or recording to be used. Try others, or ask the person who runs this app.`,
  akool_busy: () => `AKOOL took no orders for a long time, so I gave up. Please try again later.`,
  akool_error: () =>
    `AKOOL answered with an error, so the video could not be made. Please try again later; if it happens again, tell the person who runs this app.`,
  akool_voice_unknown: () =>
    `AKOOL does not have the voice that was chosen any more. Choose another one and ask again. ${NOTHING_PAID}`,
  akool_text_unusable: () =>
    `AKOOL could not speak these words. Try shorter, plain text or another voice, or share a recording instead.`,
  akool_speech_lost: () =>
    `AKOOL did not finish speaking your words. Please ask for it again, or share a recording instead.`,
  no_voice: () =>
    `AKOOL has not told me its voices for a long time, so I could not speak your words. ${NOTHING_PAID} Try again later, or share a recording instead.`,
  render_failed: () =>
    `AKOOL could not make a video of this. Try one clear face that looks at the camera, and a plain recording of one voice.`,
  render_lost: () => `AKOOL never finished this video, and I have stopped waiting. Please ask for it again.`,
  render_gone: () => `AKOOL no longer has this video. Please ask for it again.`,

  video_unreachable: () =>
    `AKOOL's copy of the video could not be fetched. Nothing needs to be done: it is kept for 7 days.`,
  video_unusable: () =>
    `What AKOOL sent back was not a playable video. Please ask for it again; if it happens again, tell the person who runs this app.`,
  cannot_post: (f) =>
    `Slack did not let me post here${f.code ? ` (\`${f.code}\`)` : ""}. Ask a workspace admin whether apps may post messages and videos in this conversation.`,
  not_in_channel: () =>
    `I am not a member of this conversation, so I cannot post here. Type \`/invite\` and choose me, then try again.`,
  slack_connection_revoked: () =>
    `This app is no longer connected to the workspace. Ask the person who runs it to install it again.`,

  cancelled: () => `Cancelled.`,
  left_alone: () =>
    `Left alone, as you asked. If AKOOL did make the video after all, I will still post it here.`,
  restored: () =>
    `I was restored from a backup and cannot tell whether this was finished. If the video is not here, please ask again.`,
  internal_error: () => `Something went wrong on my side and I could not go on. ${ASK_ADMIN}`,
};
