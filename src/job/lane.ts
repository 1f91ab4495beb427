import type { Job } from "./job.ts";

/**
 * Jobs whose next step is long, and done for so many at once, stand in a lane of their own: only those are taken
 * up that there is room for, and thousands that wait to be prepared are in nobody's way.
 */
export const LANES = ["quick", "relay", "prepare"] as const;
export type Lane = (typeof LANES)[number];

export interface Place {
  readonly lane: Lane;
  /** Who shares what one may take up of a lane: a person or, where many workspaces share the app, a workspace. */
  readonly group: string;
}

export function placeOf(job: Job, manyWorkspaces: boolean): Place {
  const lane = laneOf(job);
  const who = manyWorkspaces ? job.workspaceId : `${job.workspaceId} ${job.requesterId}`;
  return { lane, group: `${lane} ${who}` };
}

export function laneOf({ state, message, notice }: Job): Lane {
  // Whatever is to be said comes first, unless it has been put off.
  const speaks = notice !== undefined && notice.retryAt === undefined;
  if (message.status === "unposted" || message.status === "posting" || speaks) return "quick";
  if (state.status === "preparing") return "prepare";
  return state.status === "rendered" ? "relay" : "quick";
}
