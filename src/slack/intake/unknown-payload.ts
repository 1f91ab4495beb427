import type { AnswerPrivately } from "../delivery/slack-delivery.ts";
import type { UnknownReply } from "./dispatch.ts";
import { privateReply } from "./private-reply.ts";
import type { SlackPayload } from "./slack-payload.ts";

type Payload = Extract<SlackPayload, { body: unknown }>;
export type ReplyTo = (payload: Payload) => UnknownReply;

/**
 * A signed command, button or form that this version does not know: an old button, a mistyped manifest. A
 * person waits for it, so it is answered at once, and privately.
 */
export function createUnknownPayload(answerPrivately: AnswerPrivately): ReplyTo {
  return (payload) => privateReply(payload, unknownText(payload), answerPrivately);
}

const NOT_INSTALLED =
  "Talking Photo is not installed in this workspace any more, so nothing was started. Ask the person who runs it for the link to install it again.";

/** A signed request from where the app is not installed: it was removed a moment ago, or its tokens are lost. */
export function createNotInstalled(
  answerPrivately: AnswerPrivately,
  log: { info(fields: object, message: string): void },
): ReplyTo {
  return (payload) => {
    const { team_id: teamId, enterprise_id: enterpriseId } = payload.body;
    log.info({ type: payload.type, teamId, enterpriseId }, "a request from where the app is not installed");
    return privateReply(payload, NOT_INSTALLED, answerPrivately);
  };
}

function unknownText(payload: Payload): string {
  if (payload.type === "command")
    return `I don't know the command \`${String(payload.body.command).slice(0, 32)}\`. Try \`/talkingphoto help\`.`;
  return payload.type === "interaction" && payload.kind === "view_submission"
    ? "I don't know this form any more, so nothing was started. Type `/talkingphoto` to open a new one."
    : "I don't know this button any more: it is from another version of me. Type `/talkingphoto help` to see what I can do.";
}
