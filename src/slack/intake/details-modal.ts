import type { InstallationId } from "../../job/ids.ts";
import type { Job } from "../../job/job.ts";
import type { Say } from "../../words/say.ts";
import { slackCall } from "../slack-call.ts";
import { detailsText } from "./details.ts";
import type { IntakeDeps } from "./handlers.ts";

/** The details over the Home tab in which they were asked for. False: Slack does not show them so. Never throws. */
export async function showDetails(
  say: Say,
  job: Job,
  { triggerId, installationId }: { readonly triggerId: string; readonly installationId: InstallationId },
  { clientFor }: Pick<IntakeDeps, "clientFor">,
): Promise<boolean> {
  const shown = await slackCall(
    async () =>
      (await clientFor(installationId)).views.open({
        trigger_id: triggerId,
        view: {
          type: "modal",
          title: { type: "plain_text", text: say.plain("button.details") },
          close: { type: "plain_text", text: say.plain("form.close") },
          blocks: [
            { type: "section", text: { type: "mrkdwn", text: detailsText(say, job), verbatim: true } },
          ],
        },
      }),
    () => ({}),
  );
  return shown.type === "ok";
}
