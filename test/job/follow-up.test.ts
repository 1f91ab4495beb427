import { describe, expect, it } from "vitest";
import { followedUp, requestAgain } from "../../src/job/follow-up.ts";
import type { JobId } from "../../src/job/ids.ts";
import { hasEnded, type Job } from "../../src/job/job.ts";
import { STATE_NAMES, sampleJob } from "./sample-jobs.ts";

const delivered = sampleJob("delivered");
const withRequest = (request: Partial<Job["request"]>) =>
  sampleJob("delivered", { request: { ...delivered.request, ...request } });

describe("another video of the same", () => {
  it.each(STATE_NAMES)("can be had once a job is over, or shown to its person: %s", (name) => {
    const job = sampleJob(name);
    expect(requestAgain(job, "again") !== undefined).toBe(hasEnded(job) || job.state.status === "shown");
  });

  it("is of the same photo and recording", () => {
    expect(requestAgain(delivered, "again")).toEqual(delivered.request);
  });

  it("in 1080 is only to be had of one in 720", () => {
    expect(requestAgain(delivered, "in_1080")).toEqual({ ...delivered.request, resolution: "1080" });
    expect(requestAgain(withRequest({ resolution: "1080" }), "in_1080")).toBeUndefined();
  });

  it("has its words spoken again in the same voice, since AKOOL forgets what it has spoken", () => {
    const voice = { id: "v1", name: "Anna" };
    const words = { type: "words", text: "Hello", voice } as const;
    const spoken = withRequest({ speech: { ...words, spokenUrl: "https://example.com/said.mp3" } });
    expect(requestAgain(spoken, "again")?.speech).toEqual(words);
  });

  it("cannot be had of a request that was turned away without files", () => {
    expect(requestAgain(withRequest({ photo: { type: "none" } }), "again")).toBeUndefined();
    expect(requestAgain(withRequest({ speech: { type: "none" } }), "again")).toBeUndefined();
  });

  it("is noted once for each button", () => {
    const first = followedUp(delivered, "again", "other" as JobId);
    expect(followedUp(first, "again", "third" as JobId)).toBe(first);
    expect(followedUp(first, "in_1080", "third" as JobId).followUps).toEqual({
      again: "other",
      in_1080: "third",
    });
  });
});
