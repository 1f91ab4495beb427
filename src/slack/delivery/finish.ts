import type { Job, Made } from "../../job/job.ts";
import { markup, type Say } from "../../words/say.ts";
import { finishButtons } from "./after-buttons.ts";
import { type Message, message } from "./messages.ts";
import { credits, duration } from "./time-text.ts";

/** The post with the video. */

/** Said with the video itself, in the same post. */
export function finishComment(say: Say, job: Job): string {
  return withFacts(say, job, say("finish.here", { person: requesterOf(job) }));
}

/** The same post once it is found: what it said, and its buttons. */
export function finishMessage(say: Say, job: Job): Message {
  return message(job, finishComment(say, job), ...finishButtons(say, job));
}

export function linkComment(say: Say, job: Job, link: string): string {
  return withFacts(say, job, say("finish.link", { person: requesterOf(job), link: markup(link) }));
}

function requesterOf(job: Job) {
  return markup(`<@${job.requesterId}>`);
}

/** Only what is known. */
export function withFacts(say: Say, job: Job, text: string): string {
  const made = madeOf(job);
  if (!made) return text;
  const { seconds, renderedAt, credits: price } = made;
  const facts = [
    say("finish.seconds_long", { seconds: Math.max(1, Math.round(seconds)) }),
    say("finish.ready_after", { duration: markup(duration(say, renderedAt - job.acceptedAt)) }),
    ...(price === undefined ? [] : [priceText(say, job, price)]),
  ];
  return `${text}\n${facts.join(" · ")}`;
}

function priceText(say: Say, { paidSpeech }: Job, amount: number): string {
  const price = credits(say, amount);
  return paidSpeech ? say("finish.price_of_video", { price: markup(price) }) : price;
}

function madeOf({ state }: Job): Made | undefined {
  if ("render" in state) return state.render;
  return state.status === "delivered" ? state.made : undefined;
}
