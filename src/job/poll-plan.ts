import type { Waits } from "./waits.ts";

/**
 * When to look at a running render. While webhooks arrive, a sparse net: at the quartiles of how long our own
 * last renders took, never further apart than `pollSparse`. When they do not arrive, or cannot (no client id,
 * no public address), every `pollFast`. See reference figures: about 2.5 calls a job against 24.
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
  const planned = quantiles(pastRenderMs, [0.25, 0.5, 0.75, 0.95]).find(
    (moment) => moment > ageMs + waits.pollFast / 2,
  );
  return Math.min(waits.pollSparse, planned === undefined ? waits.pollSparse : planned - ageMs);
}

function quantiles(values: readonly number[], points: readonly number[]): number[] {
  if (values.length < 5) return [];
  const sorted = [...values].sort((a, b) => a - b);
  return points.map((point) => sorted[Math.min(sorted.length - 1, Math.floor(point * sorted.length))] ?? 0);
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
