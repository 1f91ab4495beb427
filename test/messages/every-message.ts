import type { Say } from "../../src/words/say.ts";
import { ANNA } from "../job/sample-jobs.ts";
import { askedAnswers } from "./asked-answers.ts";
import type { Picture } from "./draw-picture.ts";
import { formErrors, forms } from "./form-pictures.ts";
import { homeTabs } from "./home-pictures.ts";
import { finishes, jobMessages, notices, outcomes, questions } from "./job-messages.ts";
import { previews } from "./previews.ts";
import { commandAnswers, hello, pressAnswers, refusals, unknownCommands } from "./private-answers.ts";
import type { Named } from "./sample-requests.ts";

/** Everything that the app can say in Slack, made by the real code from jobs as they may stand in the store. */

/** Under which heading it stands in docs/messages.md, and its name there. */
export type Shown = Picture & { readonly group: string; readonly name: string };

export async function everyMessage(say: Say): Promise<Shown[]> {
  const asked = await askedAnswers(say);
  const groups: readonly (readonly [group: string, messages: readonly Named[]])[] = [
    ["The job message", jobMessages(say)],
    ["The job message asks", questions(say)],
    ["The job message says how it ended", outcomes(say)],
    ["Posts that call the person", notices(say)],
    ["The video", finishes(say)],
    ["The video, shown to its person first", previews(say)],
    ["The welcome", [hello(say, ANNA)]],
    ["The Home tab", homeTabs(say)],
    ["The form", forms(say)],
    ["The form says what is wrong", [...formErrors(say), ...asked.toForms]],
    ["Private answers to commands", [...commandAnswers(say), ...asked.toCommands]],
    ["Private answers to commands that are not understood", unknownCommands(say)],
    ["Private answers to buttons", [...pressAnswers(say), ...asked.toButtons]],
    ["Private answers to who may not", refusals(say)],
  ];
  return groups.flatMap(([group, messages]) => messages.map(([name, shown]) => ({ group, name, ...shown })));
}
