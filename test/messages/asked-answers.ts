import type { JobId } from "../../src/job/ids.ts";
import type { FollowUp } from "../../src/job/job.ts";
import { formView } from "../../src/slack/intake/form.ts";
import { actions } from "../../src/slack/surface.ts";
import type { Say } from "../../src/words/say.ts";
import { CHANNEL, NOW, STATES } from "../job/sample-jobs.ts";
import { type Answer, askTheApp, ELSEWHERE } from "./ask-the-app.ts";
import type { Picture } from "./draw-picture.ts";
import { FORM_ID } from "./form-pictures.ts";
import { said } from "./private-answers.ts";
import { job, type Named } from "./sample-requests.ts";

/** What the listeners answer by themselves: each is really asked. */

const DONE = "dddddddddd" as JobId;
const RUNNING = "rrrrrrrrrr" as JobId;
const OTHER_FORM = {
  id: "V1",
  callback_id: "talkingphoto.long_ago",
  private_metadata: "",
  state: { values: {} },
};
const FORM = { id: FORM_ID, openedAt: NOW, channelId: CHANNEL, taken: {} };

export async function askedAnswers(
  say: Say,
): Promise<Record<"toCommands" | "toButtons" | "toForms", Named[]>> {
  const made: Readonly<Record<FollowUp, JobId>> = { again: RUNNING, in_1080: RUNNING };
  const app = await askTheApp(say, {
    jobs: [
      job(STATES.delivered, { id: DONE, followUps: made }),
      job(STATES["sharing called"], { id: RUNNING }),
    ],
    forms: [FORM, { ...FORM, id: "late", jobId: DONE }],
  });
  const empty = await askTheApp(say, {});
  const broken = await askTheApp(say, { forms: [FORM], broken: true });
  const others = new Set(["U2"]);
  const closed = await askTheApp(say, {
    forms: [FORM],
    access: { allowedUsers: others, adminUsers: others },
  });
  const notHere = await askTheApp(say, { forms: [FORM], access: { allowedChannels: new Set(["C2"]) } });
  const elsewhere = { team: { id: ELSEWHERE } };
  return {
    toCommands: [
      ["the form could not be opened in time", shown(say, await app.command(""))],
      ["cancel, when nothing runs", shown(say, await empty.command("cancel"))],
      ["cancel, of an id that nobody knows", shown(say, await app.command("cancel nobodys"))],
      ["cancel, delivered by Slack once more", shown(say, await secondCancel(app))],
      ["a command of another version", shown(say, await app.command("", { command: "/talkingfoto" }))],
      ["a command where it is not installed", shown(say, await app.command("", { team_id: ELSEWHERE }))],
    ],
    toButtons: [
      ["a press for a request that nobody knows", shown(say, await app.press(actions.cancel, "unknown"))],
      ["Again, once more", shown(say, await app.press(actions.again, DONE))],
      ["In 1080, once more", shown(say, await app.press(actions.in1080, DONE))],
      ["a press that cannot be saved", shown(say, await broken.press(actions.cancel, DONE))],
      ["a button of another version", shown(say, await app.press("talkingphoto.long_ago", DONE))],
    ],
    toForms: [
      ["a form that is too old", shown(say, await app.sendForm("of last year"))],
      ["a form for a request that has gone on", shown(say, await app.sendForm("late"))],
      ["a form that cannot be saved", shown(say, await broken.sendForm(FORM_ID))],
      ["a form of somebody who may not use the app", shown(say, await closed.sendForm(FORM_ID))],
      ["a form for a channel where it is switched off", shown(say, await notHere.sendForm(FORM_ID))],
      ["a form of another version", shown(say, await app.sendForm(FORM_ID, { view: OTHER_FORM }))],
      ["a form where it is not installed", shown(say, await app.sendForm(FORM_ID, elsewhere))],
    ],
  };
}

/** The same signed command twice: Slack sends one again when it got no answer. */
async function secondCancel(app: Awaited<ReturnType<typeof askTheApp>>): Promise<Answer> {
  await app.command(`cancel ${RUNNING}`);
  return app.command(`cancel ${RUNNING}`);
}

function shown(say: Say, answer: Answer): Picture {
  if ("text" in answer) return said(answer.text);
  if ("view" in answer) return { view: answer.view };
  return { view: formView(say, FORM_ID, { taken: {} }), errors: answer.errors };
}
