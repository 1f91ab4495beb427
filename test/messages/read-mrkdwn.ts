import { emojiNamed } from "../../src/sandbox/emoji.ts";

/** A stretch of text that looks the same from its first to its last character. */
export interface Run {
  readonly text: string;
  readonly look: "plain" | "bold" | "italic" | "code" | "link";
}

const PIECES =
  /<([@#!]?)([^|<>]+)(?:\|([^<>]*))?>|`([^`\n]+)`|(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<![\w_])_([^_\n]+)_(?![\w_])|(?<!\w):([a-z][\w+-]*):/g;

/**
 * Slack's markup as Slack shows it, with the names of the people and channels in it.
 * Source: docs.slack.dev, "Formatting text for app surfaces".
 */
export function readMrkdwn(text: string, names: Readonly<Record<string, string>>): Run[] {
  const runs: Run[] = [];
  const add = (look: Run["look"], said: string) => {
    if (said !== "") runs.push({ look, text: unescaped(said) });
  };
  let at = 0;
  for (const found of text.matchAll(PIECES)) {
    add("plain", text.slice(at, found.index));
    at = found.index + found[0].length;
    const [whole, sign = "", target = "", label, code, bold, italic, emoji] = found;
    if (target !== "") add(sign === "!" ? "plain" : "link", shownFor(sign, target, label, names));
    else if (code !== undefined) add("code", code);
    else if (bold !== undefined) runs.push(...readMrkdwn(bold, names).map((run) => restyled(run, "bold")));
    else if (italic !== undefined)
      runs.push(...readMrkdwn(italic, names).map((run) => restyled(run, "italic")));
    else if (emoji !== undefined) add("plain", emojiNamed(emoji) ?? whole);
  }
  add("plain", text.slice(at));
  return runs;
}

function shownFor(
  sign: string,
  target: string,
  label: string | undefined,
  names: Readonly<Record<string, string>>,
): string {
  if (sign === "@" || sign === "#") return `${sign}${names[target] ?? label ?? target}`;
  return label ?? target;
}

function restyled(run: Run, look: Run["look"]): Run {
  return run.look === "plain" ? { ...run, look } : run;
}

function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
