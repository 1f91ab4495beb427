import pLimit from "p-limit";
import type { JobId, UserId } from "../job/ids.ts";
import { hasEnded, type Job } from "../job/job.ts";
import { snooze } from "../job/moves.ts";
import { nextStep, type StepName } from "../job/next-step.ts";
import { runStep } from "../job/run-step.ts";
import type { StepDeps } from "../job/step-deps.ts";

/** Jobs held at once: nearly all of them only wait for an answer. */
const HELD_AT_ONCE = 128;
/** Calls to Slack and AKOOL under way at once. */
const CALLS_AT_ONCE = 64;
/** Photos and recordings being fetched; one person's slow links leave room for everybody else's. */
const PREPARES_AT_ONCE = 16;
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
export function startWorker(deps: Omit<StepDeps, "log"> & { log: WorkerLog }): Worker {
  const { store, waits, now, log } = deps;
  const calls = pLimit(CALLS_AT_ONCE);
  const relays = pLimit(RELAYS_AT_ONCE);
  const prepares = pLimit(PREPARES_AT_ONCE);
  const preparesOf = new Map<UserId, number>();
  /** Jobs that wait for room, in the order in which they came. Their rows are asleep meanwhile. */
  const turnedAway = new Map<JobId, Pick<Job, "requesterId"> & { readonly step: StepName }>();
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
        if (stopped || free <= 0) return;
        for (const job of await store.claimDue(at, free)) {
          const work = workOn(job)
            .then(() => store.release(job.id))
            .catch((error: unknown) =>
              log.error({ err: error, jobId: job.id }, "a job could not be put back"),
            )
            .finally(() => running.delete(job.id));
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

  async function workOn(claimed: Job): Promise<void> {
    let job = claimed;
    try {
      while (!stopped) {
        const next = nextStep(job, now(), waits);
        if (next.step === "wait") return;
        if (!hasRoomFor(job.requesterId, next.step)) {
          // Held while it waits, it would be in the way of jobs that have something quick to do. Whoever makes room
          // wakes it; should this process die, it looks itself.
          await store.update(job.id, (current) => ({ job: snooze(current, now(), waits.retryMax) }));
          turnedAway.set(job.id, { requesterId: job.requesterId, step: next.step });
          // Room may have been made meanwhile, by the last one that could.
          letOneIn();
          return;
        }
        turnedAway.delete(job.id);
        const before = job.state.status;
        job = await runLimited(job, next.step);
        const status = job.state.status;
        if (status !== before)
          log.info(
            { jobId: job.id, workspaceId: job.workspaceId, step: next.step, status, ...failureOf(job) },
            "job moved on",
          );
      }
    } catch (error) {
      log.error({ err: error, jobId: job.id }, "a step could not be recorded; it will be looked at again");
      await new Promise((resolve) => setTimeout(resolve, STORE_TROUBLE_PAUSE_MS));
    }
  }

  function runLimited(job: Job, step: StepName): Promise<Job> {
    const run = () => (stopped ? Promise.resolve(job) : runStep(job, step, deps, stopping.signal));
    if (step === "relay") return relays(run).finally(letOneIn);
    if (step === "prepare") return prepareOf(job.requesterId, run).finally(letOneIn);
    return calls(run);
  }

  /** Of thousands that wait for room, each is looked at when it may go on, and not every few seconds. */
  function letOneIn(): void {
    if (stopped) return;
    for (const [id, { requesterId, step }] of turnedAway) {
      if (!hasRoomFor(requesterId, step)) continue;
      turnedAway.delete(id);
      store
        .update(id, (current) => (hasEnded(current) ? undefined : { job: snooze(current, now(), 0) }))
        .catch((error: unknown) =>
          log.warn({ err: error, jobId: id }, "a job could not be woken; it looks itself"),
        );
      return;
    }
  }

  /** Long steps are limited by kind, and the fetching of photos and recordings for each person too. */
  function hasRoomFor(person: UserId, step: StepName): boolean {
    if (step === "relay") return relays.pendingCount < RELAYS_AT_ONCE;
    if (step !== "prepare") return true;
    const theirs = preparesOf.get(person) ?? 0;
    return theirs < PREPARES_OF_ONE_PERSON && prepares.pendingCount < PREPARES_AT_ONCE;
  }

  async function prepareOf(person: UserId, run: () => Promise<Job>): Promise<Job> {
    preparesOf.set(person, (preparesOf.get(person) ?? 0) + 1);
    try {
      return await prepares(run);
    } finally {
      const left = (preparesOf.get(person) ?? 1) - 1;
      if (left === 0) preparesOf.delete(person);
      else preparesOf.set(person, left);
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
