import type { CancelOutcome } from "../../src/job/decisions.ts";
import { failureText } from "../../src/job/failure-text.ts";
import type { ChannelId, SlackFileId, UserId } from "../../src/job/ids.ts";
import type { Job } from "../../src/job/job.ts";
import { settingsText } from "../../src/slack/home/defaults.ts";
import { type AccessSettings, whyNotAllowed } from "../../src/slack/intake/access.ts";
import {
  afterAllText,
  cancelText,
  deletedText,
  helpText,
  historyText,
  statusText,
  unknownText,
  watchText,
} from "../../src/slack/intake/answers.ts";
import { detailsText } from "../../src/slack/intake/details.ts";
import { parseCommand } from "../../src/slack/intake/parse-command.ts";
import { startButton, welcomeText } from "../../src/slack/intake/welcome.ts";
import type { Say } from "../../src/words/say.ts";
import { ANNA, CHANNEL, FINISHED, NOW, STATES } from "../job/sample-jobs.ts";
import type { Picture } from "./draw-picture.ts";
import { PREVIEW, THROWN_AWAY, UNDECIDED } from "./previews.ts";
import { job, MINUTE_MS, type Named, REQUEST } from "./sample-requests.ts";

/** What one person alone is told, in answer to a command or a press. */

export function said(text: string): Picture {
  return { text, isPrivate: true };
}

export function commandAnswers(say: Say): Named[] {
  const direct = { place: { channelId: "D1" as ChannelId } };
  const removed = { finish: { stage: "removed", tries: 0 } } as const;
  const cancel: Readonly<Record<CancelOutcome, Named>> = {
    nothing_spent: ["cancel, before anything was spent", said(cancelText(say, "nothing_spent"))],
    render_goes_on: ["cancel, while AKOOL is at it", said(cancelText(say, "render_goes_on"))],
    too_late: ["cancel, too late", said(cancelText(say, "too_late"))],
    being_shown: ["cancel, too late to stop what is shown first", said(cancelText(say, "being_shown"))],
    thrown_away: ["cancel, of a video that waits for a decision", said(cancelText(say, "thrown_away"))],
    ended_already: ["cancel, of one that has ended", said(cancelText(say, "ended_already"))],
  };
  return [
    ["help", said(helpText(say))],
    ["status", said(statusText(say, [job(STATES.rendering), job(STATES.choosing, direct)], NOW))],
    ["status, in every phase that there is", said(statusText(say, inEveryPhase(), NOW))],
    ["status, when nothing runs", said(statusText(say, [], NOW))],
    [
      "history",
      said(
        historyText(say, [
          job(STATES.delivered),
          job(STATES.delivered, { ...direct, ...removed }),
          job(STATES.failed),
          job(STATES.cancelled),
          job(STATES.duplicate),
          job(THROWN_AWAY),
          job(UNDECIDED),
        ]),
      ),
    ],
    ["history, when there is none", said(historyText(say, []))],
    ["settings, when none are chosen", said(settingsText(say, {}))],
    [
      "settings",
      said(
        settingsText(say, {
          voice: { id: "v1", name: "Gloria" },
          resolution: "1080",
          gesturePrompt: "waves with one hand",
          showFirst: true,
        }),
      ),
    ],
    ["watch on", said(watchText(say, true, false))],
    ["watch off", said(watchText(say, false, false))],
    ["watch, in a direct message", said(watchText(say, true, true))],
    ...Object.values(cancel),
    [
      "cancel, while only a decision is waited for",
      said(say("showFirst.cancel_which", { id: job(STATES.shown).id })),
    ],
  ];
}

/** One for each answer of `phase`, as far as such a job is ever listed. */
function inEveryPhase(): Job[] {
  return [
    job(STATES.preparing, { acceptedAt: NOW - 5000 }),
    job(STATES.choosing),
    job(STATES["speaking called"]),
    job(STATES.queued),
    job({ ...STATES.queued, placeInLine: 2, lineLength: 5 }, { acceptedAt: NOW - 12 * MINUTE_MS }),
    job(STATES.unsettled),
    job(STATES.asking),
    job(STATES["sharing called"]),
    job(STATES.shown, { preview: PREVIEW }),
    job(STATES["not shown"]),
    job(STATES.undeliverable),
  ];
}

/** Commands that cannot be read, by what is wrong with them. */
export function unknownCommands(say: Say): Named[] {
  const photo = "https://example.com/face.jpg";
  const recording = "https://example.com/voice.mp3";
  const typed: Readonly<Record<string, string>> = {
    "neither a keyword nor a link": "please",
    "watch what?": "watch",
    "settings with something else": "settings loud",
    "a photo alone": photo,
    "empty quotes": `${photo} ""`,
    "too many words": `${photo} "${"word ".repeat(5000)}"`,
    "too long a gesture prompt after two links": `${photo} ${recording} ${"wave ".repeat(300)}`,
    "too long a gesture prompt after words": `${photo} "Hello" ${"wave ".repeat(300)}`,
  };
  return Object.entries(typed).map(([name, text]) => {
    const command = parseCommand(text);
    if (command.type !== "unknown") throw new Error(`${name} is understood`);
    return [name, said(unknownText(say, command.understood))];
  });
}

export function refusals(say: Say): Named[] {
  const open = {
    adminUsers: new Set<string>(),
    allowedUsers: new Set<string>(),
    allowedChannels: new Set<string>(),
  };
  const refusal = (settings: Partial<AccessSettings>) =>
    said(say.kept(whyNotAllowed(ANNA, CHANNEL, { ...open, ...settings }) ?? ""));
  const others = new Set(["U2"]);
  return [
    ["not for this person", refusal({ allowedUsers: others, adminUsers: others })],
    ["not for this person, and nobody is named as admin", refusal({ allowedUsers: others })],
    ["not in this channel", refusal({ allowedChannels: new Set(["C2"]) })],
    ["a link that is not public", said(failureText(say, { reason: "url_not_allowed", file: "photo" }))],
    [
      "a message with neither a photo nor a recording",
      said(failureText(say, { reason: "photo_missing", seen: { key: "seen.that_message" } })),
    ],
  ];
}

export function pressAnswers(say: Say): Named[] {
  const { renderId, seconds, renderedAt } = FINISHED;
  const made = { renderId, seconds, renderedAt, credits: 10, startedAt: NOW - 45_000, attempt: 1 };
  const notShown = { ...STATES.delivered, as: "link", made } as const;
  return [
    ["somebody else's button", said(say("answer.not_yours"))],
    ["a button whose time is over", said(say("answer.stale"))],
    ["nothing could be saved", said(say("answer.not_saved"))],
    [
      "details, of a finished one",
      said(detailsText(say, job({ ...STATES.delivered, made }, { paidSpeech: true }))),
    ],
    [
      "details, of a failed one",
      said(detailsText(say, job({ ...STATES.failed, order: { startedAt: NOW - 9000 } }))),
    ],
    [
      "details, where Slack would neither show nor delete the video",
      said(
        detailsText(
          say,
          job(notShown, { finish: { stage: "plain", tries: 1, refusal: "cant_delete_file" } }),
        ),
      ),
    ],
    ...sources().map(
      ([name, request]) =>
        [`details, of ${name}`, said(detailsText(say, job(STATES.failed, { request })))] as const,
    ),
    ["Again, under a video that is shown first", said(say("showFirst.again"))],
    ["the same once more", said(say("showFirst.again_already"))],
    [
      "details, of one that was shown first",
      said(
        detailsText(say, job({ ...STATES.delivered, made }, { request: { ...REQUEST, showFirst: true } })),
      ),
    ],
    ["post it after all, too late", said(afterAllText(say, job(STATES["cancelled, rendering"])))],
    [
      "delete, while that goes on",
      said(deletedText(say, job(STATES.delivered, { finish: { stage: "removing", tries: 0 } }))),
    ],
    [
      "delete, once more",
      said(deletedText(say, job(STATES.delivered, { finish: { stage: "removed", tries: 0 } }))),
    ],
  ];
}

function sources(): (readonly [name: string, request: Job["request"]])[] {
  const recording = {
    type: "slack",
    fileId: "F0VOICE" as SlackFileId,
    url: "https://files.slack.com/v",
  } as const;
  return [
    ["words for the photo of a thread", { ...REQUEST, photo: { type: "thread" } }],
    [
      "a link and a recording",
      { photo: { type: "url", url: "https://example.com/a" }, speech: recording, resolution: "1080" },
    ],
    ["one without a photo", { photo: { type: "none" }, speech: recording, resolution: "720" }],
  ];
}

export function hello(say: Say, userId: UserId): Named {
  const text = welcomeText(say, userId);
  return [
    "the hello, in the direct message",
    {
      text,
      blocks: [
        { type: "section", text: { type: "mrkdwn", text } },
        { type: "actions", elements: [startButton(say)] },
      ],
    },
  ];
}
