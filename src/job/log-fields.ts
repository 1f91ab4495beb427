import type { JobId, WorkspaceId } from "./ids.ts";
import type { Job } from "./job.ts";

export interface LogFields {
  readonly jobId: JobId;
  readonly workspaceId: WorkspaceId;
  /** The number of the attempt at AKOOL, while there is one. */
  readonly attempt?: number;
}

/** What every line about a job carries. */
export function logFields({ id: jobId, workspaceId, state }: Job): LogFields {
  return { jobId, workspaceId, ...("attempt" in state && { attempt: state.attempt.number }) };
}
