import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Said, type Say, sayIn, type Value, type Values } from "../../src/words/say.ts";
import { type Key, keys, LOCALES } from "../../src/words/sentences.ts";
import { drawPicture } from "./draw-picture.ts";
import { everyFailure } from "./every-failure.ts";
import { everyMessage } from "./every-message.ts";
import { findSentences } from "./find-sentences.ts";

/** Said by the pages of an install, and of files that nobody has drawn here (test/media has them). */
const NOT_SHOWN: ReadonlySet<string> = new Set(["install", "seen"]);
/** The same sentences with more, less, or other things in them than in the pictures. */
const OTHERWISE_FILLED: ReadonlySet<string> = new Set([
  "time.hours",
  "time.days",
  "time.both",
  "job.rendering",
  "job.cancelled_running",
  "job.photo",
  "answer.phase_ended",
  "answer.files_nothing",
  "answer.files_photo",
  "answer.files_video",
  "answer.files_pdf",
  "answer.characters",
  "answer.not_installed",
  "access.either",
  "details.words",
  "details.source_link_somewhere",
  "details.failed_code",
  "home.month_person",
]);

const SRC = join(import.meta.dirname, "../../src");
/** Where there are sentences for people in Slack. */
const SAYING = ["slack", "job"];

/** What looks like a sentence and is read by nobody in Slack. */
const NOT_SAID: readonly RegExp[] = [
  // HTTP, HTML and CSS
  /; charset=utf-8$/,
  /^default-src 'none'/,
  /; HttpOnly;|^; Secure$/,
  /^<!doctype html>|<\/(title|style|html)>|<head>/,
  /^(body|a)\{/,
  // For whoever runs the app: in the log, in errors and at its start
  /^(no workspace|neither a team nor an enterprise|unclear: answer lost)$/,
  /TOKEN_ENCRYPTION_KEY/,
  /^sealed with a key \($/,
  // Names of what is shown, of a key's purpose
  /^(cancelled kept|delivered plain|not shown|shown plain|talkingphoto install state)$/,
  // Slack's own markup, and names that are the same everywhere
  /^\^\{date_short_pretty\} \{time\}\|$/,
  /^(Google Drive|Dropbox)$/,
  // What AKOOL is told
  /^The person speaks (calmly|with energy)/,
];

describe("every sentence in the catalogue", () => {
  it("is said in docs/messages.md", async () => {
    const said = new Set<Key>();
    const say = listening(said);
    await everyMessage(say);
    everyFailure(say);
    const unsaid = keys().filter(
      (key) => !said.has(key) && !OTHERWISE_FILLED.has(key) && !NOT_SHOWN.has(key.split(".")[0] ?? ""),
    );
    expect(unsaid).toEqual([]);
  });

  it.each(LOCALES)("comes out whole in %s, within Slack's limits, wherever it is said", async (locale) => {
    const say = sayIn(locale);
    const shown = await everyMessage(say);
    for (const { group, name, ...picture } of shown)
      expect(() => drawPicture(picture), `${group}: ${name}`).not.toThrow();
    const texts = stringsIn([
      shown.map(({ group: _, name: _name, ...picture }) => picture),
      everyFailure(say),
    ]);
    const withoutDates = texts.map((text) => text.replaceAll(/<!date[^>]*>/g, ""));
    expect(
      withoutDates.filter((text) => /\{\w+\}|\{\w+, (plural|select|number)|undefined/.test(text)),
    ).toEqual([]);
  });
});

describe("every sentence in the code", () => {
  it("is in the catalogue", () => {
    const strays = SAYING.flatMap(sourcesIn).flatMap((path) =>
      findSentences(readFileSync(join(SRC, path), "utf8"))
        .filter((sentence) => !NOT_SAID.some((not) => not.test(sentence)))
        .map((sentence) => `${path}: ${sentence}`),
    );
    expect(strays.join("\n")).toBe("");
  });

  it.each([
    ['say("A few words")', ["A few words"]],
    [`const text = \`Hello \${name}, how are you, \${other}?\`;`, ["Hello ", ", how are you, "]],
    ['export const button = { text: "Delete", value: "delete" };', ["Delete"]],
    ['log.info({}, "for the log")', []],
    ['throw new StoreError("for the log")', []],
    ['type Kind = "of a type"; import x from "of a file";', []],
  ])("is found by what stands there: %s", (source, expected) => {
    expect(findSentences(source)).toEqual(expected);
  });
});

function sourcesIn(part: string): string[] {
  return readdirSync(join(SRC, part), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${part}/${name}`)
    .sort();
}

/** As `say`, and keeps what it is asked for. */
function listening(said: Set<Key>): Say {
  const english = sayIn("en");
  const hear = (key: Key, values: Values = {}): void => {
    said.add(key);
    for (const value of Object.values(values)) for (const each of [value].flat()) hearValue(each);
  };
  const hearValue = (value: Value): void => {
    if (typeof value === "object" && "key" in value) hear(value.key, value.values);
  };
  const say = (key: Key, values?: Values) => {
    hear(key, values);
    return english(key, values);
  };
  return Object.assign(say, {
    locale: english.locale,
    plain(key: Key, values?: Values) {
      hear(key, values);
      return english.plain(key, values);
    },
    kept(kept: Said | string) {
      if (typeof kept !== "string") hear(kept.key, kept.values);
      return english.kept(kept);
    },
  });
}

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}
