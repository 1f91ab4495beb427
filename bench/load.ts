/**
 * The load generator, a process of its own: signed commands over keep-alive connections, each connection sending its
 * next one when the last is answered, or at a steady pace. It is told what to do, and answers, over IPC.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import { type Links, signedCommand } from "./command.ts";
import { percentile } from "./figures.ts";
import { pin } from "./processes.ts";

export interface LoadOrder {
  readonly origin: string;
  readonly connections: number;
  /** At most for so long. */
  readonly seconds: number;
  readonly links: Links;
  /** At most so many. */
  readonly commands?: number;
  /** Sent at this pace whatever the answers do, and latency counted from when each was to be sent. */
  readonly perSecond?: number;
}

export interface LoadResult {
  /** Answers of 200 with nothing in them: that is what an accepted command gets. */
  readonly acked: number;
  /** Anything else. */
  readonly refused: number;
  readonly acksPerSecond: number;
  readonly tookSeconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface LoadGenerator {
  run(order: LoadOrder): Promise<LoadResult>;
  stop(): void;
}

export function startLoadGenerator(): LoadGenerator {
  const child: ChildProcess = fork(import.meta.filename, [], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  pin(child.pid, "load");
  return {
    async run(order) {
      child.send(order);
      const [result] = await once(child, "message");
      return result as LoadResult; // ours, from below
    },
    stop: () => child.kill(),
  };
}

async function apply(order: LoadOrder): Promise<LoadResult> {
  const { origin, connections, seconds, links, commands = Number.POSITIVE_INFINITY, perSecond } = order;
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const latencies: number[] = [];
  let acked = 0;
  let refused = 0;
  const startedAt = performance.now();
  const endAt = startedAt + seconds * 1000;

  let sent = 0;
  async function connection(): Promise<void> {
    while (sent < commands) {
      const dueAt = perSecond === undefined ? performance.now() : startedAt + (sent * 1000) / perSecond;
      if (dueAt >= endAt) return;
      sent += 1;
      if (dueAt > performance.now()) await sleep(dueAt - performance.now());
      const command = signedCommand(links);
      const sentAt = perSecond === undefined ? performance.now() : dueAt;
      const answer = await pool.request({ path: "/slack/events", method: "POST", ...command }).then(
        async ({ statusCode, body }) => statusCode === 200 && (await body.text()) === "",
        () => false,
      );
      latencies.push(performance.now() - sentAt);
      if (answer) acked += 1;
      else refused += 1;
    }
  }
  await Promise.all(Array.from({ length: connections }, connection));
  const tookSeconds = (performance.now() - startedAt) / 1000;
  await pool.destroy();
  return {
    acked,
    refused,
    acksPerSecond: acked / tookSeconds,
    tookSeconds,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    maxMs: percentile(latencies, 1),
  };
}

if (import.meta.main) {
  process.on("message", async (order) => {
    process.send?.(await apply(order as LoadOrder)); // from `run` above
  });
  process.on("disconnect", () => process.exit());
}
