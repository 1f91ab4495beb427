import type { App } from "@slack/bolt";
import { failureText } from "../../job/failure-text.ts";
import { surface } from "../surface.ts";
import { refusalFor } from "./access.ts";
import { callerIn, type IntakeDeps, NOT_SAVED } from "./handlers.ts";
import { openForm } from "./open-form.ts";
import { shortcutBody } from "./payloads.ts";
import { takeFiles } from "./share.ts";

/** "Make it talk" on a message with a photo: the form, with what the message holds filled in, for that message's thread. */
export function registerShortcut(app: App, deps: IntakeDeps): void {
  app.shortcut(
    { callback_id: surface.shortcuts[0], type: "message_action" },
    async ({ body, ack, context }) => {
      const {
        workspaceId,
        user,
        channel,
        message,
        trigger_id: triggerId,
        response_url: responseUrl,
      } = shortcutBody.parse(body);
      const privately = async (text: string) => {
        await ack();
        if (responseUrl !== undefined) await deps.answerPrivately(responseUrl, text);
      };
      const refusal = refusalFor(user.id, channel.id, deps.access);
      if (refusal !== undefined) return privately(refusal);
      const taken = takeFiles(message.files);
      if (!taken.photo) return privately(failureText({ reason: "photo_missing", seen: "that message" }));
      const threadTs = message.thread_ts ?? message.ts;
      try {
        await openForm(
          {
            workspaceId,
            installationId: callerIn(context),
            channelId: channel.id,
            threadTs,
            triggerId,
            responseUrl,
            taken,
          },
          () => ack(),
          deps,
        );
      } catch (error) {
        deps.log.error({ err: error, workspaceId }, "a shortcut could not be saved");
        await privately(NOT_SAVED);
      }
    },
  );
}
