import { describe, expect, it, onTestFinished } from "vitest";
import type { JobId, UserId, WorkspaceId } from "../../src/job/ids.ts";
import type { Job } from "../../src/job/job.ts";
import type { PrepareAnswer } from "../../src/job/media.ts";
import { wakeAt } from "../../src/job/next-step.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { startWorker, type Worker, type WorkerDeps } from "../../src/worker/worker.ts";
import { NOW, STATES, sampleJob, WAITS } from "../job/sample-jobs.ts";
import { temporaryFolder } from "../media/serve.ts";

/** A worker on a real store whose photos and recordings are fetched for as long as the test likes. */
async function fetching({ manyWorkspaces }: { manyWorkspaces: boolean }) {
  const under = new Map<JobId, (answer: PrepareAnswer) => void>();
  const started: Job[] = [];
  let worker: Worker | undefined;
  const store = openSqliteStore({
    dataDir: await temporaryFolder(),
    now: () => NOW,
    wakeAt: (job) => wakeAt(job, WAITS),
    manyWorkspaces,
    responseUrlLife: 0,
    onDue: () => worker?.wake(),
  });
  const media = {
    prepare: (job: Job) =>
      new Promise<PrepareAnswer>((resolve) => {
        started.push(job);
        under.set(job.id, resolve);
      }),
    discard: async () => {},
  };
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  // Nothing else is asked of by jobs whose message is lost and whose files cannot be had.
  const deps = { store, media, waits: WAITS, now: () => NOW, log, onStep: () => {}, manyWorkspaces };
  worker = startWorker({ ...deps, delivery: busy } as unknown as WorkerDeps);
  onTestFinished(async () => {
    for (const end of under.values()) end({ type: "refused", failure: { reason: "photo_unreadable" } });
    await worker?.stop(1000, 1000);
    await store.close();
  });
  let made = 0;
  const add = async (count: number, over: Partial<Job>) => {
    for (let n = 0; n < count; n++) {
      made += 1;
      const id = `job${String(made).padStart(7, "0")}` as JobId;
      await store.accept({
        keys: [id],
        job: sampleJob(STATES.preparing, {
          id,
          dueAt: NOW - 1000 + made,
          message: { status: "lost" },
          ...over,
        }),
      });
    }
  };
  /** The file cannot be used: room for one more. */
  const endOne = () => {
    const [[id, end] = []] = under;
    if (id === undefined || end === undefined) throw new Error("nothing is being fetched");
    under.delete(id);
    end({ type: "refused", failure: { reason: "photo_unreadable" } });
  };
  const countOf = (key: "requesterId" | "workspaceId", value: string) =>
    [...under.keys()].filter((id) => started.some((job) => job.id === id && job[key] === value)).length;
  return { add, endOne, under, countOf };
}

const busy = {
  postNotice: async () => ({ type: "ok" }),
  postJobMessage: async () => ({ type: "ok" }),
};
const ANNA = "U1" as UserId;
const BEN = "U2" as UserId;
const T1 = "T1" as WorkspaceId;
const T2 = "T2" as WorkspaceId;
/** Long enough for whatever more could be started. */
const quiet = () => new Promise((resolve) => setTimeout(resolve, 300));

describe("the files that are fetched at once", () => {
  it("are four of one person, and whoever comes next is somebody else", async () => {
    const { add, endOne, under, countOf } = await fetching({ manyWorkspaces: false });
    await add(40, { requesterId: ANNA });
    await add(2, { requesterId: BEN });
    await expect.poll(() => under.size).toBe(6);
    await quiet();
    expect([countOf("requesterId", ANNA), countOf("requesterId", BEN)]).toEqual([4, 2]);
    endOne();
    await quiet();
    expect([countOf("requesterId", ANNA), countOf("requesterId", BEN)]).toEqual([4, 2]);
  });

  it("are eight of one workspace, where many share the app", async () => {
    const { add, under, countOf } = await fetching({ manyWorkspaces: true });
    for (let n = 0; n < 10; n++) await add(4, { requesterId: `U${n}` as UserId, workspaceId: T1 });
    await add(3, { workspaceId: T2 });
    await expect.poll(() => under.size).toBe(11);
    await quiet();
    expect([countOf("workspaceId", T1), countOf("workspaceId", T2)]).toEqual([8, 3]);
  });

  it("are sixteen in all, one more for each that ends, until all have had their turn", async () => {
    const { add, endOne, under } = await fetching({ manyWorkspaces: false });
    for (let n = 0; n < 10; n++) await add(3, { requesterId: `U${n}` as UserId });
    await expect.poll(() => under.size).toBe(16);
    await quiet();
    expect(under.size).toBe(16);
    for (let left = 30; left > 0; left--) {
      await expect.poll(() => under.size).toBe(Math.min(16, left));
      endOne();
    }
    await quiet();
    expect(under.size).toBe(0);
  });
});
