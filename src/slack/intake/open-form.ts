import { createHash } from "node:crypto";
import type { SlackAnswer } from "../../job/delivery.ts";
import type { ChannelId, InstallationId, JobId, MessageTs, UserId, WorkspaceId } from "../../job/ids.ts";
import type { OpenForm, TakenFiles } from "../../job/store.ts";
import type { Say } from "../../words/say.ts";
import { slackCall } from "../slack-call.ts";
import { type FormLook, formView, loadingView } from "./form.ts";
import { isChannel, lookOf } from "./form-look.ts";
import type { IntakeDeps } from "./handlers.ts";

export interface FormOpening {
  readonly workspaceId: WorkspaceId;
  readonly installationId: InstallationId;
  readonly userId: UserId;
  /** Absent when the form is to ask where. */
  readonly channelId?: ChannelId;
  readonly threadTs?: MessageTs;
  /** The job that waits for what is filled in. */
  readonly jobId?: JobId;
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
  const { workspaceId, installationId, channelId, threadTs, jobId, triggerId, responseUrl, taken } = opening;
  const formId = createHash("sha256")
    .update(JSON.stringify([workspaceId, channelId, threadTs, triggerId]))
    .digest("base64url")
    .slice(0, 22);
  const form: OpenForm = {
    id: formId,
    openedAt: deps.now(),
    taken,
    ...(channelId === undefined ? {} : { channelId }),
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(jobId === undefined ? {} : { jobId }),
    ...(responseUrl === undefined ? {} : { responseUrl }),
  };
  const saying = deps.readers.sayTo(installationId, opening.userId);
  await deps.store.saveForm(form);
  await ack();
  const say = await saying;
  const opened = await slackCall(
    async () =>
      (await deps.clientFor(installationId)).views.open({
        trigger_id: triggerId,
        view: loadingView(say, formId),
      }),
    (result) => ({ viewId: result.view?.id ?? "" }),
  );
  if (opened.type === "ok") {
    const look = await lookOrPlain(say, form, opening, deps);
    const filled = await slackCall(
      async () =>
        (await deps.clientFor(installationId)).views.update({
          view_id: opened.viewId,
          view: formView(say, formId, look),
        }),
      () => ({}),
    );
    if (filled.type === "ok") return;
    deps.log.warn({ workspaceId, ...whyNot(filled) }, "the form could not be filled in");
  } else {
    deps.log.warn({ workspaceId, ...whyNot(opened) }, "the form could not be opened");
  }
  if (responseUrl === undefined) return;
  await deps.answerPrivately(responseUrl, say("answer.form_not_opened"));
}

/** A store in trouble takes away the person's usual voice, not the form that is open already. */
async function lookOrPlain(
  say: Say,
  form: OpenForm,
  opening: FormOpening,
  deps: IntakeDeps,
): Promise<FormLook> {
  return lookOf(say, form, opening, deps).catch((error: unknown) => {
    deps.log.warn({ err: error, workspaceId: opening.workspaceId }, "the form opens without what is usual");
    const { taken, channelId } = form;
    return { taken, asksWhere: channelId === undefined, inChannel: isChannel(channelId), isPlain: true };
  });
}

export function whyNot(answer: Exclude<SlackAnswer, { type: "ok" }>): object {
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
