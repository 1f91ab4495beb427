import { describe, expect, it, onTestFinished } from "vitest";
import { afterRestore } from "../../src/job/after-restore.ts";
import { uploadOpened } from "../../src/job/deliver-transitions.ts";
import type {
  AttemptKey,
  ChannelId,
  InstallationId,
  JobId,
  MessageTs,
  RenderId,
  UserId,
  WorkspaceId,
} from "../../src/job/ids.ts";
import type { Job, JobState } from "../../src/job/job.ts";
import type { Lane } from "../../src/job/lane.ts";
import { nextStep, wakeAt } from "../../src/job/next-step.ts";
import {
  type Change,
  type Cursor,
  type JobStore,
  LeaseLostError,
  type MediaLink,
  type Page,
  type View,
} from "../../src/job/store.ts";
import { workspaceGone } from "../../src/job/workspace-gone.ts";
import {
  ANNA,
  ATTEMPT,
  CHANNEL,
  FINISHED,
  NOW,
  PREPARED,
  STATES,
  sampleJob,
  WAITS,
  WORKSPACE,
} from "../job/sample-jobs.ts";

export interface StoreSettings {
  readonly now: () => number;
  readonly wakeAt: (job: Job) => number | undefined;
  readonly responseUrlLife: number;
  readonly manyWorkspaces?: boolean;
}

const MINUTE = 60_000;
const RESPONSE_URL_LIFE = 29 * MINUTE;
const RESPONSE_URL = "https://hooks.slack.com/commands/T1/1/secret";

/** What every store owes the job, whatever it is made of. `open` gives an empty one. */
export function describeStore(
  name: string,
  open: (settings: StoreSettings) => Promise<JobStore>,
  /** `alone`: no other process can be at work on the same store, so a fresh one takes over everything at once. */
  traits: { readonly alone: boolean },
): void {
  describe(name, () => {
    async function emptyStore(settings: Pick<StoreSettings, "manyWorkspaces"> = {}) {
      const clock = { now: NOW };
      const store = await open({
        now: () => clock.now,
        wakeAt: (job) => wakeAt(job, WAITS),
        responseUrlLife: RESPONSE_URL_LIFE,
        ...settings,
      });
      onTestFinished(() => store.close());
      let made = 0;
      const add = async (state: JobState, over: Partial<Job> = {}) => {
        made += 1;
        const job = sampleJob(state, { id: `job${String(made).padStart(7, "0")}` as JobId, ...over });
        await store.accept({ keys: [`made:${made}`], job });
        return job;
      };
      /** A step's way into a state: the row is saved with what depends on it. */
      const move = (id: JobId, state: JobState, more: Omit<Change, "job"> = {}) =>
        store.update(id, (job) => ({ job: { ...job, state }, ...more }));
      return { store, clock, add, move };
    }

    describe("accepting", () => {
      it("gives a request back as it was saved", async () => {
        const { store } = await emptyStore();
        const job = sampleJob("preparing", { message: { status: "unposted" } });
        expect(await store.accept({ keys: ["a"], job })).toEqual({ job, isNew: true });
        expect(await store.find(job.id)).toEqual(job);
      });

      it("knows no job that was never accepted", async () => {
        const { store } = await emptyStore();
        expect(await store.find("nothing" as JobId)).toBeUndefined();
      });

      it("takes the same key again for the job it became, with the row as it is by then", async () => {
        const { store, add, move } = await emptyStore();
        const job = await add(STATES.preparing);
        await move(job.id, STATES.queued);
        const again = await store.accept({ keys: ["made:1"], job: { ...job, id: "other" as JobId } });
        expect(again).toMatchObject({ isNew: false, job: { id: job.id, state: { status: "queued" } } });
        expect(await store.find("other" as JobId)).toBeUndefined();
      });

      it("recognises a request by any one of its keys", async () => {
        const { store } = await emptyStore();
        const job = sampleJob("preparing");
        await store.accept({ keys: ["post:1", "client:1"], job });
        const again = await store.accept({ keys: ["post:2", "client:1"], job: { ...job, id: "b" as JobId } });
        expect(again).toMatchObject({ isNew: false, job: { id: job.id } });
      });

      it("makes one job of the same request delivered many times at once", async () => {
        const { store } = await emptyStore();
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, n) =>
            store.accept({ keys: ["same"], job: sampleJob("preparing", { id: `j${n}` as JobId }) }),
          ),
        );
        expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
        expect(new Set(answers.map(({ job }) => job.id)).size).toBe(1);
        expect(await store.countByStatus()).toEqual({ preparing: 1 });
      });

      it("keeps different requests that arrive at once apart", async () => {
        const { store } = await emptyStore();
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, n) =>
            store.accept({ keys: [`k${n}`], job: sampleJob("preparing", { id: `j${n}` as JobId }) }),
          ),
        );
        expect(answers.every(({ isNew }) => isNew)).toBe(true);
        expect(await store.countByStatus()).toEqual({ preparing: 20 });
      });
    });

    describe("updating", () => {
      it("saves what the change makes of the present row and gives it back", async () => {
        const { store, add } = await emptyStore();
        const { id } = await add(STATES.preparing);
        const saved = await store.update(id, (job) => ({ job: { ...job, tries: job.tries + 1 } }));
        expect(saved.tries).toBe(1);
        expect(await store.find(id)).toEqual(saved);
      });

      it("leaves the row when the change is undefined", async () => {
        const { store, add } = await emptyStore();
        const job = await add(STATES.preparing);
        expect(await store.update(job.id, () => undefined)).toEqual(job);
        expect(await store.find(job.id)).toEqual(job);
      });

      it("loses none of many changes at once", async () => {
        const { store, add } = await emptyStore();
        const { id } = await add(STATES.preparing);
        await Promise.all(
          Array.from({ length: 50 }, () =>
            store.update(id, (job) => ({ job: { ...job, tries: job.tries + 1 } })),
          ),
        );
        expect((await store.find(id))?.tries).toBe(50);
      });

      it("keeps nothing of a change that throws, and all of its neighbours", async () => {
        const { store, add } = await emptyStore();
        const good = await add(STATES.preparing);
        const bad = await add(STATES.preparing);
        const mistake = store.update(bad.id, () => {
          throw new Error("a mistake");
        });
        const neighbours = [1, 2].map(() =>
          store.update(good.id, (job) => ({ job: { ...job, tries: job.tries + 1 } })),
        );
        await expect(mistake).rejects.toThrow("a mistake");
        await Promise.all(neighbours);
        expect(await store.find(bad.id)).toEqual(bad);
        expect((await store.find(good.id))?.tries).toBe(2);
      });

      it("refuses to change a job that does not exist", async () => {
        const { store } = await emptyStore();
        await expect(store.update("nothing" as JobId, (job) => ({ job }))).rejects.toThrow("nothing");
      });
    });

    describe("what a change may look at", () => {
      const contentSeenBy = async (store: JobStore, id: JobId) => {
        let seen: JobId | undefined;
        await store.update(
          id,
          (job, view) => {
            seen = view.sameContent;
            return { job: { ...job, tries: job.tries + 1 } };
          },
          { contentKey: "same face, same voice" },
        );
        return seen;
      };

      it("names another job of the same content, while that one is in flight", async () => {
        const { store, add, move } = await emptyStore();
        const first = await add(STATES.preparing);
        const second = await add(STATES.preparing);
        expect(await contentSeenBy(store, first.id)).toBeUndefined();
        expect(await contentSeenBy(store, first.id)).toBeUndefined();
        expect(await contentSeenBy(store, second.id)).toBe(first.id);
        await move(second.id, STATES.cancelled);
        await move(first.id, STATES.delivered);
        const third = await add(STATES.preparing);
        expect(await contentSeenBy(store, third.id)).toBeUndefined();
      });

      it("names a job again that was over and has been taken up again, and not meanwhile", async () => {
        const { store, add, move } = await emptyStore();
        const first = await add(STATES.rendering);
        await contentSeenBy(store, first.id);
        await move(first.id, STATES["cancelled, rendering"]);
        const second = await add(STATES.preparing);
        expect(await contentSeenBy(store, second.id)).toBeUndefined();
        await move(second.id, STATES.cancelled);
        await move(first.id, { ...STATES.rendering, afterAll: true });
        const third = await add(STATES.preparing);
        expect(await contentSeenBy(store, third.id)).toBe(first.id);
      });

      it("counts the renders that hold a slot, and who is ahead and behind in line", async () => {
        const { store, add } = await emptyStore();
        await add(STATES.creating);
        await add(STATES.unsettled);
        await add(STATES.rendering);
        await add({ ...STATES.rendering, overdue: true });
        await add(STATES.asking);
        const third = await add({ ...STATES.queued, queuedAt: NOW + 2 });
        const first = await add({ ...STATES.queued, queuedAt: NOW + 1 });
        const second = await add({ ...STATES.queued, queuedAt: NOW + 1 });
        const seen = await Promise.all(
          [first, second, third].map(async ({ id }) => {
            let line = {};
            await store.update(
              id,
              (_job, { slotsInUse, ahead, behind }) => {
                line = { slotsInUse, ahead, behind };
                return undefined;
              },
              { line: true },
            );
            return line;
          }),
        );
        expect(seen).toEqual([
          { slotsInUse: 3, ahead: 0, behind: 2 },
          { slotsInUse: 3, ahead: 1, behind: 1 },
          { slotsInUse: 3, ahead: 2, behind: 0 },
        ]);
      });

      it("lets workspaces take turns, so that one with many requests is in nobody's way", async () => {
        const { store, add } = await emptyStore();
        const other = { workspaceId: "T2" as WorkspaceId };
        const many: Job[] = [];
        for (let n = 1; n <= 4; n++) many.push(await add({ ...STATES.queued, queuedAt: NOW + n }));
        const one = await add({ ...STATES.queued, queuedAt: NOW + 10 }, other);
        const two = await add({ ...STATES.queued, queuedAt: NOW + 11 }, other);
        const aheadOf = async ({ id }: Job) => {
          let ahead = -1;
          await store.update(
            id,
            (_job, view) => {
              ahead = view.ahead;
              return undefined;
            },
            { line: true },
          );
          return ahead;
        };
        const line = await Promise.all([...many, one, two].map(aheadOf));
        // Theirs, ours, theirs, ours, and then the rest of theirs.
        expect(line).toEqual([0, 2, 4, 5, 1, 3]);
      });

      it("gives a job that comes back into the line its place again", async () => {
        const { store, add, move } = await emptyStore();
        const early = await add({ ...STATES.queued, queuedAt: NOW + 1 });
        await move(early.id, STATES.asking);
        const late = await add({ ...STATES.queued, queuedAt: NOW + 2 });
        await move(early.id, { ...STATES.queued, queuedAt: NOW + 1 });
        let ahead = -1;
        const look = (_job: Job, view: { ahead: number }) => {
          ahead = view.ahead;
          return undefined;
        };
        await store.update(early.id, look, { line: true });
        expect(ahead).toBe(0);
        await store.update(late.id, look, { line: true });
        expect(ahead).toBe(1);
      });

      it("names the attempt that a render belongs to, and never gives it to another", async () => {
        const { store, add, move } = await emptyStore();
        const ours = await add(STATES.queued);
        const theirs = await add(STATES.queued);
        const [key, otherKey] = ["ours" as AttemptKey, "theirs" as AttemptKey];
        const renderId = "r1" as RenderId;
        await move(ours.id, STATES.creating, { attempt: { key, number: 1, links: [] } });
        await move(theirs.id, STATES.creating, { attempt: { key: otherKey, number: 1, links: [] } });
        await move(ours.id, STATES.rendering, { render: { key, renderId } });
        await move(theirs.id, STATES.rendering, { render: { key: otherKey, renderId } });
        let owner: AttemptKey | undefined;
        await store.update(
          theirs.id,
          (_job, view) => {
            owner = view.renderOwner;
            return undefined;
          },
          { renderId },
        );
        expect(owner).toBe(key);
        expect(await store.findAttempt(key)).toEqual({ jobId: ours.id, renderId });
        expect(await store.findAttempt(otherKey)).toEqual({ jobId: theirs.id });
        expect(await store.findAttempt("nobody's" as AttemptKey)).toBeUndefined();
      });
    });

    describe("what is due", () => {
      it("hands out due jobs, each to one caller until it is released", async () => {
        const { store, add } = await emptyStore();
        const later = await add(STATES.preparing, { dueAt: NOW - 1 });
        const sooner = await add(STATES.preparing, { dueAt: NOW - 5 });
        await add(STATES.preparing, { dueAt: NOW + 1, message: { status: "lost" } });
        const ids = async (limit: number) => (await store.claimDue(NOW, limit)).map(({ id }) => id);
        const [first] = await ids(1);
        expect([first, ...(await ids(10))].sort()).toEqual([later.id, sooner.id].sort());
        expect(await ids(10)).toEqual([]);
        await store.release(sooner.id);
        expect(await ids(10)).toEqual([sooner.id]);
      });

      const T2 = "T2" as WorkspaceId;
      const BEN = "U0BEN" as UserId;
      it.each([
        ["workspaces, where many share the app", { manyWorkspaces: true }, { workspaceId: T2 }],
        ["people", {}, { requesterId: BEN }],
        ["people of the same name elsewhere", {}, { workspaceId: T2 }],
      ])("keeps room for other %s, however much of one is due", async (_whose, settings, whose) => {
        const { store, add } = await emptyStore(settings);
        for (let n = 0; n < 9; n++) await add(STATES.preparing, { dueAt: NOW - 10 });
        const other = await add(STATES.preparing, { dueAt: NOW - 1, ...whose });
        const claim = () => store.claimDue(NOW, 4, { ofOneGroup: 2 });
        const first = await claim();
        expect(first).toHaveLength(3);
        expect(first.map(({ id }) => id)).toContain(other.id);
        expect(await claim()).toEqual([]);
        // However little room there is.
        expect(await store.claimDue(NOW, 1, { ofOneGroup: 2 })).toEqual([]);
        await store.release(first.find(({ id }) => id !== other.id)?.id ?? other.id);
        expect(await claim()).toHaveLength(1);
      });

      it("hands out those of one lane, as each job stands by then", async () => {
        const { store, add, move } = await emptyStore();
        const posted = { status: "lost" } as const;
        const soon = { dueAt: NOW, message: posted };
        const unposted = await add(STATES.preparing, { dueAt: NOW, message: { status: "unposted" } });
        const preparing = await add(STATES.preparing, soon);
        const telling = await add(STATES.preparing, {
          ...soon,
          notice: { kind: "ended", stage: "todo", tries: 0 },
        });
        const putOff = { kind: "overdue", stage: "todo", tries: 1, retryAt: NOW + MINUTE } as const;
        const rendered = await add(STATES.rendered, { ...soon, notice: putOff });
        const queued = await add(STATES.queued, soon);
        const ids = async (lane: Lane) =>
          (await store.claimDue(NOW, 10, { lane })).map(({ id }) => id).sort();
        expect(await ids("relay")).toEqual([rendered.id]);
        expect(await ids("prepare")).toEqual([preparing.id]);
        expect(await ids("quick")).toEqual([unposted.id, telling.id, queued.id].sort());
        await store.update(unposted.id, (job) => ({ job: { ...job, message: posted } }));
        await move(rendered.id, STATES.preparing);
        await move(preparing.id, STATES.queued);
        for (const { id } of [unposted, rendered, preparing]) await store.release(id);
        expect(await ids("relay")).toEqual([]);
        expect(await ids("prepare")).toEqual([unposted.id, rendered.id].sort());
        expect(await ids("quick")).toEqual([preparing.id]);
      });

      it("moves a job that nobody holds to another lane when it is changed", async () => {
        const { store, add } = await emptyStore();
        const { id } = await add(STATES.preparing, { dueAt: NOW, message: { status: "lost" } });
        await store.update(id, (job) => ({ job: { ...job, state: STATES.queued } }));
        expect(await store.claimDue(NOW, 10, { lane: "prepare" })).toEqual([]);
        expect(await store.claimDue(NOW, 10, { lane: "quick" })).toMatchObject([{ id }]);
      });

      it("says when the next job is due", async () => {
        const { store, add } = await emptyStore();
        expect(await store.nextDueAt(NOW)).toBeUndefined();
        const silent = { message: { status: "lost" } } as const;
        await add(STATES.preparing, { dueAt: NOW - 5, ...silent });
        await add(STATES.preparing, { dueAt: NOW + 7, ...silent });
        expect(await store.nextDueAt(NOW)).toBe(NOW + 7);
        expect(await store.nextDueAt(NOW + 7)).toBeUndefined();
      });

      it("lets only who holds a job write down an intent", async () => {
        const { store, add } = await emptyStore();
        const { id } = await add(STATES.preparing, { dueAt: NOW });
        const intend = () =>
          store.update(id, (job) => ({ job: { ...job, tries: job.tries + 1 } }), { intent: true });
        await expect(intend()).rejects.toThrow(LeaseLostError);
        await store.claimDue(NOW, 1);
        expect((await intend()).tries).toBe(1);
        await store.release(id);
        await expect(intend()).rejects.toThrow(LeaseLostError);
        expect((await store.find(id))?.tries).toBe(1);
      });

      it("finds a change that was made while the job was held, when it is released", async () => {
        const { store, add } = await emptyStore();
        const { id } = await add(STATES.asking, { dueAt: NOW, message: { status: "lost" } });
        await store.claimDue(NOW, 1);
        await store.update(id, (job) => ({ job: { ...job, dueAt: NOW - 1 } }));
        expect(await store.claimDue(NOW, 10)).toEqual([]);
        await store.release(id);
        expect(await store.claimDue(NOW, 10)).toHaveLength(1);
        await store.update(id, (job) => ({ job: { ...job, dueAt: NOW + MINUTE } }));
        await store.release(id);
        expect(await store.claimDue(NOW, 10)).toEqual([]);
      });

      it("leaves jobs that rest alone", async () => {
        const { store, add } = await emptyStore();
        const shown = { ...sampleJob("delivered").message, shown: "delivered" };
        await add(STATES.delivered, { cleanedUp: true, message: shown as Job["message"] });
        expect(await store.claimDue(NOW + 1e12, 10)).toEqual([]);
        expect(await store.nextDueAt(0)).toBeUndefined();
      });

      const ifAlone = traits.alone ? it : () => {};
      ifAlone(
        "lets a fresh process take over every job that still wants something, oldest first",
        async () => {
          const { store, add } = await emptyStore();
          const message = { status: "lost" } as const;
          const young = await add(STATES.asking, { acceptedAt: NOW - 1, dueAt: NOW + MINUTE, message });
          const old = await add(STATES.preparing, { acceptedAt: NOW - 2, dueAt: NOW + MINUTE, message });
          const atRest = await add(STATES.delivered, { cleanedUp: true, message });
          const taken: [JobId, number][] = [];
          const count = await store.resumeAll((job, index) => {
            taken.push([job.id, index]);
            return { ...job, dueAt: NOW + index };
          });
          expect(count).toBe(2);
          expect(taken).toEqual([
            [old.id, 0],
            [young.id, 1],
          ]);
          expect((await store.claimDue(NOW + 1, 10)).map(({ id }) => id)).toEqual([old.id, young.id]);
          expect(await store.find(atRest.id)).toEqual(atRest);
        },
      );
      ifAlone(
        "wakes the first in line when a fresh process takes over, whatever stands before it",
        async () => {
          const { store, add } = await emptyStore();
          const message = { status: "lost" } as const;
          const waiting = { dueAt: NOW + MINUTE, message };
          await add(STATES.asking, { acceptedAt: NOW - 9, dueAt: NOW + MINUTE, message });
          await add({ ...STATES.queued, queuedAt: NOW - 1, placeInLine: 2 }, waiting);
          const first = await add({ ...STATES.queued, queuedAt: NOW - 2, placeInLine: 1 }, waiting);
          expect(await store.resumeAll((job) => job)).toBe(3);
          expect((await store.claimDue(NOW, 10)).map(({ id }) => id)).toEqual([first.id]);
        },
      );

      it("wakes the first in line when a slot is freed, and that job then has its create to do", async () => {
        const { store, add, move } = await emptyStore();
        const message = { status: "lost" } as const;
        const waiting = { dueAt: NOW + MINUTE, message };
        const running = await add(STATES.rendering, waiting);
        const putOff = await add({ ...STATES.queued, queuedAt: NOW - 3 }, waiting);
        await add({ ...STATES.queued, queuedAt: NOW - 1, placeInLine: 2 }, waiting);
        const first = await add({ ...STATES.queued, queuedAt: NOW - 2, placeInLine: 1 }, waiting);
        expect(await store.claimDue(NOW, 10)).toEqual([]);
        await move(running.id, STATES.rendered);
        const woken = await store.claimDue(NOW, 10);
        expect(woken.map(({ id }) => id)).toEqual([first.id]);
        // Woken only to be told to wait, it would be claimed again at once, and again.
        expect(woken.map((job) => nextStep(job, NOW, WAITS))).toEqual([{ step: "create" }]);
        // AKOOL itself said when that one may come again.
        expect((await store.find(putOff.id))?.dueAt).toBe(NOW + MINUTE);
      });
    });

    describe("an installation that is gone", () => {
      const TEAM = WORKSPACE as string as InstallationId;
      const ORG = "E1" as InstallationId;
      const gone = (job: Job) => workspaceGone(job, NOW);
      const statusOf = async (store: JobStore, job: Job) => (await store.find(job.id))?.state.status;

      it("ends its unfinished jobs, each with all that hangs on it, and no others", async () => {
        const { store, add, move } = await emptyStore();
        const ours = [await add(STATES.preparing), await add(STATES.rendering), await add(STATES.asking)];
        const elsewhere = await add(STATES.preparing, { workspaceId: "T2" as WorkspaceId });
        const underOrg = await add(STATES.preparing, { installationId: ORG });
        const over = await add(STATES.delivered, { message: { status: "none" }, cleanedUp: true });
        const links: MediaLink[] = [{ key: "link", file: "photo", expiresAt: NOW + MINUTE }];
        const paying = await add(STATES.queued);
        const key = "attempt" as AttemptKey;
        await move(paying.id, STATES.creating, { attempt: { key, number: 1, links } });

        expect(await store.changeAll(TEAM, gone)).toBe(4);
        for (const job of [...ours, paying]) {
          expect(await store.find(job.id)).toMatchObject({
            state: { status: "failed", failure: { reason: "slack_connection_revoked" } },
            message: { status: "none" },
          });
        }
        expect(await store.findMediaLink("link", NOW)).toBeUndefined();
        expect(await statusOf(store, elsewhere)).toBe("preparing");
        expect(await statusOf(store, underOrg)).toBe("preparing");
        expect(await statusOf(store, over)).toBe("delivered");
        // What is left to do for them is to throw their media away.
        const due = await store.claimDue(NOW, 10);
        const theirs = due.filter(({ state }) => state.status === "failed");
        expect(theirs.map((job) => nextStep(job, NOW, WAITS).step)).toEqual(Array(4).fill("clean_up"));
      });

      it("ends the jobs of every workspace under an org-wide install", async () => {
        const { store, add } = await emptyStore();
        const jobs = [
          await add(STATES.preparing, { installationId: ORG }),
          await add(STATES.queued, { installationId: ORG, workspaceId: "T2" as WorkspaceId }),
        ];
        const own = await add(STATES.preparing);
        expect(await store.changeAll(ORG, gone)).toBe(2);
        for (const job of jobs) expect(await statusOf(store, job)).toBe("failed");
        expect(await statusOf(store, own)).toBe("preparing");
      });

      it("frees the slots its renders held for the first in line of another", async () => {
        const { store, add } = await emptyStore();
        await add(STATES.rendering, { dueAt: NOW + MINUTE });
        const waiting = await add(
          { ...STATES.queued, placeInLine: 1 },
          { workspaceId: "T2" as WorkspaceId, dueAt: NOW + MINUTE, message: { status: "lost" } },
        );
        await store.changeAll(TEAM, gone);
        expect((await store.find(waiting.id))?.dueAt).toBe(NOW);
        const view = await new Promise<number>((resolve) => {
          void store.update(waiting.id, (_job, { slotsInUse }) => void resolve(slotsInUse), { line: true });
        });
        expect(view).toBe(0);
      });

      it("changes nothing the second time", async () => {
        const { store, add } = await emptyStore();
        const job = await add(STATES.rendering);
        await store.changeAll(TEAM, gone);
        const before = await store.find(job.id);
        expect(await store.changeAll(TEAM, (each) => workspaceGone(each, NOW + MINUTE))).toBe(0);
        expect(await store.find(job.id)).toEqual(before);
      });
    });

    describe("media links", () => {
      const links: MediaLink[] = [
        { key: "photo link", file: "photo", expiresAt: NOW + MINUTE },
        { key: "speech link", file: "speech", expiresAt: NOW + MINUTE },
      ];
      const key = "attempt" as AttemptKey;

      async function withLinks() {
        const world = await emptyStore();
        const job = await world.add(STATES.queued);
        await world.move(job.id, STATES.creating, { attempt: { key, number: 1, links } });
        return { ...world, job };
      }

      it("lead to the job, the attempt and the file", async () => {
        const { store, job } = await withLinks();
        expect(await store.findMediaLink("photo link", NOW)).toEqual({
          jobId: job.id,
          attempt: key,
          file: "photo",
        });
        expect(await store.findMediaLink("speech link", NOW)).toMatchObject({ file: "speech" });
        expect(await store.findMediaLink("no link", NOW)).toBeUndefined();
      });

      it("expire", async () => {
        const { store } = await withLinks();
        expect(await store.findMediaLink("photo link", NOW + MINUTE - 1)).toBeDefined();
        expect(await store.findMediaLink("photo link", NOW + MINUTE)).toBeUndefined();
      });

      it("outlive a create whose answer was lost", async () => {
        const { store, job, move } = await withLinks();
        await move(job.id, STATES.unsettled);
        await move(job.id, STATES.asking);
        expect(await store.findMediaLink("photo link", NOW)).toBeDefined();
      });

      it.each(["rendered", "failed", "cancelled"] as const)("die when the job is %s", async (status) => {
        const { store, job, move } = await withLinks();
        await move(job.id, STATES[status]);
        expect(await store.findMediaLink("photo link", NOW)).toBeUndefined();
        expect(await store.findMediaLink("speech link", NOW)).toBeUndefined();
        expect(await store.findAttempt(key)).toEqual({ jobId: job.id });
      });
    });

    describe("the address for private answers", () => {
      async function withAddress() {
        const world = await emptyStore();
        const job = sampleJob("preparing", { acceptedAt: NOW });
        await world.store.accept({ keys: ["a"], job, responseUrl: RESPONSE_URL });
        return { ...world, job };
      }

      it("is kept for as long as Slack accepts it", async () => {
        const { store, job } = await withAddress();
        expect(await store.findResponseUrl(job.id, NOW + RESPONSE_URL_LIFE - 1)).toBe(RESPONSE_URL);
        expect(await store.findResponseUrl(job.id, NOW + RESPONSE_URL_LIFE)).toBeUndefined();
      });

      it("is no part of the job", async () => {
        const { store, job } = await withAddress();
        expect(JSON.stringify(await store.find(job.id))).not.toContain("hooks.slack.com");
      });

      it("is there while the person is still to be told, and gone once the job rests", async () => {
        const { store, job } = await withAddress();
        const notice = { kind: "failed", stage: "private", tries: 0 } as const;
        const message = { status: "none" } as const;
        await store.update(job.id, () => ({
          job: { ...job, state: STATES.failed, message, notice, cleanedUp: true },
        }));
        expect(await store.findResponseUrl(job.id, NOW)).toBe(RESPONSE_URL);
        await store.update(job.id, ({ notice: _said, ...rest }) => ({ job: rest }));
        expect(await store.findResponseUrl(job.id, NOW)).toBeUndefined();
      });
    });

    describe("lists and figures", () => {
      it("gives a person's own jobs of one workspace, newest first", async () => {
        const { store, add } = await emptyStore();
        const old = await add(STATES.delivered, { acceptedAt: NOW - 2 });
        const young = await add(STATES.preparing, { acceptedAt: NOW - 1 });
        await add(STATES.preparing, { requesterId: "U2" as UserId });
        await add(STATES.preparing, { workspaceId: "T2" as WorkspaceId });
        const ids = async (limit: number) => (await store.jobsOf(ANNA, WORKSPACE, limit)).map(({ id }) => id);
        expect(await ids(10)).toEqual([young.id, old.id]);
        expect(await ids(1)).toEqual([young.id]);
      });

      it("gives a person's ended jobs page by page, in both directions, also where several came at once", async () => {
        const { store, add } = await emptyStore();
        const made: Job[] = [];
        for (const at of [5, 4, 4, 4, 3, 2, 1])
          made.push(await add(STATES.delivered, { acceptedAt: NOW - at }));
        await add(STATES.rendering, { acceptedAt: NOW });
        await add(STATES.failed, { requesterId: "U2" as UserId });
        await add(STATES.cancelled, { workspaceId: "T2" as WorkspaceId });
        const newestFirst = made.map(({ id }) => id).reverse();
        const page = async (more: Omit<Page, "limit">) =>
          (await store.endedJobsOf(ANNA, WORKSPACE, { limit: 3, ...more })).map(({ id }) => id);
        const cursor = (index: number): Cursor => made.find(({ id }) => id === newestFirst[index]) as Job;

        expect(await page({ direction: "older" })).toEqual(newestFirst.slice(0, 3));
        expect(await page({ direction: "older", from: cursor(2) })).toEqual(newestFirst.slice(3, 6));
        expect(await page({ direction: "older", from: cursor(5) })).toEqual(newestFirst.slice(6));
        expect(await page({ direction: "newer", from: cursor(6) })).toEqual(newestFirst.slice(3, 6));
        expect(await page({ direction: "newer", from: cursor(1) })).toEqual(newestFirst.slice(0, 1));
        const all = await store.endedJobsOf(ANNA, WORKSPACE, { limit: 10, direction: "older" });
        expect(all).toEqual([...made].reverse());
      });

      it("counts what each person has asked for, got and spent since then, without refusals and repetitions", async () => {
        const { store, add } = await emptyStore();
        const ben = { requesterId: "U2" as UserId };
        await add(STATES.delivered);
        await add(STATES.delivered, ben);
        await add(STATES.rendering, ben);
        await add(STATES.failed, ben);
        await add(STATES.duplicate, ben);
        const cat = { requesterId: "U3" as UserId };
        const priced = { ...FINISHED, credits: 12.5 };
        await add({ ...STATES.delivered, made: priced }, cat);
        await add({ ...STATES.undeliverable, render: { ...priced, credits: 3 } }, cat);
        await add(
          { ...STATES["cancelled, rendered"], kept: { as: "video", render: priced, until: NOW } },
          cat,
        );
        await add({ ...STATES.delivered, made: priced }, { ...cat, acceptedAt: NOW - 7_200_000 });
        await add(STATES["cancelled, ordered"], cat);
        await add(STATES.failed, { ...ben, message: { status: "none" } });
        await add(STATES.delivered, { ...ben, acceptedAt: NOW - 7_200_000 });
        await add(STATES.delivered, { workspaceId: "T2" as WorkspaceId });
        expect(await store.countByPerson(WORKSPACE, NOW - 3_600_000)).toEqual([
          { requesterId: "U3", asked: 4, delivered: 1, credits: 28 },
          { requesterId: "U2", asked: 3, delivered: 1, credits: 0 },
          { requesterId: ANNA, asked: 1, delivered: 1, credits: 0 },
        ]);
        expect(await store.countByPerson("T3" as WorkspaceId, 0)).toEqual([]);
      });

      it("counts jobs by status", async () => {
        const { store, add } = await emptyStore();
        await add(STATES.preparing);
        await add(STATES.delivered);
        await add(STATES.delivered);
        expect(await store.countByStatus()).toEqual({ preparing: 1, delivered: 2 });
      });

      it("remembers how long the last renders took, newest first", async () => {
        const { store, clock, add, move } = await emptyStore();
        for (const seconds of [60, 90, 120]) {
          clock.now = NOW;
          const attempt = { ...ATTEMPT, startedAt: NOW };
          const { id } = await add({ ...STATES.rendering, attempt });
          clock.now = NOW + seconds * 1000;
          await move(id, STATES.rendered);
          // What comes after the render is no render.
          await store.update(id, (job) => ({ job: uploadOpened(job, STATES.uploading.fileId, clock.now) }));
        }
        expect(await store.renderSeconds(2)).toEqual([120, 90]);
        expect(await store.renderSeconds(10)).toEqual([120, 90, 60]);
      });
    });

    describe("channels and forms", () => {
      it("watches a channel of one workspace until that is switched off", async () => {
        const { store } = await emptyStore();
        expect(await store.isWatched(WORKSPACE, CHANNEL)).toBe(false);
        await store.setWatched(WORKSPACE, CHANNEL, ANNA, true);
        await store.setWatched(WORKSPACE, CHANNEL, ANNA, true);
        expect(await store.isWatched(WORKSPACE, CHANNEL)).toBe(true);
        expect(await store.isWatched("T2" as WorkspaceId, CHANNEL)).toBe(false);
        expect(await store.isWatched(WORKSPACE, "C2" as ChannelId)).toBe(false);
        await store.setWatched(WORKSPACE, "C0" as ChannelId, ANNA, true);
        expect(await store.watchedChannels(WORKSPACE)).toEqual(["C0", CHANNEL]);
        expect(await store.watchedChannels("T2" as WorkspaceId)).toEqual([]);
        await store.setWatched(WORKSPACE, CHANNEL, ANNA, false);
        expect(await store.isWatched(WORKSPACE, CHANNEL)).toBe(false);
      });

      it("knows where a form belongs, with what was taken from its message", async () => {
        const { store } = await emptyStore();
        const bare = { id: "f1", channelId: CHANNEL, taken: {}, openedAt: NOW };
        const full = {
          id: "f2",
          channelId: CHANNEL,
          threadTs: "1700000000.000200" as MessageTs,
          taken: { photo: { type: "url", url: "https://example.com/face.jpg" } as const },
          responseUrl: RESPONSE_URL,
          openedAt: NOW,
        };
        await store.saveForm(bare);
        await store.saveForm(full);
        expect(await store.findForm("f1")).toEqual(bare);
        expect(await store.findForm("f2")).toEqual(full);
        expect(await store.findForm("f3")).toBeUndefined();
      });

      it("knows which job a form is for, and lets the form ask where it belongs", async () => {
        const { store } = await emptyStore();
        const speech = { type: "words", text: "Hello there" } as const;
        const forJob = {
          id: "f4",
          jobId: "jjjjjjjjjj" as JobId,
          channelId: CHANNEL,
          taken: { speech },
          openedAt: NOW,
        };
        const anywhere = { id: "f5", taken: {}, openedAt: NOW };
        await store.saveForm(forJob);
        await store.saveForm(anywhere);
        expect(await store.findForm("f4")).toEqual(forJob);
        expect(await store.findForm("f5")).toEqual(anywhere);
      });

      it("remembers what a person or a channel has chosen, in each workspace for itself", async () => {
        const { store } = await emptyStore();
        const [anna, other] = [
          { voice: { id: "v1", name: "Anna" } },
          { voice: { id: "v2", name: "Ben", language: "en" } },
        ];
        await store.saveHabits(WORKSPACE, ANNA, anna);
        await store.saveHabits(WORKSPACE, CHANNEL, anna);
        await store.saveHabits(WORKSPACE, CHANNEL, other);
        expect(await store.findHabits(WORKSPACE, ANNA)).toEqual(anna);
        expect(await store.findHabits(WORKSPACE, CHANNEL)).toEqual(other);
        expect(await store.findHabits("T2" as WorkspaceId, ANNA)).toBeUndefined();
      });

      it("changes the habits that are named, replaces a voice as a whole, and forgets what is null", async () => {
        const { store } = await emptyStore();
        await store.saveHabits(WORKSPACE, ANNA, {
          voice: { id: "v1", name: "Anna", language: "en" },
          welcomed: true,
        });
        await store.saveHabits(WORKSPACE, ANNA, { voice: { id: "v2", name: "Ben" }, gesturePrompt: "waves" });
        await store.saveHabits(WORKSPACE, ANNA, { resolution: "1080", gesturePrompt: null });
        expect(await store.findHabits(WORKSPACE, ANNA)).toEqual({
          voice: { id: "v2", name: "Ben" },
          resolution: "1080",
          welcomed: true,
        });
        await store.saveHabits(WORKSPACE, CHANNEL, { voice: null });
        expect(await store.findHabits(WORKSPACE, CHANNEL)).toEqual({});
      });
    });

    describe("words that were spoken", () => {
      const KEY = "words in a voice";
      const speaking = { status: "speaking", stage: "calling", attempts: 1, refusals: 0, looks: 0 } as const;
      const look = async (store: JobStore, id: JobId) => {
        let seen: View["spoken"];
        await store.update(
          id,
          (_job, view) => {
            seen = view.spoken;
            return undefined;
          },
          { speechKey: KEY },
        );
        return seen;
      };

      it("are known to every other job: who is at it, and where they are once they are spoken", async () => {
        const { store, add } = await emptyStore();
        const [one, other] = [await add(speaking), await add({ ...speaking, stage: "ready" })];
        expect(await look(store, other.id)).toBeUndefined();
        await store.update(one.id, (job) => ({ job, spoken: { key: KEY } }));
        expect(await look(store, other.id)).toEqual({ at: NOW, underWay: true });
        expect(await look(store, one.id)).toEqual({ at: NOW, underWay: false });
        const url = "https://example.com/said.mp3";
        await store.update(one.id, (job) => ({
          job: { ...job, state: { status: "preparing" } },
          spoken: { key: KEY, url },
        }));
        expect(await look(store, other.id)).toEqual({ at: NOW, underWay: false, url });
      });

      it("are nobody's any more once whoever was at them has ended without", async () => {
        const { store, add, move } = await emptyStore();
        const [one, other] = [await add(speaking), await add({ ...speaking, stage: "ready" })];
        await store.update(one.id, (job) => ({ job, spoken: { key: KEY } }));
        await move(one.id, STATES.cancelled);
        expect(await look(store, other.id)).toEqual({ at: NOW, underWay: false });
      });

      it("answers while it is healthy", async () => {
        const { store } = await emptyStore();
        await expect(store.check()).resolves.toBeUndefined();
      });
    });

    describe("ages", () => {
      it("has none when nothing waits", async () => {
        const { store, add } = await emptyStore();
        expect(await store.queueAges(NOW)).toEqual({});
        await add(STATES.rendering, { dueAt: NOW + MINUTE, message: { status: "lost" } });
        expect(await store.queueAges(NOW)).toEqual({});
      });

      it("tells how long the first in line has waited, put off or not", async () => {
        const { store, add } = await emptyStore();
        const later = { dueAt: NOW + MINUTE, message: { status: "lost" } } as const;
        await add({ ...STATES.queued, queuedAt: NOW - MINUTE }, later);
        await add({ ...STATES.queued, queuedAt: NOW - 2 * MINUTE }, later);
        expect(await store.queueAges(NOW)).toEqual({ lineMs: 2 * MINUTE });
      });

      it("tells how late the most overdue job is that nobody has taken", async () => {
        const { store, add } = await emptyStore();
        const late = await add(STATES.rendering, { dueAt: NOW - 2 * MINUTE });
        expect(await store.claimDue(NOW, 1)).toMatchObject([{ id: late.id }]);
        expect(await store.queueAges(NOW)).toEqual({});
        await add(STATES.rendering, { dueAt: NOW - MINUTE });
        expect(await store.queueAges(NOW)).toEqual({ dueMs: MINUTE });
        await store.release(late.id);
        expect(await store.queueAges(NOW)).toEqual({ dueMs: 2 * MINUTE });
      });

      it("takes no notice of what is due at once, which has no since", async () => {
        const { store, add } = await emptyStore();
        await add(STATES.delivered, { message: { status: "none" }, cleanedUp: false });
        expect(await store.nextDueAt(-1)).toBe(0);
        expect(await store.queueAges(NOW)).toEqual({});
      });
    });

    describe("a copy", () => {
      it("is none before it was copied", async () => {
        const { store } = await emptyStore();
        expect(await store.isRestored()).toBe(false);
      });

      it("hands out, oldest first, every job that could have an effect, and keeps what became of it", async () => {
        const { store, clock, add } = await emptyStore();
        const resting = { message: { status: "none" }, cleanedUp: true } as const;
        await add(STATES.rendering, { acceptedAt: NOW - 1000 });
        await add(STATES["left alone"], { acceptedAt: NOW - 3000, ...resting });
        await add(STATES.asking, { acceptedAt: NOW - 2000, dueAt: NOW + 1000 * MINUTE });
        await add(STATES.failed, { acceptedAt: NOW - 4000, ...resting });
        await add(STATES["cancelled, rendering"], { acceptedAt: NOW - 2500, ...resting });
        const seen: [string, number][] = [];
        const after = (job: Job, index: number) => {
          seen.push([job.state.status === "failed" ? job.state.failure.reason : job.state.status, index]);
          return afterRestore(job, index, clock.now, WAITS);
        };
        const changed = await store.endRestored(after);
        expect(seen.filter(([what]) => what !== "akool_media_unusable").map(([what]) => what)).toEqual([
          "left_alone",
          "cancelled",
          "asking",
          "rendering",
        ]);
        expect(changed).toHaveLength(4);
        for (const job of changed) expect(await store.find(job.id)).toEqual(job);
        expect(await store.countByStatus()).toEqual({ failed: 4, cancelled: 1 });
      });

      it("stops serving the media of the jobs that it ends", async () => {
        const { store, clock, add, move } = await emptyStore();
        const job = await add(STATES.queued);
        const link = { key: "link", file: "photo", expiresAt: NOW + MINUTE } as const;
        const { attempt } = STATES.creating;
        await move(job.id, STATES.creating, { attempt: { key: attempt.key, number: 1, links: [link] } });
        expect(await store.findMediaLink("link", NOW)).toBeDefined();
        await store.endRestored((each, index) => afterRestore(each, index, clock.now, WAITS));
        expect(await store.findMediaLink("link", NOW)).toBeUndefined();
      });
    });

    it("keeps a prepared job's figures to the byte", async () => {
      const { store, add } = await emptyStore();
      const job = await add({ ...STATES.queued, prepared: { ...PREPARED, speechSeconds: 7.123456 } });
      expect(await store.find(job.id)).toEqual(job);
    });
  });
}
