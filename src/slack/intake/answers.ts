import type { CancelOutcome } from "../../job/decisions.ts";
import { failureTextOf } from "../../job/failure-text.ts";
import type { Job } from "../../job/job.ts";
import { decidesHere } from "../../job/show-first.ts";
import { markup, type Said, type Say } from "../../words/say.ts";
import { placeText } from "../delivery/messages.ts";
import { moment } from "../delivery/time-text.ts";

/** Private answers to commands and buttons. */

export function helpText(say: Say): string {
  return [
    say("command.help_what"),
    say("command.help_form"),
    say("command.help_start"),
    say("command.help_share"),
    say("command.help_thread"),
    say("command.help_shortcut"),
    say("command.help_lists"),
    say("command.help_cancel"),
    say("command.help_settings"),
    say("command.help_watch"),
    ...example(say),
  ].join("\n");
}

export function unknownText(say: Say, understood: Said): string {
  return [say.kept(understood), ...example(say), say("command.see_help")].join("\n");
}

function example(say: Say): string[] {
  return [say("command.example"), say("command.example_words")];
}

/** To a press of "Post it after all" that changed nothing, or only took the button away. */
export function afterAllText(say: Say, { state }: Job): string {
  return say(state.status === "cancelled" && state.kept ? "answer.too_late_to_post" : "answer.stale");
}

/** To a press of "Delete" that changed nothing. */
export function deletedText(say: Say, { finish }: Job): string {
  switch (finish?.stage) {
    case "removing":
      return say("answer.deleting");
    case "removed":
      return say("answer.deleted");
    case undefined:
    case "bare":
    case "dressed":
    case "plain":
      return say("answer.stale");
  }
}

export function watchText(say: Say, on: boolean, inDirectMessage: boolean): string {
  if (inDirectMessage) return say("command.watch_direct_message");
  return say(on ? "command.watch_on" : "command.watch_off");
}

export function cancelText(say: Say, outcome: CancelOutcome): string {
  switch (outcome) {
    case "nothing_spent":
      return say("answer.cancelled");
    case "render_goes_on":
      return say("answer.cancelled_while_rendering");
    case "thrown_away":
      return say("showFirst.cancel_thrown_away");
    case "being_shown":
      return say("showFirst.cancel_too_late");
    case "too_late":
      return say("answer.too_late_to_cancel");
    case "ended_already":
      return say("answer.ended_already");
  }
}

export function statusText(say: Say, jobs: readonly Job[], now: number): string {
  if (jobs.length === 0) return say("answer.nothing_running");
  const line = (job: Job) =>
    say("answer.running_line", {
      id: job.id,
      where: markup(whereabouts(say, job)),
      phase: markup(phase(say, job)),
      time: minutes(say, now - job.acceptedAt),
    });
  return [say("answer.running"), ...jobs.map(line)].join("\n");
}

export function historyText(say: Say, jobs: readonly Job[]): string {
  if (jobs.length === 0) return say("answer.nothing_finished");
  const line = (job: Job) =>
    say("answer.finished_line", {
      id: job.id,
      where: markup(whereabouts(say, job)),
      asked: markup(moment(job.acceptedAt)),
      ending: markup(ending(say, job)),
    });
  return [say("answer.finished"), ...jobs.map(line)].join("\n");
}

export function whereabouts(say: Say, { place: { channelId } }: Job): string {
  return channelId.startsWith("D")
    ? say("answer.in_direct_message")
    : say("answer.in_channel", { channel: markup(`<#${channelId}>`) });
}

export function phase(say: Say, job: Job): string {
  const { state } = job;
  switch (state.status) {
    case "preparing":
      return say("answer.phase_checking");
    case "speaking":
      return say("answer.phase_speaking");
    case "queued": {
      const { placeInLine, lineLength } = state;
      return placeInLine === undefined
        ? say("answer.phase_starting")
        : say("answer.phase_in_line", { place: markup(placeText(say, placeInLine, lineLength)) });
    }
    case "creating":
    case "rendering":
      return say("answer.phase_rendering");
    case "unsettled":
      return say("answer.phase_unsettled");
    case "choosing":
    case "asking":
      return say("answer.phase_waiting");
    case "rendered":
    case "uploading":
    case "sharing":
    case "linking":
      return say("answer.phase_posting");
    case "shown":
      return say(decidesHere(job) ? "showFirst.waits_in_thread" : "showFirst.waits_in_direct");
    case "undeliverable":
      return say("answer.phase_undeliverable");
    case "delivered":
    case "duplicate":
    case "failed":
    case "cancelled":
      return say("answer.phase_ended");
  }
}

export function ending(say: Say, job: Job): string {
  const { state, finish } = job;
  switch (state.status) {
    case "delivered":
      return say(finish?.stage === "removed" ? "answer.ending_deleted" : "answer.ending_delivered");
    case "failed":
      return failureTextOf(say, job, state.failure);
    case "cancelled":
      if (state.instead === "thrown_away") return say("showFirst.ended_thrown_away");
      return say(state.instead ? "showFirst.ended_undecided" : "answer.ending_cancelled");
    default:
      return say("answer.ending_duplicate");
  }
}

export function minutes(say: Say, ms: number): string {
  const whole = Math.floor(ms / 60_000);
  return whole < 1 ? say("answer.under_a_minute") : say("time.minutes", { minutes: whole });
}
