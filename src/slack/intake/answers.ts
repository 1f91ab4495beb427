import type { CancelOutcome } from "../../job/decisions.ts";
import { failureText } from "../../job/failure-text.ts";
import type { Job } from "../../job/job.ts";
import { decidesHere } from "../../job/show-first.ts";
import { placeText } from "../delivery/messages.ts";
import { showFirstText } from "../delivery/show-first-text.ts";
import { moment } from "../delivery/time-text.ts";

/** Private answers to commands and buttons. */

const EXAMPLE = [
  "Example: `/talkingphoto https://example.com/face.jpg https://example.com/voice.mp3 720 waves with one hand`",
  'Or with words: `/talkingphoto https://example.com/face.jpg "Welcome to the team!"`',
].join("\n");

export const HELP = [
  "*I make a photo talk.* Give me a photo of a face, and a recording or the words to say, and I post the video in the thread.",
  "• `/talkingphoto`: opens a form for a photo and a recording or words",
  '• `/talkingphoto <photo URL> <audio URL or "words to say"> [720|1080] [gesture prompt…]`: starts at once',
  "• Share a photo, a recording, or a photo with words, in a direct message to me or in a message that mentions me. What is missing I ask for in the thread",
  "• In a thread that begins with a photo, mention me with a recording or the words to say",
  '• Choose "Make it talk" on any message with a photo or a recording, or the shortcut "Make a photo talk" from anywhere',
  "• `/talkingphoto status`: what is running · `/talkingphoto history`: what is finished",
  "• `/talkingphoto cancel [job id]`: stops your newest request, or the one you name",
  "• `/talkingphoto settings`: your usual voice, resolution and gestures. In my Home tab you change them, and find your videos again",
  "• `/talkingphoto watch on|off`: in a channel, makes every message with a photo and a recording talk",
  EXAMPLE,
].join("\n");

export const NOT_YOURS =
  "Only the person who asked for this video, or an admin of this app, can decide about it.";

/** A button whose time is over. */
export const STALE =
  "That has been decided already, so this button has nothing to do any more. `/talkingphoto` starts a new one.";

/** To a press of "Post it after all" that changed nothing, or only took the button away. */
export function afterAllText({ state }: Job): string {
  return state.status === "cancelled" && state.kept
    ? "AKOOL keeps a video for 7 days; that time is over. `/talkingphoto` starts a new one."
    : STALE;
}

/** To a press of "Delete" that changed nothing. */
export function deletedText({ finish }: Job): string {
  switch (finish?.stage) {
    case "removing":
      return "I am deleting this video already.";
    case "removed":
      return "This video has been deleted already. `/talkingphoto` starts a new one.";
    case undefined:
    case "bare":
    case "dressed":
    case "plain":
      return STALE;
  }
}

export function unknownText(understood: string): string {
  return `${understood}\n${EXAMPLE}\n\`/talkingphoto help\` shows everything I can do.`;
}

export function watchText(on: boolean, inDirectMessage: boolean): string {
  if (inDirectMessage) return "Here I look at every message anyway. `/talkingphoto watch` is for channels.";
  return on
    ? "Switched on: I look for messages with a photo and a recording in this channel and make them talk. If I am not a member here yet, type `/invite` and choose me."
    : "Switched off: in this channel I only look at messages that mention me.";
}

export function cancelText(outcome: CancelOutcome): string {
  switch (outcome) {
    case "nothing_spent":
      return "Cancelled. Nothing was spent.";
    case "render_goes_on":
      return "Cancelled: I won't post the video. AKOOL cannot be stopped once it has started, so credit may be used.";
    case "thrown_away":
      return showFirstText.cancelThrownAway;
    case "being_shown":
      return showFirstText.cancelTooLate;
    case "too_late":
      return "Too late to cancel: the video is being posted right now.";
    case "ended_already":
      return "That one has ended already, so there is nothing to cancel. `/talkingphoto` starts a new one.";
  }
}

export function statusText(jobs: readonly Job[], now: number): string {
  if (jobs.length === 0) return "You have nothing running. `/talkingphoto` starts something.";
  return [
    "*Running for you:*",
    ...jobs.map(
      (job) => `• \`${job.id}\` ${whereabouts(job)}: ${phase(job)}, ${minutes(now - job.acceptedAt)} so far`,
    ),
  ].join("\n");
}

export function historyText(jobs: readonly Job[]): string {
  if (jobs.length === 0) return "Nothing has finished yet.";
  return [
    "*Your last ones:*",
    ...jobs.map((job) => `• \`${job.id}\` ${whereabouts(job)}, ${moment(job.acceptedAt)}: ${ending(job)}`),
  ].join("\n");
}

export function whereabouts(job: Job): string {
  return job.place.channelId.startsWith("D") ? "in our direct message" : `in <#${job.place.channelId}>`;
}

export function phase(job: Job): string {
  switch (job.state.status) {
    case "preparing":
      return "checking the files";
    case "choosing":
      return "waiting for your answer in its thread";
    case "speaking":
      return "turning the words into speech";
    case "queued":
      return job.state.placeInLine === undefined
        ? "about to start"
        : `waiting in line, ${placeText(job.state.placeInLine, job.state.lineLength)}`;
    case "creating":
    case "rendering":
      return "AKOOL is making the video";
    case "unsettled":
      return "finding out whether AKOOL started";
    case "asking":
      return "waiting for your answer in its thread";
    case "rendered":
    case "uploading":
    case "sharing":
    case "linking":
      return "posting the video";
    case "shown":
      return decidesHere(job) ? showFirstText.waitsInThread : showFirstText.waitsInDirect;
    case "undeliverable":
      return "ready, but it could not be posted";
    case "delivered":
    case "duplicate":
    case "failed":
    case "cancelled":
      return "ended";
  }
}

export function ending(job: Job): string {
  switch (job.state.status) {
    case "delivered":
      return job.finish?.stage === "removed" ? "delivered, and deleted since" : "delivered";
    case "failed":
      return failureText(job.state.failure);
    case "cancelled":
      if (job.state.instead === "thrown_away") return showFirstText.endedThrownAway;
      return job.state.instead ? showFirstText.endedUndecided : "cancelled";
    default:
      return "already running at the time, so not made twice";
  }
}

export function minutes(ms: number): string {
  const whole = Math.floor(ms / 60_000);
  return whole < 1 ? "less than a minute" : `${whole} min`;
}
