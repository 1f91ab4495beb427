import { z } from "zod";
import type { AnswerPrivately } from "../delivery/slack-delivery.ts";
import type { UnknownReply } from "./dispatch.ts";
import type { SlackPayload } from "./slack-payload.ts";

export type UnknownPayload = (payload: Extract<SlackPayload, { body: unknown }>) => UnknownReply;

const responder = z.object({ response_url: z.url() });

/**
 * A signed command, button or form that this version does not know: an old button, a mistyped manifest. A
 * person waits for it, so it is answered at once, and privately.
 */
export function createUnknownPayload(answerPrivately: AnswerPrivately): UnknownPayload {
  return (payload) => {
    if (payload.type === "command") {
      const text = `I don't know the command \`${String(payload.body.command).slice(0, 32)}\`. Try \`/talkingphoto help\`.`;
      return { body: { response_type: "ephemeral", text } };
    }
    if (payload.type !== "interaction") return {};
    switch (payload.kind) {
      case "view_submission":
        return { body: { response_action: "update", view: oldForm } };
      case "block_suggestion":
        return { body: { options: [] } };
      default: {
        const { data } = responder.safeParse(payload.body);
        const text =
          "I don't know this button any more: it is from another version of me. Type `/talkingphoto help` to see what I can do.";
        return data ? { afterwards: () => void answerPrivately(data.response_url, text) } : {};
      }
    }
  };
}

const oldForm = {
  type: "modal",
  title: { type: "plain_text", text: "Talking photo" },
  close: { type: "plain_text", text: "Close" },
  blocks: [
    {
      type: "section",
      text: {
        type: "mrkdwn",
        text: "I don't know this form any more, so nothing was started. Type `/talkingphoto` to open a new one.",
      },
    },
  ],
};
