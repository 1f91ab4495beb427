import { setTimeout as sleep } from "node:timers/promises";

export interface Patience {
  readonly tries: number;
  readonly pauseMs: number;
  /** Whether the store itself is in trouble, and not the write. */
  readonly isTrouble: (error: unknown) => boolean;
}

/** Tries `write` again while the store is in trouble: nothing of a write that failed is kept. */
export async function waitOutTrouble<T>(
  write: () => Promise<T>,
  { tries, pauseMs, isTrouble }: Patience,
): Promise<T> {
  for (let left = tries - 1; ; left--) {
    try {
      return await write();
    } catch (error) {
      if (left <= 0 || !isTrouble(error)) throw error;
      await sleep(pauseMs);
    }
  }
}
