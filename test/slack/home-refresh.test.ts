import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { UserId } from "../../src/job/ids.ts";
import type { Visitor } from "../../src/slack/home/publish.ts";
import { createHomes } from "../../src/slack/home/refresh.ts";
import { ANNA, INSTALLATION, sampleJob, WORKSPACE } from "../job/sample-jobs.ts";

const VISITOR: Visitor = { workspaceId: WORKSPACE, installationId: INSTALLATION, userId: ANNA };
const JOB = sampleJob("rendering");

describe("the Homes that people look at", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function homes(takes: () => boolean = () => true) {
    const shown: (string | undefined)[] = [];
    const open = createHomes(async ({ hash }) => {
      shown.push(hash);
      return takes() ? `hash ${shown.length}` : undefined;
    });
    return { shown, ...open };
  }

  it("are shown anew once for all that changes within three seconds, over what was shown last", async () => {
    const { shown, look, moved } = homes();
    await look(VISITOR, {});
    for (let times = 0; times < 100; times += 1) moved(JOB);
    await vi.advanceTimersByTimeAsync(2999);
    expect(shown).toEqual([undefined]);
    await vi.advanceTimersByTimeAsync(1);
    expect(shown).toEqual([undefined, "hash 1"]);
    moved(JOB);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shown).toEqual([undefined, "hash 1", "hash 2"]);
  });

  it("are not shown anew to others, to who searches, nor to who has left", async () => {
    const { shown, look, left, moved } = homes();
    await look({ ...VISITOR, userId: "U2" as UserId }, {});
    await look(VISITOR, { search: "hello" });
    moved(JOB);
    left({ ...VISITOR, userId: "U2" as UserId });
    moved({ ...JOB, requesterId: "U2" as UserId });
    moved({ ...JOB, requesterId: "U3" as UserId });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shown).toHaveLength(2);
  });

  it("are left alone once Slack has not taken one, until the next look", async () => {
    let takes = true;
    const { shown, look, moved } = homes(() => takes);
    await look(VISITOR, {});
    takes = false;
    moved(JOB);
    await vi.advanceTimersByTimeAsync(3000);
    moved(JOB);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shown).toHaveLength(2);
    takes = true;
    await look(VISITOR, {});
    moved(JOB);
    await vi.advanceTimersByTimeAsync(3000);
    expect(shown).toHaveLength(4);
  });
});
