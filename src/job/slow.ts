import type { Job } from "./job.ts";
import { newNotice } from "./moves.ts";

/**
 * A render that goes on has taken longer than nine in ten of our own did: the person is told, once in a job's life.
 * Without enough of them (`slowAfter` undefined) nobody can say so.
 */
export function slowNoticed(job: Job, slowAfter: number | undefined, now: number): Job {
  const { state } = job;
  if (state.status !== "rendering" || state.overdue || job.toldSlow || job.notice) return job;
  if (slowAfter === undefined || now - state.attempt.startedAt <= slowAfter) return job;
  return { ...job, toldSlow: true, notice: newNotice("slow") };
}
