import type { App } from "@slack/bolt";
import { cancelled, cancelOutcome, leftAlone, madeAnother, triedAgain } from "../../job/decisions.ts";
import { redelivering } from "../../job/deliver-transitions.ts";
import { installationOf, type Job } from "../../job/job.ts";
import { logFields } from "../../job/log-fields.ts";
import { actions } from "../surface.ts";
import { mayDecide } from "./access.ts";
import { cancelText, NOT_YOURS } from "./answers.ts";
import { callerIn, type IntakeDeps, NOT_SAVED } from "./handlers.ts";
import { buttonBody } from "./payloads.ts";

const STALE = "That has been decided already, so this button has nothing to do any more.";
const GONE = "I no longer know this request. Type `/talkingphoto` to start a new one.";

/**
 * Buttons carry the job id alone; everything else is in the row, so they work after a deploy and after a
 * week. Each press is a change that applies once: pressed again it finds nothing to do and says so.
 */
export function registerButtons(app: App, deps: IntakeDeps): void {
  const presses: Record<string, (job: Job) => Job> = {
    [actions.cancel]: (job) => cancelled(job, deps.now()),
    [actions.tryAgain]: (job) => triedAgain(job, deps.now()),
    [actions.leaveIt]: (job) => leftAlone(job, deps.now()),
    [actions.makeAnother]: (job) => madeAnother(job, deps.now()),
    [actions.postAgain]: (job) => redelivering(job, deps.now(), deps.waits),
  };
  for (const [actionId, change] of Object.entries(presses)) {
    app.action(actionId, async ({ body, ack, context }) => {
      const { workspaceId, user, response_url: responseUrl, actions: pressed } = buttonBody.parse(body);
      const jobId = pressed[0]?.value;
      let answer: string | undefined;
      try {
        const job = jobId === undefined ? undefined : await deps.store.find(jobId);
        // Under an org-wide install Slack names the presser's workspace, which need not be the job's.
        const ours = job && (job.workspaceId === workspaceId || installationOf(job) === callerIn(context));
        if (!ours) answer = GONE;
        else if (!mayDecide(user.id, job, deps.access)) answer = NOT_YOURS;
        else {
          let before = job;
          const after = await deps.store.update(job.id, (current) => {
            before = current;
            const next = change(current);
            return next === current ? undefined : { job: next };
          });
          if (actionId === actions.cancel)
            answer = after === before ? cancelText(cancelOutcome(before)) : undefined;
          else if (after === before) answer = STALE;
          deps.log.info({ ...logFields(job), userId: user.id, actionId }, "button pressed");
        }
      } catch (error) {
        deps.log.error({ err: error, jobId, workspaceId }, "a button press could not be saved");
        answer = NOT_SAVED;
      }
      await ack();
      if (answer !== undefined && responseUrl !== undefined) await deps.answerPrivately(responseUrl, answer);
    });
  }
}
