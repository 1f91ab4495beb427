import { failureTextOf } from "../../job/failure-text.ts";
import type { Job } from "../../job/job.ts";
import { actions } from "../surface.ts";
import { finishButtons } from "./after-buttons.ts";
import { factsOf } from "./finish.ts";
import { MAKE_ANOTHER, type Message, message, POST_AGAIN } from "./messages.ts";
import { decisionButtons } from "./show-first.ts";
import { showFirstText as text } from "./show-first-text.ts";
import { moment } from "./time-text.ts";

/** The post in the direct message, in which the video is shown first. */

/** The job message of a duplicate, where the other one has been shown and is not decided. */
export function sameShownMessage(job: Job, link: string | undefined): Message {
  const asked = `Talking photo for <@${job.requesterId}>`;
  return message(job, text.jobSameShown(asked, link), MAKE_ANOTHER);
}

/** Said with the video itself, in the same post. */
export function previewComment(job: Job): string {
  return joined(text.comment, factsOf(job));
}

/** The same post once it is found, and whatever becomes of the video then. */
export function previewMessage(job: Job): Message {
  const { state } = job;
  const where = `<#${job.place.channelId}>`;
  const details = finishButtons(job).filter(({ action }) => action === actions.details);
  const said = (news: string) => joined(text.commentLater, factsOf(job), news);
  switch (state.status) {
    case "shown":
      return message(
        job,
        joined(previewComment(job), text.question(where, moment(state.until))),
        ...decisionButtons(job),
      );
    case "undeliverable":
      return message(
        job,
        said(text.notPosted(where, failureTextOf(job, state.failure))),
        POST_AGAIN,
        ...details,
      );
    case "delivered":
      return message(job, said(text.posted(where)), ...details);
    case "failed":
      return message(job, said(failureTextOf(job, state.failure)), ...details);
    case "cancelled":
      if (state.instead === "thrown_away") return message(job, text.thrownAway);
      return message(job, said(state.instead ? text.undecided : text.cancelled), ...details);
    case "preparing":
    case "choosing":
    case "speaking":
    case "queued":
    case "creating":
    case "unsettled":
    case "asking":
    case "rendering":
    case "rendered":
    case "uploading":
    case "sharing":
    case "linking":
    case "duplicate":
      return message(job, said(text.posting(where)));
  }
}

function joined(...lines: string[]): string {
  return lines.filter((line) => line !== "").join("\n");
}
