import { setTimeout as sleep } from "node:timers/promises";

/** SQLite's primary result codes for what may pass: locked by somebody, disk full or failing, not writable just now. */
const PASSING_CODES: ReadonlySet<number> = new Set([5, 6, 8, 10, 13, 14]);

/** Whether the store itself is in trouble, and not the write. */
export function isStoreTrouble(error: unknown): boolean {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return false;
  // The upper bytes say more about the same code.
  return PASSING_CODES.has(error.errcode & 0xff);
}

/** Tries `write` again while the store is in trouble: nothing of a write that failed is kept. */
export async function waitOutTrouble<T>(write: () => Promise<T>, tries: number, pauseMs: number): Promise<T> {
  for (let left = tries - 1; ; left--) {
    try {
      return await write();
    } catch (error) {
      if (left <= 0 || !isStoreTrouble(error)) throw error;
      await sleep(pauseMs);
    }
  }
}
