import { failureTextOf } from "../../job/failure-text.ts";
import type { Job } from "../../job/job.ts";
import { decidesHere } from "../../job/show-first.ts";
import { type Markup, markup, type Say } from "../../words/say.ts";
import { actions } from "../surface.ts";
import { finishButtons } from "./after-buttons.ts";
import type { Button } from "./question.ts";

/** What the place asked for sees of a video that its person sees first. */

/** The decision, wherever it stands. */
export function decisionButtons(say: Say, job: Job): Button[] {
  if (job.state.status !== "shown") return [];
  const postIt: Button = { text: say.plain("showFirst.post_it"), action: actions.postIt, style: "primary" };
  const showAgain: Button = { text: say.plain("showFirst.show_again"), action: actions.showAgain };
  const again = finishButtons(say, job).filter(({ action }) => action === actions.again);
  return [postIt, ...(job.state.failure ? [showAgain] : again), throwAway(say)];
}

function throwAway(say: Say): Button {
  const text = say.plain("showFirst.throw_away");
  return {
    text,
    action: actions.throwAway,
    style: "danger",
    confirm: {
      title: say.plain("showFirst.throw_away_title"),
      text: say.plain("showFirst.throw_away_text"),
      yes: text,
      no: say.plain("showFirst.keep_it"),
    },
  };
}

/** The same under the job message, where the direct message cannot have them. */
export function decisionButtonsHere(say: Say, job: Job): Button[] {
  return decidesHere(job) ? decisionButtons(say, job) : [];
}

export function shownText(say: Say, job: Job): string {
  const person = personOf(job);
  if (job.state.status === "shown" && job.state.failure)
    return say("showFirst.job_not_shown", { person, why: whyNot(say, job) });
  return say(decidesHere(job) ? "showFirst.job_shown_plain" : "showFirst.job_shown", { person });
}

/** Undefined: it was cancelled in the ordinary way. */
export function insteadText(say: Say, job: Job): string | undefined {
  const { state } = job;
  if (state.status !== "cancelled" || state.instead === undefined) return undefined;
  const isThrown = state.instead === "thrown_away";
  return say(isThrown ? "showFirst.job_thrown_away" : "showFirst.job_undecided", { person: personOf(job) });
}

export function decidingText(say: Say, job: Job): string {
  const [person, where] = [personOf(job), markup(`<#${job.place.channelId}>`)];
  const isThere = job.state.status === "shown" && job.state.failure === undefined;
  return isThere
    ? say("showFirst.call_shown_plain", { person, where })
    : say("showFirst.call_not_shown", { person, where, why: whyNot(say, job) });
}

/** The sentences about posting speak of the place where they stand, which is another one. */
function whyNot(say: Say, job: Job): Markup {
  const failure = job.state.status === "shown" ? job.state.failure : undefined;
  if (failure === undefined) return markup("");
  const isAboutPlace = failure.reason === "cannot_post" || failure.reason === "not_in_channel";
  // So that the code does not end early.
  const code = (failure.code ?? failure.reason).replaceAll("`", "'");
  return markup(isAboutPlace ? say("showFirst.slack_refused", { code }) : failureTextOf(say, job, failure));
}

function personOf(job: Job): Markup {
  return markup(`<@${job.requesterId}>`);
}
