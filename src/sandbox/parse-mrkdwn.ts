/** Slack's markup as a tree. Source: docs.slack.dev, "Formatting text for app surfaces". */
import { emojiNamed } from "./emoji.ts";

export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "bold" | "italic" | "strike"; readonly inside: readonly Inline[] }
  | { readonly kind: "link"; readonly href: string; readonly text: string }
  | { readonly kind: "mention"; readonly sign: "@" | "#"; readonly id: string; readonly label: string }
  | {
      readonly kind: "date";
      readonly seconds: number;
      readonly format: string;
      readonly fallback: string;
      readonly href: string | undefined;
    };

export type Part =
  | { readonly kind: "lines"; readonly lines: readonly (readonly Inline[])[] }
  | { readonly kind: "quote"; readonly lines: readonly (readonly Inline[])[] }
  | { readonly kind: "fence"; readonly text: string };

const PIECES =
  /<([@#!]?)([^|<>]+)(?:\|([^<>]*))?>|`([^`\n]+)`|(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<![\w_])_([^_\n]+)_(?![\w_])|(?<![\w~])~([^~\n]+)~(?![\w~])|(?<!\w):([a-z][\w+-]*):/g;
const QUOTE = /^(?:&gt;|>) ?/;
/** The last moment that JavaScript knows. */
const LAST_SECOND = 8.64e12;
const DATE = /^date\^(\d+)\^([^^]+)(?:\^(.+))?$/;

export function parseMrkdwn(text: string): Part[] {
  const parts: Part[] = [];
  for (const [at, stretch] of text.split("```").entries()) {
    if (at % 2 === 1) parts.push({ kind: "fence", text: unescaped(stretch.replace(/^\n|\n$/g, "")) });
    else if (stretch.trim() !== "") parts.push(...parseLines(stretch.replace(/^\n|\n$/g, "")));
  }
  return parts;
}

function parseLines(text: string): Part[] {
  const parts: { kind: "lines" | "quote"; lines: Inline[][] }[] = [];
  for (const line of text.split("\n")) {
    const kind = QUOTE.test(line) ? "quote" : "lines";
    const last = parts.at(-1);
    const inside = parseInline(line.replace(kind === "quote" ? QUOTE : "", ""));
    if (last?.kind === kind) last.lines.push(inside);
    else parts.push({ kind, lines: [inside] });
  }
  return parts;
}

export function parseInline(text: string): Inline[] {
  const found: Inline[] = [];
  const addText = (said: string) => {
    if (said !== "") found.push({ kind: "text", text: unescaped(said) });
  };
  let at = 0;
  for (const match of text.matchAll(PIECES)) {
    addText(text.slice(at, match.index));
    at = match.index + match[0].length;
    const [whole, sign = "", target, label, code, bold, italic, strike, emoji] = match;
    if (target !== undefined) found.push(parseAngles(sign, target, label));
    else if (code !== undefined) found.push({ kind: "code", text: unescaped(code) });
    else if (bold !== undefined) found.push({ kind: "bold", inside: parseInline(bold) });
    else if (italic !== undefined) found.push({ kind: "italic", inside: parseInline(italic) });
    else if (strike !== undefined) found.push({ kind: "strike", inside: parseInline(strike) });
    else if (emoji !== undefined) addText(emojiNamed(emoji) ?? whole);
  }
  addText(text.slice(at));
  return found;
}

function parseAngles(sign: string, target: string, label: string | undefined): Inline {
  if (sign === "@" || sign === "#") return { kind: "mention", sign, id: target, label: label ?? target };
  if (sign === "") return { kind: "link", href: unescaped(target), text: unescaped(label ?? target) };
  const [, seconds, format, href] = DATE.exec(target) ?? [];
  if (seconds === undefined || format === undefined || Number(seconds) > LAST_SECOND)
    return { kind: "text", text: unescaped(label ?? `@${target}`) };
  return { kind: "date", seconds: Number(seconds), format, fallback: unescaped(label ?? ""), href };
}

export function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** `:tada:` in a plain text. */
export function withEmoji(text: string): string {
  return text.replace(/(?<!\w):([a-z][\w+-]*):/g, (whole, name: string) => emojiNamed(name) ?? whole);
}
