import { setPriority } from "node:os";

/** Linux's "nice": a quarter of a core's time where two want it, and last in line. */
const BEHIND_OTHERS = 5;

/**
 * From now on this thread, and each that it starts, stands behind those of usual priority when cores are short. A
 * picture keeps a core busy for seconds; on equal terms the thread that answers Slack waited up to 130 ms for its turn.
 * On Linux alone: elsewhere a priority is the whole process's.
 */
export function standBack(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(BEHIND_OTHERS);
  } catch {
    // Of a process that was started still lower: it may not be raised, and need not be lowered.
  }
}
