import { createHash } from "node:crypto";
import type { SlackAnswer } from "../../job/delivery.ts";
import type { ChannelId, InstallationId, MessageTs, WorkspaceId } from "../../job/ids.ts";
import type { TakenFiles } from "../../job/store.ts";
import { slackCall } from "../slack-call.ts";
import { formView, loadingView } from "./form.ts";
import type { IntakeDeps } from "./handlers.ts";

export interface FormOpening {
  readonly workspaceId: WorkspaceId;
  readonly installationId: InstallationId;
  readonly channelId: ChannelId;
  readonly threadTs?: MessageTs;
  readonly triggerId: string;
  readonly responseUrl: string | undefined;
  readonly taken: TakenFiles;
}

/**
 * Opens the form. The trigger lives for three seconds, so a small view is opened with it before anything else
 * is done. Where the form belongs is kept in the store; the form itself carries only its id.
 */
export async function openForm(
  opening: FormOpening,
  ack: () => Promise<void>,
  deps: IntakeDeps,
): Promise<void> {
  const { workspaceId, installationId, channelId, threadTs, triggerId, responseUrl, taken } = opening;
  const formId = createHash("sha256")
    .update(JSON.stringify([workspaceId, channelId, threadTs, triggerId]))
    .digest("base64url")
    .slice(0, 22);
  await deps.store.saveForm({
    id: formId,
    channelId,
    openedAt: deps.now(),
    taken,
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(responseUrl === undefined ? {} : { responseUrl }),
  });
  await ack();
  const opened = await slackCall(
    async () =>
      (await deps.clientFor(installationId)).views.open({ trigger_id: triggerId, view: loadingView(formId) }),
    (result) => ({ viewId: result.view?.id ?? "" }),
  );
  if (opened.type === "ok") {
    const filled = await slackCall(
      async () =>
        (await deps.clientFor(installationId)).views.update({
          view_id: opened.viewId,
          view: formView(formId, taken),
        }),
      () => ({}),
    );
    if (filled.type === "ok") return;
    deps.log.warn({ workspaceId, ...whyNot(filled) }, "the form could not be filled in");
  } else {
    deps.log.warn({ workspaceId, ...whyNot(opened) }, "the form could not be opened");
  }
  if (responseUrl === undefined) return;
  await deps.answerPrivately(
    responseUrl,
    "Slack did not let me open the form in time. Nothing was started; please try once more.",
  );
}

function whyNot(answer: Exclude<SlackAnswer, { type: "ok" }>): object {
  switch (answer.type) {
    case "refused":
      return { outcome: answer.type, code: answer.code };
    case "busy":
      return { outcome: answer.type, retryAfterMs: answer.retryAfterMs };
    case "not_sent":
    case "unclear":
      return { outcome: answer.type, err: answer.error };
  }
}
