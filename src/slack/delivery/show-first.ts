import { failureTextOf } from "../../job/failure-text.ts";
import type { Job } from "../../job/job.ts";
import { decidesHere } from "../../job/show-first.ts";
import { actions } from "../surface.ts";
import { finishButtons } from "./after-buttons.ts";
import type { Button } from "./question.ts";
import { showFirstText as text } from "./show-first-text.ts";

/** What the place asked for sees of a video that its person sees first. */

const POST_IT: Button = { text: text.postIt, action: actions.postIt, style: "primary" };
const SHOW_AGAIN: Button = { text: text.showAgain, action: actions.showAgain };
const THROW_AWAY: Button = {
  text: text.throwAway,
  action: actions.throwAway,
  style: "danger",
  confirm: {
    title: text.throwAwayTitle,
    text: text.throwAwayText,
    yes: text.throwAway,
    no: text.keepIt,
  },
};

/** The decision, wherever it stands. */
export function decisionButtons(job: Job): Button[] {
  if (job.state.status !== "shown") return [];
  const again = finishButtons(job).filter(({ action }) => action === actions.again);
  return [POST_IT, ...(job.state.failure ? [SHOW_AGAIN] : again), THROW_AWAY];
}

/** The same under the job message, where the direct message cannot have them. */
export function decisionButtonsHere(job: Job): Button[] {
  return decidesHere(job) ? decisionButtons(job) : [];
}

export function shownText(job: Job, asked: string): string {
  const who = `<@${job.requesterId}>`;
  if (job.state.status === "shown" && job.state.failure) return text.jobNotShown(asked, whyNot(job));
  return decidesHere(job) ? text.jobShownPlain(asked, who) : text.jobShown(asked, who);
}

/** Undefined: it was cancelled in the ordinary way. */
export function insteadText({ state }: Job, asked: string): string | undefined {
  if (state.status !== "cancelled" || state.instead === undefined) return undefined;
  return state.instead === "thrown_away" ? text.jobThrownAway(asked) : text.jobUndecided(asked);
}

export function decidingText(job: Job, hello: string): string {
  const isThere = job.state.status === "shown" && job.state.failure === undefined;
  return isThere ? text.callShownPlain(hello) : text.callNotShown(hello, whyNot(job));
}

/** The sentences about posting speak of the place where they stand, which is another one. */
function whyNot(job: Job): string {
  const failure = job.state.status === "shown" ? job.state.failure : undefined;
  if (failure === undefined) return "";
  const isAboutPlace = failure.reason === "cannot_post" || failure.reason === "not_in_channel";
  return isAboutPlace ? text.slackRefused(failure.code ?? failure.reason) : failureTextOf(job, failure);
}
