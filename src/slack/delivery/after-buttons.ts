import { isPassing, requestAgain } from "../../job/follow-up.ts";
import type { Job } from "../../job/job.ts";
import type { Say } from "../../words/say.ts";
import { actions } from "../surface.ts";
import type { Button } from "./question.ts";

/** What can be done once a job is over. */

const again = (say: Say): Button => ({ text: say.plain("button.again"), action: actions.again });
const change = (say: Say): Button => ({ text: say.plain("button.change"), action: actions.change });
const in1080 = (say: Say): Button => ({ text: say.plain("button.in_1080"), action: actions.in1080 });
const details = (say: Say): Button => ({ text: say.plain("button.details"), action: actions.details });
const remove = (say: Say): Button => ({
  text: say.plain("button.delete"),
  action: actions.delete,
  style: "danger",
  confirm: {
    title: say.plain("button.delete_title"),
    text: say.plain("button.delete_text"),
    yes: say.plain("button.delete"),
    no: say.plain("button.keep_it"),
  },
});

/** Under the video; where that post cannot have them, under the job message. */
export function finishButtons(say: Say, job: Job): Button[] {
  const canBe1080 = requestAgain(job, "in_1080") !== undefined;
  return [again(say), change(say), ...(canBe1080 ? [in1080(say)] : []), remove(say), details(say)];
}

/** Under what says that it failed. A request that was turned away at the door has nothing to start from. */
export function failureButtons(say: Say, job: Job): Button[] {
  const { state, request } = job;
  if (state.status !== "failed") return [];
  if (request.photo.type === "none" && request.speech.type === "none") return [];
  // While the order that was left alone may still become a video, only "Change…" makes another.
  const mayDo =
    state.late === undefined && isPassing(state.failure.reason) && requestAgain(job, "again") !== undefined;
  return [...(mayDo ? [again(say)] : []), change(say), details(say)];
}
