/** From nothing to the first answer, and what the process then weighs. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Aim, compare, type Row } from "./figures.ts";
import { scratchFolder } from "./processes.ts";
import { spawnApp, spawnBolt, startFarEnd } from "./servers.ts";

/** Long enough for what a start leaves to be tidied up. */
const IDLE_MS = 700;
const AIM: Aim = { of: "ratio", bound: "at most", limit: 1.3 };

export interface StartOptions {
  readonly repeats: number;
  readonly scratch: string;
  readonly progress: (text: string) => void;
}

const PEERS = ["bolt", "dist/main.js", "scripts/start.mjs"] as const;
type Peer = (typeof PEERS)[number];

interface Start {
  readonly listeningMs: number;
  readonly ackedMs: number;
  /** Steadier than time on a machine that does other things. */
  readonly cpuMs: number;
  readonly idleMb: number;
}

export async function measureStart({ repeats, scratch, progress }: StartOptions): Promise<Row[]> {
  const starts: Record<Peer, Start[]> = { bolt: [], "dist/main.js": [], "scripts/start.mjs": [] };
  await using far = await startFarEnd();
  far.slack.misbehave("chat.postMessage", { kind: "hang", times: Number.POSITIVE_INFINITY });

  async function measureOne(peer: Peer): Promise<Start> {
    using dir = scratchFolder(scratch);
    const server = await (peer === "bolt" ? spawnBolt(dir.path) : spawnApp(dir.path, far, { script: peer }));
    try {
      const listeningMs = await server.listening();
      const ackedMs = await server.firstAck();
      const cpuMs = server.cpuMs();
      await sleep(IDLE_MS);
      return { listeningMs, ackedMs, cpuMs, idleMb: server.rssMb() };
    } finally {
      await server.kill();
    }
  }

  // Once each unmeasured, so that every file is in the page cache.
  for (const peer of PEERS) await measureOne(peer);
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    progress(`start, ${repeat + 1} of ${repeats}`);
    const order = repeat % 2 === 0 ? PEERS : PEERS.toReversed();
    for (const peer of order) starts[peer].push(await measureOne(peer));
  }

  const row = (peer: Peer, key: keyof Start, unit: string, what: string, aim?: Aim) =>
    compare(
      { section: `starting node ${peer}`, what, unit, ...(aim && { aim }) },
      { app: starts[peer].map((start) => start[key]), peer: starts.bolt.map((start) => start[key]) },
    );
  return PEERS.slice(1).flatMap((peer) => [
    row(peer, "listeningMs", "ms", "spawn to listening", AIM),
    row(peer, "ackedMs", "ms", "spawn to first ack", AIM),
    row(peer, "cpuMs", "ms", "CPU to first ack"),
    row(peer, "idleMb", "MB", "idle memory (RSS)", AIM),
  ]);
}
