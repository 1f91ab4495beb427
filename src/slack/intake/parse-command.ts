import type { Resolution } from "../../job/render-api.ts";
import type { Said } from "../../words/say.ts";
import { MAX_WORDS, speakable, unescapeSlack } from "./post-text.ts";

export type Command =
  | { readonly type: "open_form" }
  | ({
      readonly type: "start";
      readonly photoUrl: string;
      readonly resolution?: Resolution;
      readonly gesturePrompt?: string;
    } & ({ readonly speechUrl: string } | { readonly words: string }))
  | { readonly type: "help" | "status" | "history" | "settings" }
  | { readonly type: "cancel"; readonly jobId?: string }
  | { readonly type: "watch"; readonly on: boolean }
  | { readonly type: "show_first"; readonly on: boolean }
  | { readonly type: "unknown"; readonly understood: Said };

const BARE_KEYWORDS = ["help", "status", "history", "settings"] as const;

/** Longer than AKOOL's own example of about 90 words, short enough for a message. */
export const MAX_GESTURE_PROMPT = 1000;

/** Which quotes close what each one opens: phones and keyboards put others in the place of what was typed. */
const CLOSING: Readonly<Record<string, string>> = {
  '"': '"”“',
  "“": '”"“',
  "”": '”"',
  "„": '“”"',
  "‟": '”"',
  "«": "»",
  "»": "«»",
};

/** What was typed after `/talkingphoto`. Never throws: what cannot be read is `unknown`, with what was understood of it. */
export function parseCommand(typed: string): Command {
  const [first, second, ...rest] = typed.trim().split(/\s+/).filter(Boolean);
  if (first === undefined) return { type: "open_form" };
  const keyword = first.toLowerCase();
  const bare = BARE_KEYWORDS.find((known) => known === keyword);
  if (second === undefined && bare !== undefined) return { type: bare };
  if (keyword === "cancel" && rest.length === 0)
    return second === undefined ? { type: "cancel" } : { type: "cancel", jobId: second };
  if (keyword === "watch") {
    const setting = second?.toLowerCase();
    if (rest.length === 0 && (setting === "on" || setting === "off"))
      return { type: "watch", on: setting === "on" };
    return unknown({ key: "command.watch_needs_setting" });
  }
  if (keyword === "settings") {
    const [setting, ...more] = rest.map((word) => word.toLowerCase());
    const isOnOrOff = more.length === 0 && (setting === "on" || setting === "off");
    return second?.toLowerCase() === "show-first" && isOnOrOff
      ? { type: "show_first", on: setting === "on" }
      : unknown({ key: "showFirst.setting_unclear" });
  }

  const photoUrl = asUrl(first);
  if (photoUrl === undefined) return unknown({ key: "command.photo_link_missing" });
  const afterPhoto = typed.trim().slice(first.length).trim();
  const quoted = readQuoted(afterPhoto);
  if (quoted) {
    const words = speakable(quoted.inside);
    if (words === "") return unknown({ key: "command.quotes_empty" });
    if (words.length > MAX_WORDS)
      return unknown({ key: "command.words_too_long", values: { limit: `${MAX_WORDS}` } });
    return withOptions({ type: "start", photoUrl, words }, quoted.after.split(/\s+/).filter(Boolean));
  }
  const speechUrl = second === undefined ? undefined : asUrl(second);
  if (speechUrl === undefined) return unknown({ key: "command.speech_missing" });
  return withOptions({ type: "start", photoUrl, speechUrl }, rest);
}

/** `[720|1080] [gesture prompt…]` */
function withOptions(
  start: { type: "start"; photoUrl: string } & ({ speechUrl: string } | { words: string }),
  rest: readonly string[],
): Command {
  const [maybeResolution, ...gesture] = rest;
  const resolution = maybeResolution === "720" || maybeResolution === "1080" ? maybeResolution : undefined;
  const prompt = (resolution === undefined ? rest : gesture).join(" ");
  if (prompt.length > MAX_GESTURE_PROMPT) {
    const what = "words" in start ? "words" : "links";
    return unknown({
      key: "command.gestures_too_long",
      values: { what, limit: `${MAX_GESTURE_PROMPT}` },
    });
  }
  return {
    ...start,
    ...(resolution === undefined ? {} : { resolution }),
    ...(prompt === "" ? {} : { gesturePrompt: unescapeSlack(prompt) }),
  };
}

/** Words in quotes, up to the first closing one that ends a word. */
function readQuoted(text: string): { inside: string; after: string } | undefined {
  const closing = CLOSING[text.charAt(0)];
  if (closing === undefined) return undefined;
  for (let at = 1; at < text.length; at += 1) {
    const next = text.charAt(at + 1);
    if (closing.includes(text.charAt(at)) && (next === "" || /\s/.test(next)))
      return { inside: text.slice(1, at), after: text.slice(at + 1) };
  }
  return undefined;
}

/** Slack hands links over bare or, when it has recognised them, as `<https://…|label>` with &, < and > escaped. */
function asUrl(word: string): string | undefined {
  const bare = unescapeSlack(/^<([^|>]+)(\|[^>]*)?>$/.exec(word)?.[1] ?? word);
  return /^https?:\/\/[^\s<>]+$/i.test(bare) && URL.canParse(bare) ? bare : undefined;
}

function unknown(understood: Said): Command {
  return { type: "unknown", understood };
}
