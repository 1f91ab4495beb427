import type { IncomingMessage } from "node:http";
import Negotiator from "negotiator";
import { type Say, sayIn } from "../../words/say.ts";
import { LOCALES } from "../../words/sentences.ts";

/** For a page that is read before there is any token to ask Slack with: in the language that the browser wants most. */
export function sayToBrowser(request: Pick<IncomingMessage, "headers">): Say {
  const [best] = new Negotiator(request).languages(LOCALES);
  return sayIn(best ?? "en");
}
