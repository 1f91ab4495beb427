import type { App } from "@slack/bolt";
import { formCallbackId } from "../surface.ts";
import { refusalFor } from "./access.ts";
import { readForm } from "./form.ts";
import { callerIn, type IntakeDeps, NOT_SAVED } from "./handlers.ts";
import { acceptRequest, newJob } from "./new-job.ts";
import { formBody } from "./payloads.ts";

/** A field that every form has, for what concerns none in particular. */
const ALWAYS_THERE = "talkingphoto.resolution";

/** The form sent off. What is wrong is said on its field and the form stays open; else it is saved, then closed. */
export function registerForm(app: App, deps: IntakeDeps): void {
  app.view({ callback_id: formCallbackId, type: "view_submission" }, async ({ body, ack, context }) => {
    const { workspaceId, user, view } = formBody.parse(body);
    const problem = (text: string) => ack({ response_action: "errors", errors: { [ALWAYS_THERE]: text } });
    try {
      const form = await deps.store.findForm(view.private_metadata);
      if (!form)
        return await problem("This form is too old to be sent. Close it and type /talkingphoto again.");
      const refusal = refusalFor(user.id, form.channelId, deps.access);
      if (refusal !== undefined) return await problem(refusal.slice(0, 150));
      const result = readForm(view.state.values, form.taken);
      if (result.type === "errors") return await ack({ response_action: "errors", errors: result.errors });

      const place =
        form.threadTs === undefined
          ? { channelId: form.channelId }
          : { channelId: form.channelId, threadTs: form.threadTs };
      const job = newJob(
        {
          workspaceId,
          installationId: callerIn(context),
          requesterId: user.id,
          door: "form",
          place,
          request: result.request,
        },
        deps.now(),
        deps.waits,
      );
      const { responseUrl } = form;
      await acceptRequest(
        {
          keys: [`view:${workspaceId}:${view.id}`],
          job,
          ...(responseUrl === undefined ? {} : { responseUrl }),
        },
        deps,
      );
      await ack();
    } catch (error) {
      deps.log.error({ err: error, workspaceId }, "a form could not be saved");
      await problem(NOT_SAVED);
    }
  });
}
