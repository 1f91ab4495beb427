import { ANNA } from "../job/sample-jobs.ts";
import { askedAnswers } from "./asked-answers.ts";
import type { Picture } from "./draw-picture.ts";
import { formErrors, forms } from "./form-pictures.ts";
import { homeTabs } from "./home-pictures.ts";
import { finishes, jobMessages, notices, outcomes, questions } from "./job-messages.ts";
import { commandAnswers, hello, pressAnswers, refusals, unknownCommands } from "./private-answers.ts";
import type { Named } from "./sample-requests.ts";

/** Everything that the app can say in Slack, made by the real code from jobs as they may stand in the store. */

/** Under which heading it stands in docs/messages.md, and its name there. */
export type Shown = Picture & { readonly group: string; readonly name: string };

export async function everyMessage(): Promise<Shown[]> {
  const asked = await askedAnswers();
  const groups: readonly (readonly [group: string, messages: readonly Named[]])[] = [
    ["The job message", jobMessages()],
    ["The job message asks", questions()],
    ["The job message says how it ended", outcomes()],
    ["Posts that call the person", notices()],
    ["The video", finishes()],
    ["The welcome", [hello(ANNA)]],
    ["The Home tab", homeTabs()],
    ["The form", forms()],
    ["The form says what is wrong", [...formErrors(), ...asked.toForms]],
    ["Private answers to commands", [...commandAnswers(), ...asked.toCommands]],
    ["Private answers to commands that are not understood", unknownCommands()],
    ["Private answers to buttons", [...pressAnswers(), ...asked.toButtons]],
    ["Private answers to who may not", refusals()],
  ];
  return groups.flatMap(([group, messages]) => messages.map(([name, shown]) => ({ group, name, ...shown })));
}
