/** What somebody typed into the composer, as Slack hands it on: escaped, with mentions and addresses marked. */
import type { User } from "../slack/records.ts";

/** Up to a blank or a quote; an angle bracket is escaped by then. */
const ADDRESS = /https?:\/\/(?:(?!&[lg]t;)[^\s"|])+/g;
const AFTER_ADDRESS = /[.,;:!?)\]]+$/;

export function asSlackSends(typed: string, users: Iterable<User>): string {
  const linked = escaped(typed).replace(ADDRESS, (found) => {
    const after = AFTER_ADDRESS.exec(found)?.[0] ?? "";
    return `<${found.slice(0, found.length - after.length)}>${after}`;
  });
  // "@Anna Maria" is not Anna.
  const byLength = [...users].sort((a, b) => b.name.length - a.name.length);
  return byLength.reduce(
    (text, { id, name }) =>
      text.replace(new RegExp(`(?<![\\w@])@${escapeForPattern(name)}(?!\\w)`, "giu"), `<@${id}>`),
    linked,
  );
}

/** What stands in it is no markup. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function escapeForPattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
