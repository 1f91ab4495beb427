import { failureReasons, failureText } from "../../src/job/failure-text.ts";
import type { ChannelId, MessageTs, SlackFileId } from "../../src/job/ids.ts";
import type { Job, JobState } from "../../src/job/job.ts";
import type { Question } from "../../src/job/question.ts";
import { withRequest } from "../../src/slack/delivery/asked-for.ts";
import { finishMessage } from "../../src/slack/delivery/finish.ts";
import { jobMessage, type Message, noticeMessage } from "../../src/slack/delivery/messages.ts";
import {
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
import { sayIn } from "../../src/words/say.ts";
import { CHANNEL, FINISHED, NOW, POSTED, STATES, sampleJob } from "../job/sample-jobs.ts";
import type { Picture } from "./draw-message.ts";

const say = sayIn("en");

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
    ...answers().map(([name, shown]) => ({ group: "Private answers", name, ...shown })),
  ];
}

/** The sentence for each reason why a request can end without a video, without the facts that make it concrete. */
export function everyFailure(): (readonly [reason: string, sentence: string])[] {
  return failureReasons().map((reason) => [reason, failureText(say, { reason })]);
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
  return withRequest(say, jobMessage(say, about, undefined, times), about, { thumbnail: true });
}

function jobMessages(): Named[] {
  const queued = { ...STATES.queued, attempts: 0 };
  return [
    ["checking, the first post", jobMessage(say, job(STATES.preparing))],
    ["words become speech", edited(STATES["speaking called"])],
    ["about to start", edited(queued)],
    ["in line", edited({ ...queued, placeInLine: 2, lineLength: 5 })],
    ["rendering", edited(STATES.rendering)],
    ["rendering, after three minutes", edited(STATES.rendering, 3)],
    ["rendering, after a restart of the app", edited(STATES.rendering, 3, { resumed: true })],
    ["overdue", edited({ ...STATES.rendering, overdue: true })],
    ["finding out whether AKOOL started", edited(STATES.unsettled)],
    ["posting, when that takes long", edited(STATES["sharing called"])],
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
  ];
}

function notices(): Named[] {
  return [
    ["slower than nine in ten", noticeMessage(say, job(STATES.rendering), "slow")],
    ["overdue", noticeMessage(say, job({ ...STATES.rendering, overdue: true }), "overdue")],
    ["asked whether to try again", noticeMessage(say, job(STATES.asking), "asking")],
    ["asked about the photo", noticeMessage(say, job(STATES.choosing), "choosing")],
    ["failed", noticeMessage(say, job(STATES.failed), "failed")],
    ["could not be posted", noticeMessage(say, job(STATES.undeliverable), "undeliverable")],
    [
      "could not be deleted",
      { ...noticeMessage(say, job(STATES.delivered), "not_removed"), isPrivate: true },
    ],
  ];
}

function finishes(): Named[] {
  const { seconds, renderedAt } = FINISHED;
  const made = { renderId: FINISHED.renderId, seconds, renderedAt, credits: 10 };
  const done = job({ ...STATES.delivered, made }, { paidSpeech: true });
  const film = say.plain("finish.video_title");
  return [
    ["after 720", { ...finishMessage(say, done), video: film }],
    [
      "after 1080",
      { ...finishMessage(say, { ...done, request: { ...REQUEST, resolution: "1080" } }), video: film },
    ],
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
    ["details", said(detailsText(job(STATES.failed)))],
    ["somebody else's button", said(NOT_YOURS)],
    ["a button whose time is over", said(STALE)],
    ["nothing could be saved", said(NOT_SAVED)],
    ["the hello, in the direct message", { text: welcomeText(sampleJob("preparing").requesterId) }],
  ];
}
