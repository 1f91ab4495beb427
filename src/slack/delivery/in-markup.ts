import { escaped } from "./quoted.ts";

/** What somebody typed, so that Slack takes none of it for a mention or a link, and no code ends early. */
export function inMarkup(text: string): string {
  return escaped(text).replaceAll("`", "'");
}
