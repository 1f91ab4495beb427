import { z } from "zod";
import type { AnswerPrivately } from "../delivery/slack-delivery.ts";
import type { UnknownReply } from "./dispatch.ts";
import type { SlackPayload } from "./slack-payload.ts";

const responder = z.object({ response_url: z.url() });

/** A sentence for the person who waits for an answer to `payload`, in the way that fits it; nothing where nobody waits. */
export function privateReply(
  payload: Extract<SlackPayload, { body: unknown }>,
  text: string,
  answerPrivately: AnswerPrivately,
): UnknownReply {
  if (payload.type === "command") return { body: { response_type: "ephemeral", text } };
  if (payload.type !== "interaction") return {};
  switch (payload.kind) {
    case "view_submission":
      return { body: { response_action: "update", view: lastWords(text) } };
    case "block_suggestion":
      return { body: { options: [] } };
    default: {
      const { data } = responder.safeParse(payload.body);
      return data ? { afterwards: () => void answerPrivately(data.response_url, text) } : {};
    }
  }
}

function lastWords(text: string): object {
  return {
    type: "modal",
    title: { type: "plain_text", text: "Talking photo" },
    close: { type: "plain_text", text: "Close" },
    blocks: [{ type: "section", text: { type: "mrkdwn", text } }],
  };
}
