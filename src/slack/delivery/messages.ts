import type { ConfirmationDialog, KnownBlock } from "@slack/web-api";
import { canPostAfterAll } from "../../job/after-all.ts";
import { failureText, failureTextOf } from "../../job/failure-text.ts";
import type { UserId } from "../../job/ids.ts";
import type { Job } from "../../job/job.ts";
import type { Notice } from "../../job/posts.ts";
import { tellsTime } from "../../job/shown-by.ts";
import { type Markup, markup, type Said, type Say } from "../../words/say.ts";
import { actions } from "../surface.ts";
import { failureButtons, finishButtons } from "./after-buttons.ts";
import { answersTo, type Button, questionText } from "./question.ts";
import { decidingText, decisionButtons, decisionButtonsHere, insteadText, shownText } from "./show-first.ts";
import { moment } from "./time-text.ts";

/** Every message about a job. `text` says everything by itself: notifications and screen readers have nothing else. */
export interface Message {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

const tryAgain = (say: Say): Button => ({
  text: say.plain("button.try_again"),
  action: actions.tryAgain,
  style: "primary",
});
const leaveIt = (say: Say): Button => ({ text: say.plain("button.leave_it"), action: actions.leaveIt });
const cancel = (say: Say): Button => ({ text: say.plain("button.cancel"), action: actions.cancel });
export const makeAnother = (say: Say): Button => ({
  text: say.plain("button.make_another"),
  action: actions.makeAnother,
});
export const postAgain = (say: Say): Button => ({
  text: say.plain("button.post_again"),
  action: actions.postAgain,
  style: "primary",
});
const postAfterAll = (say: Say): Button => ({
  text: say.plain("button.post_after_all"),
  action: actions.postAfterAll,
});

/** Slack takes 25 in one row. */
const MOST_BUTTONS = 25;

/** What a message can tell of time; what is not known is not said. */
export interface Times {
  /** Whole minutes since the request. */
  readonly soFar?: number;
  /** Of our own finished renders, see past-renders.ts. */
  readonly usualMs?: number | undefined;
}

/** The job's one message, as it should read now. `runningLink` leads to the running job of a duplicate. */
export function jobMessage(say: Say, job: Job, runningLink?: string, times: Times = {}): Message {
  const { state } = job;
  const person = personOf(job.requesterId);
  const soFar = times.soFar && tellsTime(job) ? times.soFar : undefined;
  const progress = {
    person,
    so_far: soFar === undefined ? "" : ({ key: "job.so_far", values: { minutes: soFar } } as const),
  };
  // Said once, on the message of a job that a fresh process has taken over.
  const goingOn = (text: string, ...buttons: Button[]) =>
    message(job, job.resumed ? say("job.resumed", { text: markup(text) }) : text, ...buttons);
  switch (state.status) {
    case "preparing":
      return goingOn(say("job.preparing", progress), cancel(say));
    case "choosing": {
      const question = markup(questionText(say, job, state.question));
      const answers = answersTo(say, state.question);
      return message(job, say("job.question", { person, question }), ...answers, cancel(say));
    }
    case "speaking":
      return goingOn(say("job.speaking", progress), cancel(say));
    case "queued":
      return state.placeInLine === undefined
        ? goingOn(say("job.queued", progress), cancel(say))
        : goingOn(
            say("job.waiting", { person, place: placeSaid(state.placeInLine, state.lineLength) }),
            cancel(say),
          );
    case "creating":
    case "rendering":
      return "overdue" in state && state.overdue
        ? goingOn(say("job.overdue", { person }), cancel(say))
        : goingOn(
            times.usualMs === undefined
              ? say("job.rendering", progress)
              : say("job.rendering_usual", { ...progress, usual: Math.round(times.usualMs / 60_000) }),
            cancel(say),
          );
    case "unsettled":
      return goingOn(say("job.unsettled", { person }), cancel(say));
    case "asking":
      return message(
        job,
        say("job.question", { person, question: START_UNCLEAR }),
        tryAgain(say),
        leaveIt(say),
      );
    case "rendered":
    case "uploading":
    case "sharing":
    case "linking":
      return message(job, say("job.posting", { person }));
    case "undeliverable": {
      const why = markup(failureTextOf(say, job, state.failure));
      return message(job, say("job.undeliverable", { person, why }), postAgain(say));
    }
    case "shown":
      return message(job, shownText(say, job), ...decisionButtonsHere(say, job));
    case "delivered":
      if (job.finish?.stage === "removed") return message(job, say("job.deleted", { person }));
      return message(
        job,
        say("job.done", { person }),
        // Else they are under the video.
        ...(job.finish?.stage === "plain" ? finishButtons(say, job) : []),
      );
    case "duplicate": {
      const earlier = say("job.earlier_one");
      const linked = markup(runningLink === undefined ? earlier : `<${runningLink}|${earlier}>`);
      return message(job, say("job.duplicate", { person, earlier: linked }), makeAnother(say));
    }
    case "failed": {
      const why = markup(failureTextOf(say, job, state.failure));
      return message(job, say("job.failed", { person, why }), ...failureButtons(say, job));
    }
    case "cancelled": {
      const instead = insteadText(say, job);
      if (instead !== undefined) return message(job, instead);
      if (!state.renderWasRunning) return message(job, say("job.cancelled", { person }));
      return state.kept && canPostAfterAll(job)
        ? message(
            job,
            say("job.cancelled_kept", { person, until: markup(moment(state.kept.until)) }),
            postAfterAll(say),
          )
        : message(job, say("job.cancelled_running", { person }));
    }
  }
}

/** A new post for something the person should be called for. */
export function noticeMessage(say: Say, job: Job, kind: Notice["kind"]): Message {
  const { state } = job;
  const person = personOf(job.requesterId);
  const call = (text: string, ...buttons: Button[]) =>
    message(job, say("job.call", { person, text: markup(text) }), ...buttons);
  switch (kind) {
    case "slow":
      return message(job, say("job.call_slow", { person }));
    case "overdue":
      return message(job, say("job.call_overdue", { person }));
    case "asking":
      return call(say(START_UNCLEAR.key), tryAgain(say), leaveIt(say));
    case "undeliverable": {
      const { channelId } = job.place;
      const text = say("job.call_undeliverable", {
        person,
        place: channelId.startsWith("D") ? "direct" : "channel",
        channel: markup(`<#${channelId}>`),
        why: markup(state.status === "undeliverable" ? failureTextOf(say, job, state.failure) : ""),
      });
      return message(job, text, postAgain(say));
    }
    case "deciding":
      return state.status === "shown"
        ? message(job, decidingText(say, job), ...decisionButtons(say, job))
        : endedMessage(say, job);
    case "choosing":
      return state.status === "choosing"
        ? call(questionText(say, job, state.question), ...answersTo(say, state.question), cancel(say))
        : endedMessage(say, job);
    case "failed":
      return call(
        state.status === "failed"
          ? failureTextOf(say, job, state.failure)
          : failureText(say, { reason: "internal_error" }),
        ...failureButtons(say, job),
      );
    case "not_removed":
      return message(
        job,
        say("job.call_not_removed", {
          person: personOf(job.finish?.removedBy ?? job.requesterId),
          // So that the code does not end early.
          code: (job.finish?.refusal ?? "no_answer").replaceAll("`", "'"),
        }),
      );
    case "ended":
      return endedMessage(say, job);
  }
}

const START_UNCLEAR = { key: "job.start_unclear" } as const satisfies Said;

function personOf(id: UserId): Markup {
  return markup(`<@${id}>`);
}

/** "number 2 of 5": of so many when the place was last looked up. */
export function placeText(say: Say, place: number, of: number | undefined): string {
  const { key, values } = placeSaid(place, of);
  return say(key, values);
}

function placeSaid(place: number, of: number | undefined): Said {
  const counted = of === undefined ? "no" : "yes";
  return { key: "job.place", values: { counted, place, length: of ?? 0 } };
}

/** The job message was lost, so its last word is said in a post of its own. */
function endedMessage(say: Say, job: Job): Message {
  const { text, blocks } = jobMessage(say, job);
  return { text: say("job.call", { person: personOf(job.requesterId), text: markup(text) }), blocks };
}

export function message(job: Job, text: string, ...buttons: Button[]): Message {
  // What was typed is no address and no channel by itself.
  const section: KnownBlock = { type: "section", text: { type: "mrkdwn", text, verbatim: true } };
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
