import type { App } from "@slack/bolt";
import { slackCall } from "../slack-call.ts";
import { voiceAction } from "../surface.ts";
import { type FormLook, formView } from "./form.ts";
import { lookOf } from "./form-look.ts";
import { callerIn, type IntakeDeps } from "./handlers.ts";
import { whyNot } from "./open-form.ts";
import { searchBody, voiceChosenBody } from "./payloads.ts";
import { voiceBehind, voiceOptions, voicesSoon } from "./voice-options.ts";

/** The form's list of voices, asked for at every letter, and a sample of the one that is chosen. */
export function registerVoices(app: App, deps: IntakeDeps): void {
  app.options(voiceAction, async ({ body, ack, context }) => {
    const { user, value } = searchBody.parse(body);
    const [say, voices] = await Promise.all([
      deps.readers.sayTo(callerIn(context), user.id),
      voicesSoon(deps.voices),
    ]);
    await ack({ options: voiceOptions(say, voices, value) });
  });

  app.action(voiceAction, async ({ body, ack, context }) => {
    const { workspaceId, user, view, actions } = voiceChosenBody.parse(body);
    await ack();
    const caller = callerIn(context);
    try {
      const form = await deps.store.findForm(view.private_metadata);
      if (!form) return;
      const say = await deps.readers.sayTo(caller, user.id);
      const look = await lookOf(say, form, { workspaceId, userId: user.id }, deps);
      const chosen = actions[0]?.selected_option;
      const voice = chosen ? voiceBehind(chosen, await voicesSoon(deps.voices)) : undefined;
      const sample: Pick<FormLook, "sample"> = voice?.previewUrl
        ? { sample: { name: voice.name, url: voice.previewUrl } }
        : {};
      const shown = await slackCall(
        async () =>
          (await deps.clientFor(caller)).views.update({
            view_id: view.id,
            // Sent off or changed meanwhile: then a sample is of no use any more.
            ...(view.hash === undefined ? {} : { hash: view.hash }),
            view: formView(say, form.id, { ...look, ...sample }),
          }),
        () => ({}),
      );
      if (shown.type !== "ok") deps.log.warn({ workspaceId, ...whyNot(shown) }, "no sample could be shown");
    } catch (error) {
      deps.log.warn({ err: error, workspaceId }, "no sample could be shown");
    }
  });
}
