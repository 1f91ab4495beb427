import { isPassing, requestAgain } from "../../job/follow-up.ts";
import type { Job } from "../../job/job.ts";
import type { Say } from "../../words/say.ts";
import { actions } from "../surface.ts";
import type { Button } from "./question.ts";

/** What can be done once a job is over. */

const AGAIN: Button = { text: "Again", action: actions.again };
const CHANGE: Button = { text: "Change…", action: actions.change };
const IN_1080: Button = { text: "In 1080", action: actions.in1080 };
const DETAILS: Button = { text: "Details", action: actions.details };
const DELETE: Button = {
  text: "Delete",
  action: actions.delete,
  style: "danger",
  confirm: {
    title: "Delete this video?",
    text: "It is deleted in Slack, for everybody and for good. What it cost is not given back.",
    yes: "Delete",
    no: "Keep it",
  },
};

/** Under the video; where that post cannot have them, under the job message. */
export function finishButtons(_say: Say, job: Job): Button[] {
  const canBe1080 = requestAgain(job, "in_1080") !== undefined;
  return [AGAIN, CHANGE, ...(canBe1080 ? [IN_1080] : []), DELETE, DETAILS];
}

/** Under what says that it failed. A request that was turned away at the door has nothing to start from. */
export function failureButtons(_say: Say, job: Job): Button[] {
  const { state, request } = job;
  if (state.status !== "failed") return [];
  if (request.photo.type === "none" && request.speech.type === "none") return [];
  // While the order that was left alone may still become a video, only "Change…" makes another.
  const mayDo =
    state.late === undefined && isPassing(state.failure.reason) && requestAgain(job, "again") !== undefined;
  return [...(mayDo ? [AGAIN] : []), CHANGE, DETAILS];
}
