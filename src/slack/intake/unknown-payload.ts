import { z } from "zod";
import type { InstallationId, UserId } from "../../job/ids.ts";
import { type Say, sayIn } from "../../words/say.ts";
import type { AnswerPrivately } from "../delivery/slack-delivery.ts";
import type { Readers } from "../readers.ts";
import type { UnknownReply } from "./dispatch.ts";
import { privateReply } from "./private-reply.ts";
import type { SlackPayload } from "./slack-payload.ts";

type Payload = Extract<SlackPayload, { body: unknown }>;

/** `installationId` undefined: the app is not installed where the payload comes from. */
export type ReplyTo = (payload: Payload, installationId: InstallationId | undefined) => Promise<UnknownReply>;

const personId = z.string().transform((id) => id as UserId);
/** A command names the person flat, an interaction nests them. */
const person = z.union([
  z.object({ user_id: personId }).transform(({ user_id }) => user_id),
  z.object({ user: z.object({ id: personId }) }).transform(({ user }) => user.id),
]);

/**
 * A signed command, button or form that this version does not know: an old button, a mistyped manifest. A
 * person waits for it, so it is answered at once, and privately.
 */
export function createUnknownPayload(answerPrivately: AnswerPrivately, readers: Readers): ReplyTo {
  return (payload, installationId) => {
    const { data: userId } = person.safeParse(payload.body);
    const sayToThem = async () =>
      installationId !== undefined && userId !== undefined
        ? readers.sayTo(installationId, userId)
        : sayIn("en");
    return privateReply(sayToThem, payload, (say) => unknownText(say, payload), answerPrivately);
  };
}

/** A signed request from where the app is not installed: it was removed a moment ago, or its tokens are lost. */
export function createNotInstalled(
  answerPrivately: AnswerPrivately,
  log: { info(fields: object, message: string): void },
): ReplyTo {
  // There is no token left to ask Slack with who reads which language.
  const inEnglish = async () => sayIn("en");
  return (payload) => {
    const { team_id: teamId, enterprise_id: enterpriseId } = payload.body;
    log.info({ type: payload.type, teamId, enterpriseId }, "a request from where the app is not installed");
    return privateReply(inEnglish, payload, (say) => say("answer.not_installed"), answerPrivately);
  };
}

function unknownText(say: Say, payload: Payload): string {
  if (payload.type === "command") {
    const command = String(payload.body.command).slice(0, 32);
    return say("answer.unknown_command", { command });
  }
  return payload.type === "interaction" && payload.kind === "view_submission"
    ? say("answer.unknown_form")
    : say("answer.unknown_button");
}
