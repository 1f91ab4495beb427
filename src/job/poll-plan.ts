import type { Waits } from "./waits.ts";

/** With fewer finished renders than this there is no experience to plan by. */
const ENOUGH_RENDERS = 5;

/**
 * When to look at a running render. While webhooks arrive, a sparse net: from the moment at which a tenth of our
 * own last renders were done, every `pollSparse`. When they do not arrive, or cannot (no client id, no public
 * address), every `pollFast`. Two to three calls a job, against 24 at `pollFast` (measured in test/job/poll-plan.test.ts).
 */
export function nextLook(
  ageMs: number,
  pastRenderMs: readonly number[],
  webhooksReliable: boolean,
  overdue: boolean,
  waits: Waits,
): number {
  if (overdue) return waits.pollOverdue;
  if (!webhooksReliable) return waits.pollFast;
  if (pastRenderMs.length < ENOUGH_RENDERS) return waits.pollSparse;
  const sorted = [...pastRenderMs].sort((a, b) => a - b);
  const firstTenth = sorted[Math.floor(sorted.length / 10)] ?? 0;
  return ageMs + waits.pollFast < firstTenth ? firstTenth - ageMs : waits.pollSparse;
}

/** Whether webhooks can be relied on, learned from what arrives and what turns out to be missing. */
export interface WebhookHealth {
  arrived(): void;
  /** A look found a finished render that no webhook had announced. */
  missed(): void;
  reliable(): boolean;
}

const MISSES_UNTIL_DEAD = 2;

export function createWebhookHealth(configured: boolean): WebhookHealth {
  let misses = 0;
  return {
    arrived: () => {
      misses = 0;
    },
    missed: () => {
      misses += 1;
    },
    reliable: () => configured && misses < MISSES_UNTIL_DEAD,
  };
}
