import { describe, expect, it } from "vitest";
import { isForOthers, readPostText } from "../../src/slack/intake/post-text.ts";

describe("the words of a post", () => {
  it.each([
    ["Hello, world", "Hello, world"],
    ["<@UBOT> say hello", "say hello"],
    ["<@UBOT>: say hello", "say hello"],
    ["<@UBOT|talkingphoto> hello <@U2> and <@U3|Ben>", "hello and Ben"],
    ["see <#C1|general> and <#C2>", "see general and"],
    ["Tom &amp; Jerry &lt;3", "Tom & Jerry <3"],
    ["&lt;@U1&gt; is no mention", "<@U1> is no mention"],
    ["<!here> good <!date^1392734382^{date}|today> <!subteam^S1|@team>", "good today team"],
    ["write to <mailto:a@example.com|a@example.com>", "write to a@example.com"],
    ["well done :tada: :+1::skin-tone-2: at 10:30:00", "well done at 10:30:00"],
    ["two  spaces\n\n and a line ", "two spaces\n\nand a line"],
    [
      "read <https://example.com/page> or https://example.com/other.",
      "read https://example.com/page or https://example.com/other.",
    ],
    ["<@UBOT>", ""],
    [" \n ", ""],
  ])("%j are %j", (text, words) => {
    expect(readPostText(text, "UBOT")).toEqual({ words, photoUrls: [], recordingUrls: [] });
  });

  it("are without the links that are files, wherever they stand", () => {
    const text =
      "Take <https://example.com/face.JPG?v=1&amp;w=2|this one>, and https://example.com/voice.mp3! <http://a.example/b.avif>";
    expect(readPostText(text, undefined)).toEqual({
      words: "Take , and !",
      photoUrls: ["https://example.com/face.JPG?v=1&w=2", "http://a.example/b.avif"],
      recordingUrls: ["https://example.com/voice.mp3"],
    });
  });
});

it.each([
  ["hello", false],
  ["<@UBOT> hello", false],
  ["<@U2> can you send it?", true],
  ["<@U2> and <@UBOT>", false],
])("%j is for others: %s", (text, expected) => {
  expect(isForOthers(text, "UBOT")).toBe(expected);
});
