import { z } from "zod";
import type { Say } from "../../words/say.ts";
import type { AnswerPrivately } from "../delivery/slack-delivery.ts";
import type { UnknownReply } from "./dispatch.ts";
import type { SlackPayload } from "./slack-payload.ts";

const responder = z.object({ response_url: z.url() });

/** A sentence for the person who waits for an answer to `payload`, in the way that fits it; nothing where nobody waits. */
export function privateReply(
  say: Say,
  payload: Extract<SlackPayload, { body: unknown }>,
  text: string,
  answerPrivately: AnswerPrivately,
): UnknownReply {
  if (payload.type === "command") return { body: { response_type: "ephemeral", text } };
  if (payload.type !== "interaction") return {};
  switch (payload.kind) {
    case "view_submission":
      return { body: { response_action: "update", view: lastWords(say, text) } };
    case "block_suggestion":
      return { body: { options: [] } };
    default: {
      const { data } = responder.safeParse(payload.body);
      return data ? { afterwards: () => void answerPrivately(data.response_url, text) } : {};
    }
  }
}

function lastWords(say: Say, text: string): object {
  return {
    type: "modal",
    title: { type: "plain_text", text: say.plain("form.title") },
    close: { type: "plain_text", text: say.plain("form.close") },
    blocks: [{ type: "section", text: { type: "mrkdwn", text } }],
  };
}
