import type { Job } from "../job/job.ts";

const HOUR_MS = 60 * 60 * 1000;
/** Longer than any redelivery by Slack, and than any replay the signature window lets in. */
export const INTAKE_KEYS_KEPT_MS = 7 * 24 * HOUR_MS;
export const RENDERS_KEPT = 500;

export const TROUBLE_PAUSE_MS = 250;
/** A person is waiting, and Slack gives up after 3 s: then an honest no is better. */
export const ACCEPT_TRIES = 4;
/** Half a minute, in which nobody else works on the job. */
export const PATIENT_TRIES = 100;

/** AKOOL keeps a speech for 7 days. */
export const SPEECHES_KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** What every store is opened with. */
export interface StoreOptions {
  readonly now: () => number;
  /** When a job wants to be looked at: the row's due time. */
  readonly wakeAt: (job: Job) => number | undefined;
  /** Whether many workspaces share the app, so that each may only take up a part of it; otherwise each person may. */
  readonly manyWorkspaces?: boolean;
  /** Called after a commit that may have made a job due, so that nobody has to wait for a timer. */
  readonly onDue?: () => void;
  readonly responseUrlLife: number;
}
