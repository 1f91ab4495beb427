import { describe, expect, it } from "vitest";
import { shareFound } from "../../src/job/deliver-transitions.ts";
import * as to from "../../src/job/finish-transitions.ts";
import type { MessageTs } from "../../src/job/ids.ts";
import type { Job } from "../../src/job/job.ts";
import { nextStep } from "../../src/job/next-step.ts";
import type { Finish } from "../../src/job/posts.ts";
import { shownBy } from "../../src/job/shown-by.ts";
import { describeEvent } from "./every-state.ts";
import { ANNA, NOW, sampleJob, WAITS } from "./sample-jobs.ts";

const TS = "1700000000.000900" as MessageTs;
const withFinish = (stage: Finish["stage"], more: Partial<Finish> = {}) =>
  sampleJob("delivered", { finish: { ts: TS, stage, tries: 0, ...more }, cleanedUp: true });
const STAGES = ["bare", "dressed", "plain", "removing", "removed"] as const;

function expectChanges(apply: (job: Job) => Job, changes: Partial<Record<Finish["stage"], object>>): void {
  for (const stage of STAGES) {
    const job = withFinish(stage);
    const expected = changes[stage];
    if (expected) expect(apply(job)).toMatchObject(expected);
    else expect(apply(job)).toBe(job);
    expect(apply(job).state).toBe(job.state);
  }
}

describe("the post with the video", () => {
  it("is to get its buttons once it is found", () => {
    const job = shareFound(sampleJob("sharing called"), TS, NOW, WAITS);
    expect(job).toMatchObject({ state: { status: "delivered" }, finish: { ts: TS, stage: "bare" } });
    expect(nextStep({ ...job, cleanedUp: true }, NOW, WAITS)).toEqual({ step: "dress" });
  });

  it("has them, or the job message has them", () => {
    expectChanges(to.dressed, { bare: { finish: { stage: "dressed" } } });
    expectChanges(to.undressed, { bare: { finish: { stage: "plain" } } });
    expect(shownBy(withFinish("plain"))).not.toBe(shownBy(withFinish("dressed")));
  });

  it("is tried again later, and in the end left as it is", () => {
    expectChanges((job) => to.finishLater(job, NOW, 5000, WAITS), {
      bare: { finish: { stage: "bare", tries: 1, retryAt: NOW + 5000 } },
      removing: { finish: { stage: "removing", tries: 1, retryAt: NOW + 5000 } },
    });
    const last = (stage: Finish["stage"]) =>
      to.finishLater(withFinish(stage, { tries: 30 }), NOW, undefined, WAITS);
    expect(last("bare").finish).toMatchObject({ stage: "plain" });
    expect(last("removing")).toMatchObject({ finish: { stage: "bare" }, notice: { kind: "not_removed" } });
  });

  it("is removed once, whoever asks again", () => {
    const removing = { finish: { stage: "removing", removedBy: ANNA } };
    expectChanges((job) => to.removalWanted(job, ANNA), {
      bare: removing,
      dressed: removing,
      plain: removing,
    });
    expectChanges(to.removed, { removing: { finish: { stage: "removed" } } });
    expect(nextStep(withFinish("removing"), NOW, WAITS)).toEqual({ step: "remove" });
    expect(shownBy(withFinish("removed"))).toBe("deleted");
  });

  it("keeps its buttons, and says why, when Slack keeps it", () => {
    expectChanges((job) => to.notRemoved(job, "cant_delete_file"), {
      removing: {
        finish: { stage: "bare", refusal: "cant_delete_file" },
        notice: { kind: "not_removed", stage: "private" },
      },
    });
  });

  describeEvent(
    "somebody wants it deleted, in a row from before it had buttons",
    (job) => to.removalWanted(job, ANNA),
    {
      delivered: { finish: { stage: "removing" } },
    },
  );
});
