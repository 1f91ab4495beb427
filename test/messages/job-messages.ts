import type { Job } from "../../src/job/job.ts";
import type { Notice } from "../../src/job/posts.ts";
import type { Question } from "../../src/job/question.ts";
import { finishButtons } from "../../src/slack/delivery/after-buttons.ts";
import { finishMessage, linkComment } from "../../src/slack/delivery/finish.ts";
import { dialog, jobMessage, noticeMessage } from "../../src/slack/delivery/messages.ts";
import { sameShownMessage } from "../../src/slack/delivery/preview-post.ts";
import type { Say } from "../../src/words/say.ts";
import { FINISHED, NOW, STATES } from "../job/sample-jobs.ts";
import type { Picture } from "./draw-picture.ts";
import { PREVIEW, THROWN_AWAY, UNDECIDED } from "./previews.ts";
import { edited, FILES, job, type Named, REQUEST } from "./sample-requests.ts";

/** What is said in the thread of a request, from its first post to the video. */

export function jobMessages(say: Say): Named[] {
  const queued = { ...STATES.queued, attempts: 0 };
  return [
    ["checking, the first post", jobMessage(say, job(STATES.preparing))],
    ["words become speech", edited(say, STATES["speaking called"])],
    ["about to start", edited(say, queued)],
    ["in line", edited(say, { ...queued, placeInLine: 2, lineLength: 5 })],
    ["rendering", edited(say, STATES.rendering)],
    ["rendering, after three minutes", edited(say, STATES.rendering, 3)],
    ["rendering, after a restart of the app", edited(say, STATES.rendering, 3, { resumed: true })],
    ["overdue", edited(say, { ...STATES.rendering, overdue: true })],
    ["finding out whether AKOOL started", edited(say, STATES.unsettled)],
    ["posting, when that takes long", edited(say, STATES["sharing called"])],
    ["shown to the person first", edited(say, STATES.shown, 0, { preview: PREVIEW })],
    [
      "shown to the person first, where the post there cannot have buttons",
      edited(say, STATES.shown, 0, { preview: { ...PREVIEW, closed: true } }),
    ],
    ["could not be shown to the person first", edited(say, STATES["not shown"])],
  ];
}

export function questions(say: Say): Named[] {
  const asked = (question: Question, request: Job["request"] = FILES): Picture =>
    edited(say, { status: "choosing", question, until: NOW }, 0, { request });
  const faces = [0, 1, 2].map((n) => ({ left: 100 * n, top: 0, width: 90, height: 90 }));
  const { attempt } = STATES.creating;
  const byKind: Readonly<Record<Question["kind"], Named>> = {
    speech_missing: [
      "a recording is missing",
      asked({ kind: "speech_missing" }, { ...FILES, speech: { type: "none" } }),
    ],
    photo_missing: [
      "a photo is missing",
      asked({ kind: "photo_missing" }, { ...FILES, photo: { type: "none" } }),
    ],
    which_photo: ["several photos", asked({ kind: "which_photo", count: 3, each: true })],
    which_speech: ["several recordings", asked({ kind: "which_speech", count: 2, each: true })],
    say_this: [
      "words beside a file of no use",
      asked({ kind: "say_this" }, { ...REQUEST, unusable: { key: "seen.pdf" } }),
    ],
    photo_small: ["a small picture", asked({ kind: "photo_small", seen: "96 × 80 pixels" })],
    photo_strange: [
      "an unusual picture",
      asked({ kind: "photo_strange", seen: "a very wide picture, 2000 × 300 pixels" }),
    ],
    no_face: ["no face", asked({ kind: "no_face" })],
    many_faces: ["several faces", asked({ kind: "many_faces", faces })],
    tiny_face: ["a tiny face", asked({ kind: "tiny_face" })],
    speech_clipped: ["a distorted recording", asked({ kind: "speech_clipped" })],
    speech_too_long: [
      "a long recording",
      asked({ kind: "speech_too_long", seconds: 184, limitSeconds: 60, cutAtSeconds: 58.4 }),
    ],
    speech_unclear: [
      "the answer to the call that speaks was lost",
      asked({ kind: "speech_unclear", attempt: { number: 1, key: attempt.key, startedAt: NOW } }),
    ],
  };
  const many = [...faces, ...faces];
  return [
    ...Object.values(byKind),
    ["many faces", asked({ kind: "many_faces", faces: many })],
    [
      "a photo is missing, for words",
      asked({ kind: "photo_missing" }, { ...REQUEST, photo: { type: "none" } }),
    ],
    [
      "words in the thread of a photo",
      asked({ kind: "say_this" }, { ...REQUEST, photo: { type: "thread" } }),
    ],
    ["the answer to the order was lost", edited(say, STATES.asking)],
  ];
}

export function outcomes(say: Say): Named[] {
  return [
    ["done", edited(say, STATES.delivered, 0, { finish: { stage: "dressed", tries: 0 } })],
    [
      "done, where the video's post cannot have buttons",
      edited(say, STATES.delivered, 0, { finish: { stage: "plain", tries: 0 } }),
    ],
    ["deleted", edited(say, STATES.delivered, 0, { finish: { stage: "removed", tries: 0 } })],
    ["running already", edited(say, STATES.duplicate)],
    [
      "running already, where its link is known",
      jobMessage(say, job(STATES.duplicate), "https://example.slack.com/archives/C1/p1"),
    ],
    ["failed", edited(say, STATES.failed)],
    [
      "failed, and the same may do later",
      edited(say, { ...STATES.failed, failure: { reason: "akool_busy" } }),
    ],
    ["cancelled before anything was spent", edited(say, STATES.cancelled)],
    ["cancelled while AKOOL was at it", edited(say, STATES["cancelled, rendering"])],
    ["ready, and Slack does not take it", edited(say, STATES.undeliverable)],
    ["shown first, and thrown away", edited(say, THROWN_AWAY)],
    ["shown first, and not decided about", edited(say, UNDECIDED)],
    [
      "running already, and shown first",
      sameShownMessage(say, job(STATES.duplicate), "https://example.slack.com/archives/C1/p1"),
    ],
    [
      "running already, and shown first, where its link is not known",
      sameShownMessage(say, job(STATES.duplicate), undefined),
    ],
  ];
}

export function notices(say: Say): Named[] {
  const byKind: Readonly<Record<Notice["kind"], Named>> = {
    slow: ["slower than nine in ten", noticeMessage(say, job(STATES.rendering), "slow")],
    overdue: ["overdue", noticeMessage(say, job({ ...STATES.rendering, overdue: true }), "overdue")],
    asking: ["asked whether to try again", noticeMessage(say, job(STATES.asking), "asking")],
    choosing: ["asked about the photo", noticeMessage(say, job(STATES.choosing), "choosing")],
    failed: ["failed", noticeMessage(say, job(STATES.failed), "failed")],
    undeliverable: ["could not be posted", noticeMessage(say, job(STATES.undeliverable), "undeliverable")],
    not_removed: [
      "could not be deleted",
      { ...noticeMessage(say, job(STATES.delivered), "not_removed"), isPrivate: true },
    ],
    deciding: ["could not be shown first", noticeMessage(say, job(STATES["not shown"]), "deciding")],
    ended: ["ended, and the job message is gone", noticeMessage(say, job(STATES.cancelled), "ended")],
  };
  return [
    ...Object.values(byKind),
    [
      "shown first, where the post there cannot have buttons",
      noticeMessage(say, job(STATES.shown), "deciding"),
    ],
  ];
}

export function finishes(say: Say): Named[] {
  const { seconds, renderedAt, renderId } = FINISHED;
  const made = { renderId, seconds, renderedAt, credits: 10 };
  const done = job({ ...STATES.delivered, made }, { paidSpeech: true });
  const film = say.plain("finish.video_title");
  return [
    ["after 720", { ...finishMessage(say, done), video: film }],
    [
      "after 1080",
      { ...finishMessage(say, { ...done, request: { ...REQUEST, resolution: "1080" } }), video: film },
    ],
    [
      "which Slack does not show",
      { text: linkComment(say, done, "https://example.slack.com/files/U1/F1/talking-photo.mp4") },
    ],
    ...finishButtons(say, done).flatMap(({ text, confirm }) =>
      confirm ? [[`asked before "${text}" counts`, { dialog: dialog(confirm) }] as const] : [],
    ),
  ];
}
