import { z } from "zod";
import type { Say } from "../../words/say.ts";
import type { AnswerPrivately } from "../delivery/slack-delivery.ts";
import type { UnknownReply } from "./dispatch.ts";
import type { SlackPayload } from "./slack-payload.ts";

const responder = z.object({ response_url: z.url() });

/**
 * Words for the person who waits for an answer to `payload`, in the way that fits it; nothing where nobody waits.
 * Their language is asked for only where words are said, and after the ack where that says none.
 */
export async function privateReply(
  sayToThem: () => Promise<Say>,
  payload: Extract<SlackPayload, { body: unknown }>,
  words: (say: Say) => string,
  answerPrivately: AnswerPrivately,
): Promise<UnknownReply> {
  if (payload.type === "command")
    return { body: { response_type: "ephemeral", text: words(await sayToThem()) } };
  if (payload.type !== "interaction") return {};
  switch (payload.kind) {
    case "view_submission": {
      const say = await sayToThem();
      return { body: { response_action: "update", view: lastWords(say, words(say)) } };
    }
    case "block_suggestion":
      return { body: { options: [] } };
    default: {
      const { data } = responder.safeParse(payload.body);
      if (!data) return {};
      return {
        afterwards: () => void sayToThem().then((say) => answerPrivately(data.response_url, words(say))),
      };
    }
  }
}

function lastWords(say: Say, text: string): object {
  return {
    type: "modal",
    title: { type: "plain_text", text: say.plain("form.title") },
    close: { type: "plain_text", text: say.plain("form.close") },
    blocks: [{ type: "section", text: { type: "mrkdwn", text, verbatim: true } }],
  };
}
