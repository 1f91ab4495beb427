import type { JobId } from "../job/ids.ts";
import type { Job } from "../job/job.ts";
import { LANES, type Lane, type Place, placeOf } from "../job/lane.ts";
import { logFields } from "../job/log-fields.ts";
import { nextStep, type StepName } from "../job/next-step.ts";
import { runStep } from "../job/run-step.ts";
import type { StepDeps } from "../job/step-deps.ts";
import { LeaseLostError } from "../job/store.ts";
import { withLogFields } from "../logger.ts";

/**
 * What is held at once, lane by lane: calls to Slack and AKOOL, videos on their way from AKOOL to Slack, photos and
 * recordings being fetched. What one group may have of it leaves room for others: workspaces share the app, or people
 * with slow links the fetching (here those that went on into the lane in hand may come on top).
 */
const ROOM: Readonly<Record<Lane, { atOnce: number; ofOneWorkspace: number; ofOnePerson?: number }>> = {
  quick: { atOnce: 64, ofOneWorkspace: 24 },
  relay: { atOnce: 32, ofOneWorkspace: 24 },
  prepare: { atOnce: 16, ofOneWorkspace: 8, ofOnePerson: 4 },
};
/** Between two looks at what is due: under load, whatever becomes due meanwhile is asked for at once. */
const LOOK_SPACING_MS = 20;
const STORE_TROUBLE_PAUSE_MS = 1000;
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface WorkerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface WorkerDeps extends Omit<StepDeps, "log"> {
  readonly log: WorkerLog;
  readonly onStep: (step: StepName, seconds: number) => void;
  /** Whether several workspaces share the app, and must be in nobody's way. As the store is told. */
  readonly manyWorkspaces: boolean;
}

export interface Worker {
  /** Something may be due. A hint: a lost one is repaired by the sweep, an extra one changes nothing. */
  wake(): void;
  /** Starts nothing new, lets running steps end for `graceMs`, then tells them to stop and waits `abortMs` more. */
  stop(graceMs: number, abortMs: number): Promise<void>;
}

/**
 * Takes due jobs and runs their steps one after another until each has to wait. All state is in the store:
 * whatever a stopped worker leaves behind is taken up by the next one from the row alone.
 */
export function startWorker(deps: WorkerDeps): Worker {
  const { store, waits, now, log, manyWorkspaces } = deps;
  const running = new Map<JobId, Promise<void>>();
  /** Where each job in hand stands by now. */
  const places = new Map<JobId, Place>();
  /** Lanes in which jobs may be waiting: whoever comes new must not pass them by. */
  const crowded = new Set<Lane>();
  const stopping = new AbortController();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let lookPlanned = false;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let pumping = false;
  let pumpAgain = false;

  async function pump(): Promise<void> {
    if (pumping) {
      pumpAgain = true;
      return;
    }
    pumping = true;
    try {
      let at: number;
      do {
        pumpAgain = false;
        lookedAt = performance.now();
        at = now();
        for (const lane of LANES) {
          if (stopped) return;
          await fill(lane);
        }
        await sleepUntilDue(at);
      } while (pumpAgain);
    } catch (error) {
      log.error({ err: error }, "the store could not say what is due; trying again");
      arm(STORE_TROUBLE_PAUSE_MS);
    } finally {
      pumping = false;
    }
  }

  async function fill(lane: Lane): Promise<void> {
    const free = ROOM[lane].atOnce - inHand(lane);
    if (free <= 0) return;
    const ofOneGroup = mostOfOneGroup(lane);
    const jobs = await store.claimDue(now(), free, { lane, ...(ofOneGroup !== undefined && { ofOneGroup }) });
    if (jobs.length < free) crowded.delete(lane);
    else crowded.add(lane);
    for (const job of jobs) {
      places.set(job.id, placeOf(job, manyWorkspaces));
      // Taken over from this very process, which had lost it unawares and is still at it.
      const before = running.get(job.id);
      const work: Promise<void> = (before === undefined ? workOn(job) : before.then(() => takeUp(job.id)))
        // Whoever has taken it up after this one gives it up.
        .then(() => (running.get(job.id) === work ? store.release(job.id) : undefined))
        .catch((error: unknown) => log.error({ err: error, jobId: job.id }, "a job could not be put back"))
        .finally(() => {
          if (running.get(job.id) !== work) return;
          running.delete(job.id);
          places.delete(job.id);
          wake();
        });
      running.set(job.id, work);
    }
  }

  function inHand(lane: Lane, group?: string): number {
    let count = 0;
    for (const place of places.values())
      if (place.lane === lane && (group === undefined || place.group === group)) count += 1;
    return count;
  }

  function mostOfOneGroup(lane: Lane): number | undefined {
    const { ofOneWorkspace, ofOnePerson } = ROOM[lane];
    return manyWorkspaces ? ofOneWorkspace : ofOnePerson;
  }

  /** Moves the job on to the lane in which it stands by now. False: there is no room for it, and its row waits there. */
  function changeLanes(job: Job): boolean {
    const place = placeOf(job, manyWorkspaces);
    const { lane, group } = place;
    const from = places.get(job.id)?.lane;
    if (lane === from) return true;
    if (lane === "quick") {
      // It goes on at once, and counts where it was as long as all of this lane's room is taken.
      if (inHand(lane) >= ROOM[lane].atOnce) return true;
    } else {
      // What one workspace has in hand is counted by the store, over all processes: it hands the job out again.
      if (manyWorkspaces) return false;
      if (inHand(lane) >= ROOM[lane].atOnce) crowded.add(lane);
      if (crowded.has(lane) || inHand(lane, group) >= (mostOfOneGroup(lane) ?? ROOM[lane].atOnce))
        return false;
    }
    places.set(job.id, place);
    if (from !== undefined && (from !== "quick" || crowded.has(from))) wake();
    return true;
  }

  async function sleepUntilDue(after: number): Promise<void> {
    const due = await store.nextDueAt(after);
    arm(due === undefined ? waits.sweep : Math.min(waits.sweep, Math.max(0, due - now())));
  }

  function arm(delayMs: number): void {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(pump, Math.min(MAX_TIMER_MS, Math.ceil(delayMs)));
  }

  async function takeUp(id: JobId): Promise<void> {
    const job = await store.find(id);
    if (job) await workOn(job);
  }

  async function workOn(claimed: Job): Promise<void> {
    let job = claimed;
    try {
      while (!stopped) {
        const next = nextStep(job, now(), waits);
        if (next.step === "wait") return;
        if (!changeLanes(job)) return;
        const before = job.state.status;
        job = await run(job, next.step);
        const status = job.state.status;
        if (status !== before)
          log.info({ ...logFields(job), step: next.step, status, ...failureOf(job) }, "job moved on");
      }
    } catch (error) {
      if (error instanceof LeaseLostError) {
        log.warn(logFields(job), "another process has taken this job over; leaving it to that one");
        return;
      }
      log.error(
        { ...logFields(job), err: error },
        "a step could not be recorded; it will be looked at again",
      );
      await new Promise((resolve) => setTimeout(resolve, STORE_TROUBLE_PAUSE_MS));
    }
  }

  async function run(job: Job, step: StepName): Promise<Job> {
    const startedAt = performance.now();
    const after = await withLogFields(fieldsOf(job, step), () => runStep(job, step, deps, stopping.signal));
    deps.onStep(step, (performance.now() - startedAt) / 1000);
    return after;
  }

  function wake(): void {
    if (stopped || lookPlanned) return;
    lookPlanned = true;
    const look = () => {
      lookPlanned = false;
      void pump();
    };
    const pause = lookedAt + LOOK_SPACING_MS - performance.now();
    // At once means with all else that becomes due in this turn of the event loop.
    if (pause <= 0) setImmediate(look);
    else setTimeout(look, pause);
  }

  void pump();
  return {
    wake,
    async stop(graceMs, abortMs) {
      stopped = true;
      clearTimeout(timer);
      const all = Promise.allSettled([...running.values()]);
      await Promise.race([all, sleep(graceMs)]);
      stopping.abort();
      await Promise.race([all, sleep(abortMs)]);
    },
  };
}

/** An order that is about to be sent is of an attempt that the row does not have yet. */
function fieldsOf(job: Job, step: StepName): object {
  const attempt = step === "create" && job.state.status === "queued" ? job.state.attempts + 1 : undefined;
  return { ...logFields(job), step, ...(attempt !== undefined && { attempt }) };
}

function failureOf(job: Job): object {
  const failure = "failure" in job.state ? job.state.failure : undefined;
  if (failure === undefined) return {};
  const { reason, code } = failure;
  return { reason, ...(code === undefined ? {} : { code }) };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
