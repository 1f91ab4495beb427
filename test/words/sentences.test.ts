import { type MessageFormatElement, parse, TYPE } from "@formatjs/icu-messageformat-parser";
import { describe, expect, it } from "vitest";
import { type Key, keys, LOCALES, localeFor, sentences } from "../../src/words/sentences.ts";

const OTHERS = LOCALES.filter((locale) => locale !== "en");

/** The names that a sentence wants filled in, with how each is used. */
function namesIn(elements: readonly MessageFormatElement[]): Set<string> {
  const names = new Set<string>();
  for (const element of elements) {
    if (element.type === TYPE.literal || element.type === TYPE.pound || element.type === TYPE.tag) continue;
    names.add(element.value);
    if (element.type === TYPE.select || element.type === TYPE.plural)
      for (const { value } of Object.values(element.options))
        for (const name of namesIn(value)) names.add(name);
  }
  return names;
}

/** Every text that it can come out as, the filled in names left out. */
function literalsIn(elements: readonly MessageFormatElement[]): string[] {
  return elements.flatMap((element) => {
    if (element.type === TYPE.literal) return [element.value];
    if (element.type === TYPE.select || element.type === TYPE.plural)
      return Object.values(element.options).flatMap(({ value }) => literalsIn(value));
    return [];
  });
}

function sentence(locale: (typeof LOCALES)[number], key: Key): string {
  return sentences[locale](key) ?? "";
}

const parsed = (locale: (typeof LOCALES)[number], key: Key) =>
  parse(sentence(locale, key), { ignoreTag: true, requiresOtherClause: true });

describe.each(LOCALES)("every sentence in %s", (locale) => {
  it("is there", () => {
    expect(keys().filter((key) => sentence(locale, key).trim() === "")).toEqual([]);
  });

  it("is a message that can be parsed", () => {
    for (const key of keys()) expect(() => parsed(locale, key), key).not.toThrow();
  });

  it("has no quote that ICU would take for its own", () => {
    expect(keys().filter((key) => /'[{}|#]/.test(sentence(locale, key)))).toEqual([]);
  });

  it("pings nobody by itself", () => {
    expect(keys().filter((key) => /<!|<@|<#/.test(sentence(locale, key)))).toEqual([]);
  });

  it("has no sign of Slack's markup that is not meant as one", () => {
    expect(keys().filter((key) => /[<>]|&(?!amp;|lt;|gt;)/.test(sentence(locale, key)))).toEqual([]);
  });

  it("closes what it opens in Slack's markup", () => {
    const odd = keys().filter((key) => literalsIn(parsed(locale, key)).join("").split("`").length % 2 === 0);
    expect(odd).toEqual([]);
  });
});

describe.each(OTHERS)("the sentences in %s", (locale) => {
  it("want the same values as the English ones", () => {
    for (const key of keys())
      expect([...namesIn(parsed(locale, key))].sort(), key).toEqual([...namesIn(parsed("en", key))].sort());
  });

  it("are not left in English", () => {
    const wordsIn = (key: Key) =>
      literalsIn(parsed("en", key))
        .join(" ")
        .match(/\p{L}+/gu) ?? [];
    const long = keys().filter((key) => wordsIn(key).length > 3);
    expect(long.filter((key) => sentence(locale, key) === sentence("en", key))).toEqual([]);
  });

  it("name the same commands", () => {
    const commandsIn = (text: string) =>
      [...text.matchAll(/`(\/[a-z]+[^`]*)`/g)].map(([, command]) => command).sort();
    for (const key of keys())
      expect(commandsIn(sentence(locale, key)), key).toEqual(commandsIn(sentence("en", key)));
  });
});

describe("a language of Slack's", () => {
  it.each([
    ["en-US", "en"],
    ["en-GB", "en"],
    ["de-DE", "de"],
    ["fr-FR", "fr"],
    ["es-LA", "es"],
    ["es-ES", "es"],
    ["ja-JP", "ja"],
    ["pt-BR", "pt"],
    ["ko-KR", "en"],
    ["", "en"],
    [undefined, "en"],
  ])("%s is spoken to in %s", (told, locale) => {
    expect(localeFor(told)).toBe(locale);
  });
});
