import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { everyFailure } from "./every-failure.ts";
import { everyMessage } from "./every-message.ts";
import { findSentences } from "./find-sentences.ts";
import { installTexts } from "./install-pages.ts";

const SRC = join(import.meta.dirname, "../../src");
/** Where there are sentences for people in Slack. */
const SAYING = ["slack", "job"];

/** What looks like a sentence and is read by nobody in Slack. */
const NOT_SAID: readonly RegExp[] = [
  // HTTP, HTML and CSS
  /; charset=utf-8$/,
  /^default-src 'none'/,
  /; HttpOnly;|^; Secure$/,
  /^<!doctype html>|<\/(title|style|html)>/,
  /^(body|a)\{/,
  // For whoever runs the app: in the log, in errors and at its start
  /^(no workspace|neither a team nor an enterprise|unclear: answer lost)$/,
  /TOKEN_ENCRYPTION_KEY/,
  /^sealed with a key \($/,
  // Names of what is shown, of a key's purpose
  /^(cancelled kept|delivered plain|talkingphoto install state)$/,
  // What AKOOL is told
  /^The person speaks (calmly|with energy)/,
];

describe("every sentence in the code", () => {
  it("stands in docs/messages.md", async () => {
    const shown = stringsIn([await everyMessage(), everyFailure(), await installTexts()]).join("\n");
    const unseen = SAYING.flatMap(sourcesIn).flatMap((path) =>
      findSentences(readFileSync(join(SRC, path), "utf8"))
        .filter((sentence) => !shown.includes(sentence) && !NOT_SAID.some((not) => not.test(sentence)))
        .map((sentence) => `${path}: ${sentence}`),
    );
    expect(unseen.join("\n")).toBe("");
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

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}
