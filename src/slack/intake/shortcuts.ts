import type { App } from "@slack/bolt";
import { failureText } from "../../job/failure-text.ts";
import type { Say } from "../../words/say.ts";
import { surface } from "../surface.ts";
import { whyNotAllowed } from "./access.ts";
import { callerIn, type IntakeDeps } from "./handlers.ts";
import { openForm } from "./open-form.ts";
import { globalShortcutBody, shortcutBody } from "./payloads.ts";
import { readPostText } from "./post-text.ts";
import { filesOf, takeFiles } from "./share.ts";

const [ON_MESSAGE, FROM_ANYWHERE] = surface.shortcuts;

export function registerShortcuts(app: App, deps: IntakeDeps): void {
  /** "Make it talk" on a message: the form, with what the message holds filled in, for that message's thread. */
  app.shortcut({ callback_id: ON_MESSAGE, type: "message_action" }, async ({ body, ack, context }) => {
    const {
      workspaceId,
      user,
      channel,
      message,
      trigger_id: triggerId,
      response_url: responseUrl,
    } = shortcutBody.parse(body);
    const privately = async (words: (say: Say) => string) => {
      await ack();
      if (responseUrl === undefined) return;
      const say = await deps.readers.sayTo(callerIn(context), user.id);
      await deps.answerPrivately(responseUrl, words(say), message.thread_ts);
    };
    const refusal = whyNotAllowed(user.id, channel.id, deps.access);
    if (refusal) return privately((say) => say.kept(refusal));
    const text = readPostText(message.text, undefined);
    const previews = message.attachments.flatMap(({ image_url }) => image_url ?? []);
    const taken = takeFiles(
      { files: filesOf(message), text: { ...text, photoUrls: [...text.photoUrls, ...previews] } },
      deps.isAllowedUrl,
    );
    if (!taken.photo && !taken.speech)
      return privately((say) =>
        failureText(say, { reason: "photo_missing", seen: { key: "seen.that_message" } }),
      );
    const threadTs = message.thread_ts ?? message.ts;
    try {
      await openForm(
        {
          workspaceId,
          installationId: callerIn(context),
          userId: user.id,
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
      await privately((say) => say("answer.not_saved"));
    }
  });

  /** "Make a photo talk", chosen from nowhere in particular: the form, which then asks where. */
  app.shortcut({ callback_id: FROM_ANYWHERE, type: "shortcut" }, async ({ body, ack, context }) => {
    const { workspaceId, user, trigger_id: triggerId } = globalShortcutBody.parse(body);
    const installationId = callerIn(context);
    try {
      await openForm(
        { workspaceId, installationId, userId: user.id, triggerId, responseUrl: undefined, taken: {} },
        () => ack(),
        deps,
      );
    } catch (error) {
      // Slack shows a sign of its own where a shortcut is not answered; there is no other way to tell.
      deps.log.error({ err: error, workspaceId }, "a shortcut could not be saved");
      throw error;
    }
  });
}
