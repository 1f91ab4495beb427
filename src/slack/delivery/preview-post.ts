import { failureTextOf } from "../../job/failure-text.ts";
import type { Job } from "../../job/job.ts";
import { markup, type Say } from "../../words/say.ts";
import { actions } from "../surface.ts";
import { finishButtons } from "./after-buttons.ts";
import { withFacts } from "./finish.ts";
import { type Message, makeAnother, message, postAgain } from "./messages.ts";
import { decisionButtons } from "./show-first.ts";
import { moment } from "./time-text.ts";

/** The post in the direct message, in which the video is shown first. */

/** The job message of a duplicate, where the other one has been shown and is not decided. */
export function sameShownMessage(say: Say, job: Job, link: string | undefined): Message {
  const earlier = link === undefined ? say("showFirst.see_direct") : `<${link}|${say("job.earlier_one")}>`;
  const person = markup(`<@${job.requesterId}>`);
  return message(
    job,
    say("showFirst.job_same_shown", { person, earlier: markup(earlier) }),
    makeAnother(say),
  );
}

/** Said with the video itself, in the same post. */
export function previewComment(say: Say, job: Job): string {
  return withFacts(say, job, say("showFirst.comment"));
}

/** The same post once it is found, and whatever becomes of the video then. */
export function previewMessage(say: Say, job: Job): Message {
  const { state } = job;
  const where = markup(`<#${job.place.channelId}>`);
  const details = finishButtons(say, job).filter(({ action }) => action === actions.details);
  const said = (news: string) => `${withFacts(say, job, say("showFirst.comment_later"))}\n${news}`;
  switch (state.status) {
    case "shown": {
      const question = say("showFirst.question", { where, until: markup(moment(state.until)) });
      return message(job, `${previewComment(say, job)}\n${question}`, ...decisionButtons(say, job));
    }
    case "undeliverable": {
      const why = markup(failureTextOf(say, job, state.failure));
      return message(job, said(say("showFirst.not_posted", { where, why })), postAgain(say), ...details);
    }
    case "delivered":
      return message(job, said(say("showFirst.posted", { where })), ...details);
    case "failed":
      return message(job, said(failureTextOf(say, job, state.failure)), ...details);
    case "cancelled":
      if (state.instead === "thrown_away") return message(job, say("showFirst.thrown_away"));
      return message(
        job,
        said(say(state.instead ? "showFirst.undecided" : "showFirst.cancelled")),
        ...details,
      );
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
      return message(job, said(say("showFirst.posting", { where })));
  }
}
