import { describe, expect, it } from "vitest";
import { createWebhookHealth, nextLook } from "../../src/job/poll-plan.ts";
import { WAITS } from "./sample-jobs.ts";

const SECOND = 1000;
const JOBS = 2000;

/** The same numbers every time: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Figures {
  readonly callsPerJob: number;
  readonly meanLagSeconds: number;
  readonly maxLagSeconds: number;
}

/**
 * Renders of 60 to 180 s, ten in flight at a time, as in the reference's figures: a webhook at the door 0.2 to 2 s
 * after the vendor is done, unless it is lost. Each looks when the plan says so, or when its webhook comes.
 */
function figuresOf({
  isLost,
  learned = true,
}: {
  isLost: (job: number) => boolean;
  learned?: boolean;
}): Figures {
  const random = randomFrom(7);
  const health = createWebhookHealth(true);
  const past: number[] = [];
  let calls = 0;
  const lags: number[] = [];
  const running: { startedAt: number; doneAt: number; webhookAt: number; lookAt: number }[] = [];
  const plan = (age: number) => nextLook(age, learned ? past : [], health.reliable(), false, WAITS);
  let started = 0;
  let now = 0;
  const start = () => {
    const doneAt = now + (60 + 120 * random()) * SECOND;
    const webhookAt = isLost(started) ? Number.POSITIVE_INFINITY : doneAt + (0.2 + 1.8 * random()) * SECOND;
    started += 1;
    running.push({ startedAt: now, doneAt, webhookAt, lookAt: now + plan(0) });
  };
  for (let n = 0; n < 10; n++) start();
  while (running.length > 0) {
    running.sort((a, b) => Math.min(a.lookAt, a.webhookAt) - Math.min(b.lookAt, b.webhookAt));
    const [job] = running;
    if (!job) break;
    now = Math.min(job.lookAt, job.webhookAt);
    const announced = job.webhookAt <= now;
    if (announced) health.arrived();
    calls += 1;
    if (job.doneAt > now) {
      job.lookAt = now + plan(now - job.startedAt);
      continue;
    }
    if (!announced) health.missed();
    running.shift();
    lags.push((now - job.doneAt) / SECOND);
    past.unshift(now - job.startedAt);
    past.length = Math.min(past.length, 100);
    if (started < JOBS) start();
  }
  return {
    callsPerJob: calls / JOBS,
    meanLagSeconds: lags.reduce((sum, lag) => sum + lag, 0) / lags.length,
    maxLagSeconds: Math.max(...lags),
  };
}

describe("looking at a render while webhooks arrive", () => {
  it("is as quick as the webhook", () => {
    const figures = figuresOf({ isLost: () => false });
    expect(figures.meanLagSeconds).toBeLessThan(1.5);
    expect(figures.maxLagSeconds).toBeLessThanOrEqual(2.1);
  });

  it("takes at most three calls a job besides the one that the webhook asks for", () => {
    expect(figuresOf({ isLost: () => false }).callsPerJob - 1).toBeLessThanOrEqual(3);
  });

  it("finds a lost one within the longest gap", () => {
    const figures = figuresOf({ isLost: (job) => job % 20 === 19 });
    expect(figures.maxLagSeconds).toBeLessThanOrEqual(WAITS.pollSparse / SECOND + 1);
  });

  it("knows nothing of past renders at first, and still leaves no gap longer than the longest", () => {
    const figures = figuresOf({ isLost: (job) => job % 20 === 19, learned: false });
    expect(figures.maxLagSeconds).toBeLessThanOrEqual(WAITS.pollSparse / SECOND + 1);
  });
});

describe("looking at a render when webhooks are dead", () => {
  it("notices, and costs a delay of half a short gap from then on", () => {
    const figures = figuresOf({ isLost: () => true });
    expect(figures.meanLagSeconds).toBeLessThan(4);
    expect(figures.callsPerJob).toBeGreaterThan(10);
    expect(figures.callsPerJob).toBeLessThan(30);
  });

  it("needs two missing ones to believe it, and one that arrives to trust them again", () => {
    const health = createWebhookHealth(true);
    health.missed();
    expect(health.reliable()).toBe(true);
    health.missed();
    expect(health.reliable()).toBe(false);
    health.arrived();
    expect(health.reliable()).toBe(true);
  });

  it("never relies on webhooks that are not set up", () => {
    const health = createWebhookHealth(false);
    health.arrived();
    expect(health.reliable()).toBe(false);
    expect(nextLook(0, [], health.reliable(), false, WAITS)).toBe(WAITS.pollFast);
  });
});

it("looks now and then at a render that is overdue, with or without webhooks", () => {
  for (const reliable of [true, false])
    expect(nextLook(1e7, [], reliable, true, WAITS)).toBe(WAITS.pollOverdue);
});

it("never plans a look for now or for the past, nor past the longest gap once renders may be done", () => {
  const past = Array.from({ length: 50 }, (_, n) => 60_000 + n * 1000);
  for (let age = 0; age < 400_000; age += 777) {
    const gap = nextLook(age, past, true, false, WAITS);
    expect(gap).toBeGreaterThan(0);
    const firstTenth = 65_000;
    expect(gap).toBeLessThanOrEqual(Math.max(WAITS.pollSparse, firstTenth - age));
  }
});
