import { failureReasons, failureText } from "../../src/job/failure-text.ts";
import type { ChannelId, MessageTs, SlackFileId } from "../../src/job/ids.ts";
import type { Job, JobState, Preview } from "../../src/job/job.ts";
import type { Question } from "../../src/job/question.ts";
import { withRequest } from "../../src/slack/delivery/asked-for.ts";
import { finishMessage } from "../../src/slack/delivery/finish.ts";
import { jobMessage, type Message, noticeMessage } from "../../src/slack/delivery/messages.ts";
import { previewMessage, sameShownMessage } from "../../src/slack/delivery/preview-post.ts";
import { showFirstText } from "../../src/slack/delivery/show-first-text.ts";
import { settingsText } from "../../src/slack/home/defaults.ts";
import {
  cancelText,
  HELP,
  historyText,
  NOT_YOURS,
  STALE,
  statusText,
  unknownText,
  watchText,
} from "../../src/slack/intake/answers.ts";
import { detailsText } from "../../src/slack/intake/details.ts";
import { NOT_SAVED } from "../../src/slack/intake/handlers.ts";
import { welcomeText } from "../../src/slack/intake/welcome.ts";
import { CHANNEL, DIRECT, FILE, FINISHED, NOW, POSTED, STATES, sampleJob } from "../job/sample-jobs.ts";
import type { Picture } from "./draw-message.ts";

/** Every message that the app can send, made by the real code from jobs as they may stand in the store. */

export interface Shown extends Picture {
  /** Under which heading it stands in docs/messages.md. */
  readonly group: string;
  readonly name: string;
}

const MINUTE_MS = 60_000;
const THREAD = "1764158400.000100" as MessageTs;

export function everyMessage(): Shown[] {
  return [
    ...jobMessages().map(([name, shown]) => ({ group: "The job message", name, ...shown })),
    ...questions().map(([name, shown]) => ({ group: "The job message asks", name, ...shown })),
    ...outcomes().map(([name, shown]) => ({ group: "The job message says how it ended", name, ...shown })),
    ...notices().map(([name, shown]) => ({ group: "Posts that call the person", name, ...shown })),
    ...finishes().map(([name, shown]) => ({ group: "The video", name, ...shown })),
    ...previews().map(([name, shown]) => ({ group: "The video, shown to its person first", name, ...shown })),
    ...answers().map(([name, shown]) => ({ group: "Private answers", name, ...shown })),
  ];
}

/** The sentence for each reason why a request can end without a video, without the facts that make it concrete. */
export function everyFailure(): (readonly [reason: string, sentence: string])[] {
  return failureReasons().map((reason) => [reason, failureText({ reason })]);
}

type Named = readonly [name: string, shown: Picture];

/** In a thread of its own, with the photo and the words that were asked for. */
function job(state: JobState, over: Partial<Job> = {}): Job {
  const made = sampleJob(state, {
    place: { channelId: CHANNEL, threadTs: THREAD },
    message: POSTED,
    ...over,
  });
  return over.request ? made : { ...made, request: REQUEST };
}

const PREVIEW: Preview = { channelId: DIRECT, fileId: FILE, ts: THREAD, says: "shown", tries: 0 };
const THROWN_AWAY: JobState = { ...STATES.cancelled, renderWasRunning: true, instead: "thrown_away" };
const UNDECIDED: JobState = { ...STATES.cancelled, renderWasRunning: true, instead: "undecided" };

const REQUEST: Job["request"] = {
  photo: {
    type: "slack",
    fileId: "F0PHOTO" as SlackFileId,
    url: "https://files.slack.com/files-pri/T1-F0PHOTO/anna.jpg",
  },
  speech: {
    type: "words",
    text: "Welcome to the team, Ben!",
    voice: { id: "v1", name: "Gloria" },
  },
  resolution: "720",
  gesturePrompt: "waves with one hand",
};

function edited(state: JobState, minutes = 0, over: Partial<Job> = {}): Message {
  const about = job(state, over);
  const times = { soFar: minutes, usualMs: 2 * MINUTE_MS };
  return withRequest(jobMessage(about, undefined, times), about, { thumbnail: true });
}

function jobMessages(): Named[] {
  const queued = { ...STATES.queued, attempts: 0 };
  return [
    ["checking, the first post", jobMessage(job(STATES.preparing))],
    ["words become speech", edited(STATES["speaking called"])],
    ["about to start", edited(queued)],
    ["in line", edited({ ...queued, placeInLine: 2, lineLength: 5 })],
    ["rendering", edited(STATES.rendering)],
    ["rendering, after three minutes", edited(STATES.rendering, 3)],
    ["rendering, after a restart of the app", edited(STATES.rendering, 3, { resumed: true })],
    ["overdue", edited({ ...STATES.rendering, overdue: true })],
    ["finding out whether AKOOL started", edited(STATES.unsettled)],
    ["posting, when that takes long", edited(STATES["sharing called"])],
    ["shown to the person first", edited(STATES.shown, 0, { preview: PREVIEW })],
    [
      "shown to the person first, where the post there cannot have buttons",
      edited(STATES.shown, 0, { preview: { ...PREVIEW, closed: true } }),
    ],
    ["could not be shown to the person first", edited(STATES["not shown"])],
  ];
}

function questions(): Named[] {
  const files = { ...REQUEST, speech: { type: "url", url: "https://example.com/voice.mp3" } } as const;
  const asked = (question: Question, request: Job["request"] = files): Picture =>
    edited({ status: "choosing", question, until: NOW }, 0, { request });
  return [
    ["a recording is missing", asked({ kind: "speech_missing" }, { ...files, speech: { type: "none" } })],
    ["a photo is missing", asked({ kind: "photo_missing" }, { ...files, photo: { type: "none" } })],
    ["several photos", asked({ kind: "which_photo", count: 3, each: true })],
    ["several recordings", asked({ kind: "which_speech", count: 2, each: true })],
    [
      "words beside a file of no use",
      asked({ kind: "say_this" }, { ...REQUEST, unusable: "a PDF document" }),
    ],
    ["a small picture", asked({ kind: "photo_small", seen: "96 × 80 pixels" })],
    ["an unusual picture", asked({ kind: "photo_strange", seen: "a very wide picture, 2000 × 300 pixels" })],
    ["no face", asked({ kind: "no_face" })],
    [
      "several faces",
      asked({
        kind: "many_faces",
        faces: [0, 1, 2].map((n) => ({ left: 100 * n, top: 0, width: 90, height: 90 })),
      }),
    ],
    ["a tiny face", asked({ kind: "tiny_face" })],
    ["a distorted recording", asked({ kind: "speech_clipped" })],
    [
      "a long recording",
      asked({ kind: "speech_too_long", seconds: 184, limitSeconds: 60, cutAtSeconds: 58.4 }),
    ],
    [
      "the answer to the call that speaks was lost",
      asked({
        kind: "speech_unclear",
        attempt: { number: 1, key: STATES.creating.attempt.key, startedAt: NOW },
      }),
    ],
    ["the answer to the order was lost", edited(STATES.asking)],
  ];
}

function outcomes(): Named[] {
  const dressed = { finish: { stage: "dressed", tries: 0 } } as const;
  return [
    ["done", edited(STATES.delivered, 0, dressed)],
    [
      "done, where the video's post cannot have buttons",
      edited(STATES.delivered, 0, { finish: { stage: "plain", tries: 0 } }),
    ],
    ["deleted", edited(STATES.delivered, 0, { finish: { stage: "removed", tries: 0 } })],
    ["running already", edited(STATES.duplicate)],
    ["failed", edited(STATES.failed)],
    ["failed, and the same may do later", edited({ ...STATES.failed, failure: { reason: "akool_busy" } })],
    ["cancelled before anything was spent", edited(STATES.cancelled)],
    ["cancelled while AKOOL was at it", edited(STATES["cancelled, rendering"])],
    ["ready, and Slack does not take it", edited(STATES.undeliverable)],
    ["shown first, and thrown away", edited(THROWN_AWAY)],
    ["shown first, and not decided about", edited(UNDECIDED)],
    [
      "running already, and shown first",
      sameShownMessage(job(STATES.duplicate), "https://slack.com/archives/C1"),
    ],
  ];
}

function notices(): Named[] {
  return [
    ["slower than nine in ten", noticeMessage(job(STATES.rendering), "slow")],
    ["overdue", noticeMessage(job({ ...STATES.rendering, overdue: true }), "overdue")],
    ["asked whether to try again", noticeMessage(job(STATES.asking), "asking")],
    ["asked about the photo", noticeMessage(job(STATES.choosing), "choosing")],
    ["failed", noticeMessage(job(STATES.failed), "failed")],
    ["could not be posted", noticeMessage(job(STATES.undeliverable), "undeliverable")],
    ["could not be shown first", noticeMessage(job(STATES["not shown"]), "deciding")],
    ["shown first, where the post there cannot have buttons", noticeMessage(job(STATES.shown), "deciding")],
    ["could not be deleted", { ...noticeMessage(job(STATES.delivered), "not_removed"), isPrivate: true }],
  ];
}

function finishes(): Named[] {
  const { seconds, renderedAt } = FINISHED;
  const made = { renderId: FINISHED.renderId, seconds, renderedAt, credits: 10 };
  const done = job({ ...STATES.delivered, made }, { paidSpeech: true });
  const film = "Talking photo (AI-generated)";
  return [
    ["after 720", { ...finishMessage(done), video: film }],
    [
      "after 1080",
      { ...finishMessage({ ...done, request: { ...REQUEST, resolution: "1080" } }), video: film },
    ],
  ];
}

/** In the direct message, where the video is shown first. */
function previews(): Named[] {
  const film = "Talking photo (AI-generated)";
  const post = (state: JobState): Picture => ({
    ...previewMessage(job(state, { preview: PREVIEW })),
    video: film,
  });
  const { video: _gone, ...thrownAway } = post(THROWN_AWAY);
  return [
    ["with the decision", post(STATES.shown)],
    ["being posted", post(STATES.rendered)],
    ["posted", post(STATES.delivered)],
    ["could not be posted", post(STATES.undeliverable)],
    ["thrown away", thrownAway],
    ["not decided about", post(UNDECIDED)],
    ["cancelled while it was being posted", post(STATES["cancelled, rendered"])],
    ["failed while it was being posted", post({ ...STATES.failed, failure: { reason: "render_gone" } })],
  ];
}

function answers(): Named[] {
  const direct = { place: { channelId: "D1" as ChannelId } };
  const said = (text: string): Picture => ({ text, isPrivate: true });
  return [
    ["help", said(HELP)],
    [
      "a command that was not understood",
      said(unknownText("I understood `watch`, but it needs `on` or `off` after it.")),
    ],
    ["status", said(statusText([job(STATES.rendering), job(STATES.choosing, direct)], NOW))],
    ["history", said(historyText([job(STATES.delivered), job(STATES.failed)]))],
    ["watch on", said(watchText(true, false))],
    ["settings", said(settingsText({ resolution: "1080", showFirst: true }))],
    ["Again, under a video that is shown first", said(showFirstText.again)],
    ["the same once more", said(showFirstText.againAlready)],
    ["cancelled by its id, and thrown away", said(cancelText("thrown_away"))],
    ["too late to cancel, on its way to the direct message", said(cancelText("being_shown"))],
    ["cancel, while only a decision is waited for", said(showFirstText.cancelWhich("abcdefghjk"))],
    ["details", said(detailsText(job(STATES.failed)))],
    ["somebody else's button", said(NOT_YOURS)],
    ["a button whose time is over", said(STALE)],
    ["nothing could be saved", said(NOT_SAVED)],
    ["the hello, in the direct message", { text: welcomeText(sampleJob("preparing").requesterId) }],
  ];
}
