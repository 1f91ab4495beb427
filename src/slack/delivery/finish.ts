import type { Job, Made } from "../../job/job.ts";
import { finishButtons } from "./after-buttons.ts";
import { type Message, message } from "./messages.ts";
import { credits, duration } from "./time-text.ts";

/** The post with the video. */

/** Said with the video itself, in the same post. */
export function finishComment(job: Job): string {
  const facts = factsOf(job);
  return [
    `<@${job.requesterId}> Here is your talking photo. _AI-generated with AKOOL._`,
    ...(facts === "" ? [] : [facts]),
  ].join("\n");
}

/** The same post once it is found: what it said, and its buttons. */
export function finishMessage(job: Job): Message {
  return message(job, finishComment(job), ...finishButtons(job));
}

export function linkComment(job: Job, link: string): string {
  const facts = factsOf(job);
  const said = `<@${job.requesterId}> Here is your talking photo: ${link} (Slack did not show the video itself.) _AI-generated with AKOOL._`;
  return facts === "" ? said : `${said}\n${facts}`;
}

/** Only what is known. */
export function factsOf(job: Job): string {
  const made = madeOf(job);
  if (!made) return "";
  const { seconds, renderedAt, credits: price } = made;
  return [
    `${Math.max(1, Math.round(seconds))} s long`,
    `ready after ${duration(renderedAt - job.acceptedAt)}`,
    ...(price === undefined ? [] : [`${credits(price)}${job.paidSpeech ? " for the video" : ""}`]),
  ].join(" · ");
}

function madeOf({ state }: Job): Made | undefined {
  if ("render" in state) return state.render;
  return state.status === "delivered" ? state.made : undefined;
}
