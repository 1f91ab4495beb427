import type { ConfirmationDialog, KnownBlock } from "@slack/web-api";
import { canPostAfterAll } from "../../job/after-all.ts";
import { failureText, failureTextOf } from "../../job/failure-text.ts";
import type { Job, Notice } from "../../job/job.ts";
import { tellsTime } from "../../job/shown-by.ts";
import { actions } from "../surface.ts";
import { failureButtons, finishButtons } from "./after-buttons.ts";
import { inMarkup } from "./in-markup.ts";
import { answersTo, type Button, questionText } from "./question.ts";
import { decidingText, decisionButtons, decisionButtonsHere, insteadText, shownText } from "./show-first.ts";
import { moment } from "./time-text.ts";

/** Every message about a job. `text` says everything by itself: notifications and screen readers have nothing else. */
export interface Message {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

const TRY_AGAIN: Button = { text: "Try again", action: actions.tryAgain, style: "primary" };
const LEAVE_IT: Button = { text: "Leave it", action: actions.leaveIt };
const CANCEL: Button = { text: "Cancel", action: actions.cancel };
export const MAKE_ANOTHER: Button = { text: "Make another", action: actions.makeAnother };
export const POST_AGAIN: Button = { text: "Post again", action: actions.postAgain, style: "primary" };
const POST_AFTER_ALL: Button = { text: "Post it after all", action: actions.postAfterAll };

/** Slack takes 25 in one row. */
const MOST_BUTTONS = 25;

/** Said once, on the message of a job that a fresh process has taken over. */
const RESUMED = " _(I was restarted meanwhile. The work goes on.)_";

const START_UNCLEAR =
  "I can't tell whether AKOOL started this one: its answer was lost. Trying again may cost credit a second time. Try again?";

/** What a message can tell of time; what is not known is not said. */
export interface Times {
  /** Whole minutes since the request. */
  readonly soFar?: number;
  /** Of our own finished renders, see past-renders.ts. */
  readonly usualMs?: number | undefined;
}

/** The job's one message, as it should read now. `runningLink` leads to the running job of a duplicate. */
export function jobMessage(job: Job, runningLink?: string, times: Times = {}): Message {
  const { state } = job;
  const soFar = times.soFar && tellsTime(job) ? ` (${times.soFar} min so far)` : "";
  const asked = `Talking photo for <@${job.requesterId}>`;
  const again = job.resumed ? RESUMED : "";
  switch (state.status) {
    case "preparing":
      return message(
        job,
        `:hourglass_flowing_sand: ${asked}: checking the photo and the recording…${soFar}${again}`,
        CANCEL,
      );
    case "choosing":
      return message(
        job,
        `:question: ${asked}: ${questionText(job, state.question)}`,
        ...answersTo(state.question),
        CANCEL,
      );
    case "speaking":
      return message(
        job,
        `:speaking_head_in_silhouette: ${asked}: the photo is fine; turning the words into speech…${soFar}${again}`,
        CANCEL,
      );
    case "queued":
      return state.placeInLine === undefined
        ? message(
            job,
            `:hourglass_flowing_sand: ${asked}: checked, handing it to AKOOL…${soFar}${again}`,
            CANCEL,
          )
        : message(
            job,
            `:hourglass_flowing_sand: ${asked}: waiting in line, ${placeText(state.placeInLine, state.lineLength)}.${again}`,
            CANCEL,
          );
    case "creating":
    case "rendering":
      return "overdue" in state && state.overdue
        ? message(
            job,
            `:snail: ${asked}: AKOOL is taking much longer than it should. I keep looking, and post the video here if it still comes.${again}`,
            CANCEL,
          )
        : message(
            job,
            `:art: ${asked}: AKOOL is making the video${soFar}. ${usually(times.usualMs)}I'll post it in this thread.${again}`,
            CANCEL,
          );
    case "unsettled":
      return message(
        job,
        `:mag: ${asked}: AKOOL's answer was lost. I'm finding out whether it started, and will not pay twice.${again}`,
        CANCEL,
      );
    case "asking":
      return message(job, `:question: ${asked}: ${START_UNCLEAR}`, TRY_AGAIN, LEAVE_IT);
    case "rendered":
    case "uploading":
    case "sharing":
    case "linking":
      return message(job, `:outbox_tray: ${asked}: the video is ready, posting it…`);
    case "undeliverable":
      return message(
        job,
        `:warning: ${asked}: the video is ready, but I could not post it. ${failureTextOf(job, state.failure)} I keep it and try again by myself.`,
        POST_AGAIN,
      );
    case "shown":
      return message(job, shownText(job, asked), ...decisionButtonsHere(job));
    case "delivered":
      if (job.finish?.stage === "removed")
        return message(job, `:wastebasket: ${asked}: the video has been deleted.`);
      return message(
        job,
        `:white_check_mark: ${asked}: done. The video is in this thread.`,
        // Else they are under the video.
        ...(job.finish?.stage === "plain" ? finishButtons(job) : []),
      );
    case "duplicate": {
      const link =
        runningLink === undefined
          ? "the one you asked for before"
          : `<${runningLink}|the one you asked for before>`;
      return message(
        job,
        `:repeat: ${asked}: this is already running, from the same photo and recording: ${link}. Nothing is paid twice. You can have another on purpose.`,
        MAKE_ANOTHER,
      );
    }
    case "failed":
      return message(job, `:x: ${asked}: ${failureTextOf(job, state.failure)}`, ...failureButtons(job));
    case "cancelled": {
      const instead = insteadText(job, asked);
      if (instead !== undefined) return message(job, instead);
      if (!state.renderWasRunning)
        return message(job, `:no_entry_sign: ${asked}: cancelled. Nothing was spent.`);
      const goesOn = `:no_entry_sign: ${asked}: cancelled. AKOOL cannot be stopped once it has started, so credit may be used, but I won't post the video.`;
      return state.kept && canPostAfterAll(job)
        ? message(job, `${goesOn} AKOOL keeps it until ${moment(state.kept.until)}.`, POST_AFTER_ALL)
        : message(job, goesOn);
    }
  }
}

/** A new post for something the person should be called for. */
export function noticeMessage(job: Job, kind: Notice["kind"]): Message {
  const { state } = job;
  const hello = `<@${job.requesterId}>`;
  switch (kind) {
    case "slow":
      return message(
        job,
        `${hello} This one is slower than nine in ten. Nothing is wrong so far; I'll post it here when it is done.`,
      );
    case "overdue":
      return message(
        job,
        `${hello} This is taking much longer than it should. AKOOL has not failed, so I keep looking and post the video here if it still comes.`,
      );
    case "asking":
      return message(job, `${hello} ${START_UNCLEAR}`, TRY_AGAIN, LEAVE_IT);
    case "undeliverable":
      return message(
        job,
        `${hello} Your talking photo is ready, but I could not post it${job.place.channelId.startsWith("D") ? "" : ` in <#${job.place.channelId}>`}. ${
          state.status === "undeliverable" ? failureTextOf(job, state.failure) : ""
        } I keep it and try again by myself.`,
        POST_AGAIN,
      );
    case "deciding":
      return state.status === "shown"
        ? message(job, decidingText(job, hello), ...decisionButtons(job))
        : endedMessage(job, hello);
    case "choosing":
      return state.status === "choosing"
        ? message(job, `${hello} ${questionText(job, state.question)}`, ...answersTo(state.question), CANCEL)
        : endedMessage(job, hello);
    case "failed":
      return message(
        job,
        `${hello} ${state.status === "failed" ? failureTextOf(job, state.failure) : failureText({ reason: "internal_error" })}`,
        ...failureButtons(job),
      );
    case "not_removed":
      return message(
        job,
        `<@${job.finish?.removedBy ?? job.requesterId}> I could not delete the video: Slack did not let me (\`${inMarkup(job.finish?.refusal ?? "no_answer")}\`). Press Delete once more later, or ask a workspace admin to delete it.`,
      );
    case "ended":
      return endedMessage(job, hello);
  }
}

/** "number 2 of 5": of so many when the place was last looked up. */
export function placeText(place: number, of: number | undefined): string {
  return of === undefined ? `number ${place}` : `number ${place} of ${of}`;
}

function usually(ms: number | undefined): string {
  if (ms === undefined) return "";
  const minutes = Math.round(ms / 60_000);
  return `It usually takes ${minutes < 1 ? "less than a minute" : `about ${minutes} min`}; `;
}

/** The job message was lost, so its last word is said in a post of its own. */
function endedMessage(job: Job, hello: string): Message {
  const { text, blocks } = jobMessage(job);
  return { text: `${hello} ${text}`, blocks };
}

export function message(job: Job, text: string, ...buttons: Button[]): Message {
  const section: KnownBlock = { type: "section", text: { type: "mrkdwn", text } };
  if (buttons.length === 0) return { text, blocks: [section] };
  return {
    text,
    blocks: [
      section,
      {
        type: "actions",
        elements: buttons.slice(0, MOST_BUTTONS).map((button) => ({
          type: "button",
          text: { type: "plain_text", text: button.text },
          action_id: button.action,
          value: job.id,
          ...(button.style ? { style: button.style } : {}),
          ...(button.confirm ? { confirm: dialog(button.confirm) } : {}),
        })),
      },
    ],
  };
}

export function dialog({ title, text, yes, no }: NonNullable<Button["confirm"]>): ConfirmationDialog {
  return {
    title: { type: "plain_text", text: title },
    text: { type: "plain_text", text },
    confirm: { type: "plain_text", text: yes },
    deny: { type: "plain_text", text: no },
    style: "danger",
  };
}
