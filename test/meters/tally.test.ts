import { describe, expect, it } from "vitest";
import { createCounter, createHistogram } from "../../src/meters/tally.ts";

describe("a counter", () => {
  it("adds up for each combination of labels", () => {
    const counter = createCounter("calls_total", "Calls", ["method", "outcome"]);
    counter.add(["a", "ok"], 0);
    counter.add(["a", "busy"]);
    counter.add(["a", "busy"], 2.5);
    expect(counter.samples()).toEqual([
      { labels: { method: "a", outcome: "ok" }, value: 0 },
      { labels: { method: "a", outcome: "busy" }, value: 3.5 },
    ]);
  });

  it("without labels is there from the start", () => {
    expect(createCounter("credits_total", "Credits").samples()).toEqual([{ labels: {}, value: 0 }]);
  });
});

describe("a histogram", () => {
  it("counts cumulatively: a value that is a bound belongs to its bucket, one beyond all to none but +Inf", () => {
    const histogram = createHistogram("wait_seconds", "Wait", [0.1, 1], ["step"]);
    for (const seconds of [0.05, 0.1, 0.5, 3]) histogram.observe(seconds, ["look"]);
    const labels = { step: "look" };
    expect(histogram.samples()).toEqual([
      { labels: { ...labels, le: "0.1" }, value: 2, suffix: "_bucket" },
      { labels: { ...labels, le: "1" }, value: 3, suffix: "_bucket" },
      { labels: { ...labels, le: "+Inf" }, value: 4, suffix: "_bucket" },
      { labels, value: 3.65, suffix: "_sum" },
      { labels, value: 4, suffix: "_count" },
    ]);
  });
});
