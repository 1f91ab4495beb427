import { FormatError, IntlMessageFormat } from "intl-messageformat";
import { type Key, type Locale, sentences } from "./sentences.ts";

/** Every sentence of the app, said in one language. Pure. */

/** A sentence and what goes into it, as it can be kept in a row and said in any language later. */
export interface Said {
  readonly key: Key;
  readonly values?: Values;
}

/** Text in Slack's own markup: a mention, a link, a date, words that are escaped already. */
export interface Markup {
  readonly markup: string;
}

/** A string is what somebody typed, or a name: it is escaped where it could be markup. */
export type Value = string | number | Said | Markup | readonly Said[];
export type Values = { readonly [name: string]: Value };

export interface Say {
  /** For mrkdwn, and the `text` of messages. */
  (key: Key, values?: Values): string;
  /** For plain_text objects, where Slack reads no markup: labels, titles, errors on fields. */
  plain(key: Key, values?: Values): string;
  /** What was kept as a `Said`; rows from before there were several languages hold English words. */
  kept(said: Said | string): string;
  readonly locale: Locale;
}

export function markup(text: string): Markup {
  return { markup: text };
}

/** What was kept in a row, as a value of a sentence: words of an older version are said as they are. */
export function asKept(said: Said | string): Said | Markup {
  return typeof said === "string" ? markup(said) : said;
}

/** Source: docs.slack.dev, "Formatting text for app surfaces". */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

type Guard = (text: string) => string;

const speakers = new Map<Locale, Say>();

/** The same function for the same language, which remembers what it has parsed. */
export function sayIn(locale: Locale): Say {
  const known = speakers.get(locale);
  if (known) return known;
  const say = createSay(locale);
  speakers.set(locale, say);
  return say;
}

function createSay(locale: Locale): Say {
  const parsed = new Map<Key, IntlMessageFormat>();
  // British: no comma before the "and".
  const lists = new Intl.ListFormat(locale === "en" ? "en-GB" : locale, { type: "conjunction" });
  const asTyped: Guard = (text) => text;

  const formatOf = (key: Key): IntlMessageFormat | undefined => {
    const known = parsed.get(key);
    if (known) return known;
    const sentence = sentences[locale](key);
    if (sentence === undefined) return undefined;
    // What looks like a tag is Slack's markup.
    const format = new IntlMessageFormat(sentence, locale, undefined, { ignoreTag: true });
    parsed.set(key, format);
    return format;
  };

  const sayWith = (guard: Guard, key: Key, values: Values): string => {
    // A row may hold a key that another version of the app has.
    const format = formatOf(key);
    if (!format) return "…";
    const filled = Object.entries(values).map(([name, value]) => [name, inWords(guard, value)] as const);
    try {
      return String(format.format(Object.fromEntries(filled)));
    } catch (error) {
      // Kept by another version, with other values: better read with gaps than not at all.
      if (error instanceof FormatError) return sentences[locale](key) ?? "…";
      throw error;
    }
  };

  const inWords = (guard: Guard, value: Value): string | number => {
    if (typeof value === "number") return value;
    if (typeof value === "string") return guard(value);
    if ("markup" in value) return value.markup;
    if ("key" in value) return sayWith(guard, value.key, value.values ?? {});
    return lists.format(value.map((each) => sayWith(guard, each.key, each.values ?? {})));
  };

  const say = (key: Key, values: Values = {}) => sayWith(escaped, key, values);
  return Object.assign(say, {
    plain: (key: Key, values: Values = {}) => sayWith(asTyped, key, values),
    kept: (said: Said | string) => (typeof said === "string" ? said : say(said.key, said.values)),
    locale,
  });
}
