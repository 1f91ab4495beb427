import { describe, expect, it } from "vitest";
import { parseInline, parseMrkdwn } from "../../src/sandbox/parse-mrkdwn.ts";

describe("Slack's markup", () => {
  it("is lines, quotes and fences", () => {
    expect(parseMrkdwn("one\ntwo\n&gt; said\n```\nlet x = 1;\n```")).toEqual([
      { kind: "lines", lines: [[{ kind: "text", text: "one" }], [{ kind: "text", text: "two" }]] },
      { kind: "quote", lines: [[{ kind: "text", text: "said" }]] },
      { kind: "fence", text: "let x = 1;" },
    ]);
  });

  it("knows people, channels, links, dates and emoji", () => {
    expect(
      parseInline(
        "<@U1|anna> in <#C1> <https://a.b/?x=1&amp;y=2|there> :wave: <!date^1700000000^{time}|then>",
      ),
    ).toEqual([
      { kind: "mention", sign: "@", id: "U1", label: "anna" },
      { kind: "text", text: " in " },
      { kind: "mention", sign: "#", id: "C1", label: "C1" },
      { kind: "text", text: " " },
      { kind: "link", href: "https://a.b/?x=1&y=2", text: "there" },
      { kind: "text", text: " " },
      { kind: "text", text: "👋" },
      { kind: "text", text: " " },
      { kind: "date", seconds: 1_700_000_000, format: "{time}", fallback: "then", href: undefined },
    ]);
  });

  it("shows the text of a date that is beyond all calendars", () => {
    expect(parseInline("<!date^99999999999999^{date}|A &amp; B>")).toEqual([{ kind: "text", text: "A & B" }]);
  });

  it("takes what is typed for no markup where Slack does not", () => {
    expect(parseInline("2*3*4 snake_case_name a:b:c &lt;b&gt;")).toEqual([
      { kind: "text", text: "2*3*4 snake_case_name a:b:c <b>" },
    ]);
  });
});
