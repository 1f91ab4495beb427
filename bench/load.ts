/**
 * The load generator, a process of its own: signed commands in a closed loop over keep-alive connections, each
 * connection sending its next one when the last is answered. It is told what to do, and answers, over IPC.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Pool } from "undici";
import { type Links, signedCommand } from "./command.ts";
import { percentile } from "./figures.ts";
import { pin } from "./processes.ts";

export interface LoadOrder {
  readonly origin: string;
  readonly connections: number;
  readonly seconds: number;
  readonly links: Links;
}

export interface LoadResult {
  /** Answers of 200 with nothing in them: that is what an accepted command gets. */
  readonly acked: number;
  /** Anything else. */
  readonly refused: number;
  readonly acksPerSecond: number;
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

async function apply({ origin, connections, seconds, links }: LoadOrder): Promise<LoadResult> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const latencies: number[] = [];
  let acked = 0;
  let refused = 0;
  const startedAt = performance.now();
  const endAt = startedAt + seconds * 1000;

  async function connection(): Promise<void> {
    while (performance.now() < endAt) {
      const command = signedCommand(links);
      const sentAt = performance.now();
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
