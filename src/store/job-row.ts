import { holdsSlot, type Job } from "../job/job.ts";
import { type Place, placeOf } from "../job/lane.ts";
import type { StoreOptions } from "./store-options.ts";

/** What queries need of a job, beside the document itself and its turn. */
export interface JobRow {
  readonly status: Job["state"]["status"];
  /** When somebody has to look at the job, in whole milliseconds; null: it rests. */
  readonly dueAt: number | null;
  /** Null: not in line for a render. */
  readonly queuedAt: number | null;
  /** In line, and told to wait until a slot is free. Whom AKOOL itself has put off stands in nobody's way. */
  readonly waitsForSlot: boolean;
  readonly holdsSlot: boolean;
  readonly place: Place;
}

/** What a store has to know of its jobs. */
export type RowOptions = Pick<StoreOptions, "wakeAt" | "manyWorkspaces">;

export function toJobRow(job: Job, { wakeAt, manyWorkspaces = false }: RowOptions): JobRow {
  const { state } = job;
  const due = wakeAt(job);
  return {
    status: state.status,
    dueAt: due === undefined ? null : Math.ceil(due),
    queuedAt: state.status === "queued" ? state.queuedAt : null,
    waitsForSlot: state.status === "queued" && state.placeInLine !== undefined,
    holdsSlot: holdsSlot(job),
    place: placeOf(job, manyWorkspaces),
  };
}

/** On its way to a render, or at it: the job keeps its turn. */
export function hasTurn(job: Job): boolean {
  const { status } = job.state;
  return holdsSlot(job) || status === "preparing" || status === "queued";
}

/** NUL and halves of characters, as JSON spells them: PostgreSQL cannot look into a document that has one. */
const UNREADABLE = /\\u(?:0000|d[89ab][0-9a-f]{2}|d[c-f][0-9a-f]{2})/;

export function documentOf(job: Job): string {
  const document = JSON.stringify(job);
  if (!UNREADABLE.test(document)) return document;
  return JSON.stringify(job, (_key, value: unknown) =>
    typeof value === "string" ? value.toWellFormed().replaceAll("\0", "") : value,
  );
}

/** The document was written by this program, in this version or one that a migration has brought up. */
export function parseJob(document: unknown): Job {
  return (typeof document === "string" ? JSON.parse(document) : document) as Job;
}
