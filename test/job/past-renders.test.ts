import { describe, expect, it } from "vitest";
import { slowAfterMs, usualMs } from "../../src/job/past-renders.ts";
import { slowNoticed } from "../../src/job/slow.ts";
import { ATTEMPT, NOTICES, STATES, sampleJob } from "./sample-jobs.ts";

const MINUTE = 60_000;
/** 1, 2, 3 … minutes, in an order of chance. */
const minutes = (count: number) => Array.from({ length: count }, (_, n) => (((n * 7) % count) + 1) * MINUTE);

describe("what past renders tell", () => {
  it.each([
    [0, undefined],
    [4, undefined],
    [5, 3],
    [11, 6],
  ])("of %i: half took no longer than %s minutes", (count, half) => {
    expect(usualMs(minutes(count))).toBe(half && half * MINUTE);
  });

  it.each([
    [0, undefined],
    [9, undefined],
    [10, 9],
    [100, 90],
  ])("of %i: nine in ten took no longer than %s minutes", (count, most) => {
    expect(slowAfterMs(minutes(count))).toBe(most && most * MINUTE);
  });

  it("calls nothing slow that takes less than a minute", () => {
    expect(slowAfterMs(Array.from({ length: 10 }, () => 300))).toBe(MINUTE);
  });
});

describe("a render that is slower than nine in ten", () => {
  const at = (minute: number) => ATTEMPT.startedAt + minute * MINUTE;

  it("is told of once", () => {
    const job = sampleJob("rendering");
    expect(slowNoticed(job, 2 * MINUTE, at(2))).toBe(job);
    const slow = slowNoticed(job, 2 * MINUTE, at(2) + 1);
    expect(slow.notice).toEqual({ kind: "slow", stage: "todo", tries: 0 });
    const { notice: _said, ...told } = slow;
    expect(slowNoticed(told, 2 * MINUTE, at(3))).toBe(told);
  });

  it.each([
    ["there are too few to compare with", sampleJob("rendering"), undefined],
    ["it is overdue", sampleJob({ ...STATES.rendering, overdue: true }), MINUTE],
    ["it is done", sampleJob("rendered"), MINUTE],
    ["something else is to be said", sampleJob("rendering", { notice: NOTICES.todo }), MINUTE],
  ])("is not told of when %s", (_, job, slowAfter) => {
    expect(slowNoticed(job, slowAfter, at(9))).toBe(job);
  });
});
