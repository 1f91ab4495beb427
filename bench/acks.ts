/** What it costs to accept a command: saved and synced to disk before its 200, against Bolt, which saves nothing. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Links, PUBLIC_LINKS } from "./command.ts";
import { type Aim, compare, type Row } from "./figures.ts";
import { type LoadGenerator, type LoadResult, startLoadGenerator } from "./load.ts";
import { type Server, scratchFolder } from "./processes.ts";
import { spawnApp, spawnBolt, startFarEnd } from "./servers.ts";

export interface AckOptions {
  readonly rounds: number;
  readonly warmUpSeconds: number;
  readonly cellSeconds: number;
  readonly scratch: string;
  readonly progress: (text: string) => void;
}

export interface AckReport {
  readonly rows: readonly Row[];
  readonly saved: SavedCheck;
}

/** Over all runs of the app, looked up in its store after a SIGKILL. */
export interface SavedCheck {
  acked: number;
  saved: number;
  refused: number;
}

const CONNECTIONS = [1, 100] as const;

type Peer = "bolt" | "app" | "busy app";
type Cell = LoadResult & { readonly cpuMicrosPerAck: number };
type Cells = Record<(typeof CONNECTIONS)[number], Cell>;

export async function measureAcks(options: AckOptions): Promise<AckReport> {
  const cells: Record<Peer, Cells[]> = { bolt: [], app: [], "busy app": [] };
  const check: SavedCheck = { acked: 0, saved: 0, refused: 0 };
  const load = startLoadGenerator();
  try {
    for (let round = 0; round < options.rounds; round += 1) {
      const order: Peer[] = ["bolt", "app", "busy app"];
      for (const peer of round % 2 === 0 ? order : order.reverse()) {
        options.progress(`acks, round ${round + 1} of ${options.rounds}: ${peer}`);
        cells[peer].push(await measurePeer(peer, load, options, check));
      }
    }
  } finally {
    load.stop();
  }
  return { rows: rowsOf(cells), saved: check };
}

async function measurePeer(
  peer: Peer,
  load: LoadGenerator,
  options: AckOptions,
  check: SavedCheck,
): Promise<Cells> {
  using dir = scratchFolder(options.scratch);
  await using far = await startFarEnd();
  // The jobs get as far as their first message in Slack, which never answers: they cost nothing from then on.
  if (peer === "app")
    far.slack.misbehave("chat.postMessage", { kind: "hang", times: Number.POSITIVE_INFINITY });
  const server = await (peer === "bolt" ? spawnBolt(dir.path) : spawnApp(dir.path, far));
  try {
    const links = peer === "busy app" ? far.links : PUBLIC_LINKS;
    await server.firstAck(links);
    const run = (connections: number, seconds: number) =>
      measureCell(server, load, connections, seconds, links);
    const warmUps = [await run(100, options.warmUpSeconds / 2), await run(1, options.warmUpSeconds / 2)];
    const cells = { 1: await run(1, options.cellSeconds), 100: await run(100, options.cellSeconds) };
    await server.kill();
    if (peer !== "bolt") {
      const all = [...warmUps, cells[1], cells[100]];
      check.acked += 1 + all.reduce((sum, { acked }) => sum + acked, 0);
      check.refused += all.reduce((sum, { refused }) => sum + refused, 0);
      check.saved += countJobs(dir.path);
    }
    return cells;
  } finally {
    await server.kill();
  }
}

async function measureCell(
  server: Server,
  load: LoadGenerator,
  connections: number,
  seconds: number,
  links: Links,
): Promise<Cell> {
  const before = server.cpuMs();
  const result = await load.run({ origin: server.origin, connections, seconds, links });
  return { ...result, cpuMicrosPerAck: ((server.cpuMs() - before) * 1000) / result.acked };
}

function countJobs(dataDir: string): number {
  const db = new DatabaseSync(join(dataDir, "talkingphoto.sqlite"), { readOnly: true });
  try {
    return Number(db.prepare("SELECT count(*) AS n FROM jobs").get()?.n);
  } finally {
    db.close();
  }
}

function rowsOf(cells: Record<Peer, readonly Cells[]>): Row[] {
  const rows: Row[] = [];
  const add = (peer: Peer, connections: 1 | 100, key: keyof Cell, unit: string, what: string, aim?: Aim) => {
    const section = peer === "app" ? "accepting a command" : "accepting a command while jobs are worked on";
    const values = (from: Peer) => cells[from].map((each) => each[connections][key]);
    const label = `${what}, ${connections} connection${connections === 1 ? "" : "s"}`;
    rows.push(
      compare(
        { section, what: label, unit, ...(aim && { aim }) },
        { app: values(peer), peer: values("bolt") },
      ),
    );
  };
  const cpuAim: Aim = { of: "ratio", bound: "at most", limit: 1.15 };
  for (const connections of CONNECTIONS) {
    const many = connections === 100;
    add("app", connections, "cpuMicrosPerAck", "µs", "CPU per ack", cpuAim);
    add("app", connections, "p50Ms", "ms", "p50 latency");
    add(
      "app",
      connections,
      "p99Ms",
      "ms",
      "p99 latency",
      many ? { of: "ratio", bound: "at most", limit: 1.2 } : undefined,
    );
    add(
      "app",
      connections,
      "acksPerSecond",
      "/s",
      "acks",
      many ? { of: "ratio", bound: "at least", limit: 0.9 } : undefined,
    );
    add("app", connections, "maxMs", "ms", "slowest ack");
  }
  for (const connections of CONNECTIONS) {
    add("busy app", connections, "p99Ms", "ms", "p99 latency");
    add("busy app", connections, "acksPerSecond", "/s", "acks");
    add("busy app", connections, "maxMs", "ms", "slowest ack");
  }
  return rows;
}
