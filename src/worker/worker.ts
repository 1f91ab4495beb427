import pLimit from "p-limit";
import type { JobId } from "../job/ids.ts";
import type { Job } from "../job/job.ts";
import { logFields } from "../job/log-fields.ts";
import { snooze } from "../job/moves.ts";
import { nextStep, type StepName } from "../job/next-step.ts";
import { runStep } from "../job/run-step.ts";
import type { StepDeps } from "../job/step-deps.ts";
import { LeaseLostError } from "../job/store.ts";
import { withLogFields } from "../logger.ts";

/** Jobs held at once: nearly all of them only wait for an answer. */
const HELD_AT_ONCE = 128;
/**
 * Where many workspaces share the app: what one of them, whose Slack hangs or whose people ask for a thousand
 * videos, may take up of that. Fewer than the calls and relays at once, so that there is room for others in each.
 */
const HELD_OF_ONE_WORKSPACE = 24;
/** Calls to Slack and AKOOL under way at once. */
const CALLS_AT_ONCE = 64;
/** Photos and recordings being fetched; slow links of one person or workspace leave room for everybody else's. */
const PREPARES_AT_ONCE = 16;
const PREPARES_OF_ONE_WORKSPACE = 8;
const PREPARES_OF_ONE_PERSON = 4;
/** Videos on their way from AKOOL to Slack. */
const RELAYS_AT_ONCE = 32;
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
  /** Whether several workspaces share the app, and must be in nobody's way. */
  readonly manyWorkspaces: boolean;
  /** How long a job sleeps that finds no room here, unless room is made: others may have some, where there are others. */
  readonly noRoomPause: number;
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
  const { store, waits, now, log, manyWorkspaces, noRoomPause } = deps;
  const calls = pLimit(CALLS_AT_ONCE);
  const relays = pLimit(RELAYS_AT_ONCE);
  const prepares = pLimit(PREPARES_AT_ONCE);
  const preparing = new Set<Job>();
  /** Jobs that wait for room, as they were then, in the order in which they came. Their rows are asleep meanwhile. */
  const turnedAway = new Map<JobId, { readonly job: Job; readonly step: StepName }>();
  const running = new Map<JobId, Promise<void>>();
  const stopping = new AbortController();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  /** All that becomes due in one turn of the event loop is asked for once. */
  let wakePlanned = false;
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
        at = now();
        const free = HELD_AT_ONCE - running.size;
        if (stopped) return;
        if (free <= 0) return arm(waits.sweep);
        for (const job of await store.claimDue(at, free, manyWorkspaces ? HELD_OF_ONE_WORKSPACE : free)) {
          // Taken over from this very process, which had lost it unawares and is still at it.
          const before = running.get(job.id);
          const work: Promise<void> = (before === undefined ? workOn(job) : before.then(() => takeUp(job.id)))
            // Whoever has taken it up after this one gives it up.
            .then(() => (running.get(job.id) === work ? store.release(job.id) : undefined))
            .catch((error: unknown) =>
              log.error({ err: error, jobId: job.id }, "a job could not be put back"),
            )
            .finally(() => {
              if (running.get(job.id) === work) running.delete(job.id);
            });
          running.set(job.id, work);
        }
      } while (pumpAgain);
      await sleepUntilDue(at);
    } catch (error) {
      log.error({ err: error }, "the store could not say what is due; trying again");
      arm(STORE_TROUBLE_PAUSE_MS);
    } finally {
      pumping = false;
    }
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
        if (!hasRoomFor(job, next.step)) {
          // Held while it waits, it would be in the way of jobs that have something quick to do. Whoever makes room
          // wakes it; should this process die, it looks itself.
          job = await store.update(job.id, (current) => ({ job: snooze(current, now(), noRoomPause) }));
          turnedAway.set(job.id, { job, step: next.step });
          // Room may have been made meanwhile, by the last one that could. Thousands come by here: only then is the
          // whole list looked through.
          if (hasRoomFor(job, next.step)) letOneIn();
          return;
        }
        turnedAway.delete(job.id);
        const before = job.state.status;
        job = await runLimited(job, next.step);
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

  function runLimited(job: Job, step: StepName): Promise<Job> {
    const run = async () => {
      if (stopped) return job;
      const startedAt = performance.now();
      const after = await withLogFields(fieldsOf(job, step), () => runStep(job, step, deps, stopping.signal));
      deps.onStep(step, (performance.now() - startedAt) / 1000);
      return after;
    };
    if (step === "relay") return relays(run).finally(letOneIn);
    if (step === "prepare") return prepareOf(job, run).finally(letOneIn);
    return calls(run);
  }

  /** Of thousands that wait for room, each is looked at when it may go on, and not every few seconds. */
  function letOneIn(): void {
    if (stopped) return;
    for (const [id, { job, step }] of turnedAway) {
      if (!hasRoomFor(job, step)) continue;
      turnedAway.delete(id);
      // Put off or taken further since, its due time means something else.
      const woken = (current: Job) =>
        current.state.status === job.state.status && current.dueAt === job.dueAt
          ? { job: snooze(current, now(), 0) }
          : undefined;
      store
        .update(id, woken)
        .catch((error: unknown) =>
          log.warn({ ...logFields(job), err: error }, "a job could not be woken; it looks itself"),
        );
      return;
    }
  }

  /** Long steps are limited by kind, and the fetching of photos and recordings for each person too. */
  function hasRoomFor(job: Job, step: StepName): boolean {
    if (step === "relay") return relays.pendingCount < RELAYS_AT_ONCE;
    if (step !== "prepare") return true;
    const ofWorkspace = [...preparing].filter(({ workspaceId }) => workspaceId === job.workspaceId);
    const ofPerson = ofWorkspace.filter(({ requesterId }) => requesterId === job.requesterId);
    return (
      ofPerson.length < PREPARES_OF_ONE_PERSON &&
      (!manyWorkspaces || ofWorkspace.length < PREPARES_OF_ONE_WORKSPACE) &&
      prepares.pendingCount < PREPARES_AT_ONCE
    );
  }

  async function prepareOf(job: Job, run: () => Promise<Job>): Promise<Job> {
    preparing.add(job);
    try {
      return await prepares(run);
    } finally {
      preparing.delete(job);
    }
  }

  void pump();
  return {
    wake: () => {
      if (stopped || wakePlanned) return;
      wakePlanned = true;
      setImmediate(() => {
        wakePlanned = false;
        void pump();
      });
    },
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
  if (job.state.status !== "failed" && job.state.status !== "undeliverable") return {};
  const { reason, code } = job.state.failure;
  return { reason, ...(code === undefined ? {} : { code }) };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
