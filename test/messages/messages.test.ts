import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { KnownBlock } from "@slack/web-api";
import { describe, expect, it } from "vitest";
import { drawPicture } from "./draw-picture.ts";
import { breakLines } from "./lay-out.ts";
import { readMrkdwn } from "./read-mrkdwn.ts";
import { renderDocs } from "./render-docs.ts";

const DOCS = join(import.meta.dirname, "../../docs");

describe("the pictures of every message", () => {
  it("are as the code says them: after a change, npm run messages makes them anew", async () => {
    const files = await renderDocs();
    const there = readdirSync(join(DOCS, "messages")).map((name) => `messages/${name}`);
    expect(there.sort()).toEqual([...files.keys()].filter((path) => path !== "messages.md").sort());
    for (const [path, content] of files) expect(content, path).toBe(readFileSync(join(DOCS, path), "utf8"));
  });

  it("are of nothing that Slack would not take", () => {
    const long: KnownBlock = { type: "header", text: { type: "plain_text", text: "x".repeat(151) } };
    expect(() => drawPicture({ text: "x", blocks: [long] })).toThrow("<=150 characters");
    expect(() => drawPicture({ view: { type: "home", blocks: [long] } })).toThrow("<=150 characters");
  });
});

describe("Slack's markup", () => {
  it.each([
    ["<@U1> and <#C1>", "link:@Anna plain: and  link:#team"],
    ["*bold* _it_ `code` a_b_c 2*3*4", "bold:bold plain:  italic:it plain:  code:code plain: a_b_c 2*3*4"],
    ["<https://x.example/a|here> &lt;b&gt;", "link:here plain: <b>"],
    [":x: 10:30 :nothing:", "plain:❌ plain: 10:30  plain::nothing:"],
    ["<!date^1^{date}|today>", "plain:today"],
    ["_*both* here_", "bold:both italic: here"],
  ])("is shown as Slack shows it: %s", (text, expected) => {
    const runs = readMrkdwn(text, { U1: "Anna", C1: "team" });
    expect(runs.map(({ look, text: shown }) => `${look}:${shown}`).join(" ")).toBe(expected);
  });

  it("breaks between words and where a line ends, and loses nothing", () => {
    const text = "a few words that do not fit\ninto one line at all";
    const lines = breakLines([{ look: "plain", text }], 120, 15);
    expect(lines.length).toBeGreaterThan(3);
    const shown = lines.map((line) => line.map((run) => run.text).join(""));
    expect(shown.join("").replaceAll(/\s/g, "")).toBe(text.replaceAll(/\s/g, ""));
    expect(shown.some((line) => line.trimEnd() === "fit" || line.trimEnd().endsWith(" fit"))).toBe(true);
  });
});
