/** What jobs cost that only wait: AKOOL never finishes the two that have a slot, all others stand in line. */
import { setTimeout as sleep } from "node:timers/promises";
import { compare, type Row } from "./figures.ts";
import { ScaleLoad, ScaleWorld, type ScaleWorldOptions } from "./scale-world.ts";

const SLOTS = 2;
const CONNECTIONS = 16;

export interface WaitingOptions extends Pick<ScaleWorldOptions, "scratch" | "postgres"> {
  readonly store: string;
  readonly sizes: readonly number[];
  readonly rounds: number;
  readonly ackSeconds: number;
  readonly acksPerSecond: number;
  /** After the last job stands in line; nothing is collected by force. */
  readonly settleMs: number;
  readonly watchMs: number;
  readonly fillWithinMs: number;
  readonly progress: (text: string) => void;
}

export async function measureWaiting(options: WaitingOptions): Promise<{ rows: Row[]; problems: string[] }> {
  const { store, sizes, settleMs, watchMs, progress, scratch, postgres } = options;
  using load = new ScaleLoad();
  const start = (name: string) =>
    ScaleWorld.start(
      { scratch, postgres, processes: 1, cores: "server", slots: SLOTS, finishes: false },
      `waiting-${store}-${name}`,
    );
  const empty = await start("empty");
  const full = await start("full");
  const rows: Row[] = [];
  try {
    await sleep(settleMs);
    const idleMb = only(full).rssMb();
    const emptyBytes = await full.storeBytes();
    let accepted = 0;
    let asleep = 0;
    for (const size of sizes) {
      progress(`waiting jobs on ${store}: up to ${size}`);
      const startedAt = performance.now();
      const { acked } = await load.run(full, {
        connections: CONNECTIONS,
        seconds: options.fillWithinMs / 1000,
        commands: size - accepted,
      });
      accepted += acked;
      const inLine = await full.reached(
        "queued",
        accepted - SLOTS,
        Math.max(0, options.fillWithinMs - (performance.now() - startedAt)),
      );
      const seconds = (performance.now() - startedAt) / 1000;
      await sleep(settleMs);
      const cpuBefore = only(full).cpuMs();
      const databaseBefore = postgres?.cpuMs();
      await sleep(watchMs);
      const cpu = ((only(full).cpuMs() - cpuBefore) / watchMs) * 100;
      const databaseCpu = postgres?.cpuMs();
      const waitingMb = only(full).rssMb() - idleMb;
      const bytes = ((await full.storeBytes()) - emptyBytes) / (accepted + asleep);

      const isMost = size === sizes.at(-1);
      let startedAgainMb: number | undefined;
      if (isMost) {
        progress(`waiting jobs on ${store}: started again with ${accepted}`);
        await full.stopApps();
        await full.startApps();
        await sleep(settleMs);
        startedAgainMb = only(full).rssMb() - idleMb;
      }
      const acks = await measureAcks(empty, full, load, options);
      asleep += acks.added;
      const section = `waiting jobs, one process on ${store}: ${Math.min(accepted, inLine.count + SLOTS)} of ${accepted} in line or in a slot after ${seconds.toFixed(0)} s`;
      const row = (what: string, unit: string, value: number, aim?: Row["aim"]) =>
        rows.push(compare({ section, what, unit, ...(aim && { aim }) }, { app: [value] }));
      row("memory over idle, with the codecs that preparing them has loaded", "MB", waitingMb);
      if (startedAgainMb !== undefined)
        row("memory over idle, started again with them", "MB", startedAgainMb, {
          of: "value",
          bound: "at most",
          limit: 48,
        });
      row("CPU while they wait", "% of a core", cpu);
      if (databaseBefore !== undefined && databaseCpu !== undefined)
        row("CPU of PostgreSQL meanwhile", "% of a core", ((databaseCpu - databaseBefore) / watchMs) * 100);
      row("store on disk, for each job", "kB", bytes / 1000);
      rows.push(
        compare(
          {
            section,
            what: `p99 latency of acks at ${options.acksPerSecond}/s`,
            unit: "ms",
            ...(isMost ? { aim: { of: "ratio", bound: "at most", limit: 1.2 } as const } : {}),
          },
          { app: acks.full, peer: acks.empty },
        ),
      );
    }
    return { rows, problems: [...full.problems, ...empty.problems] };
  } finally {
    await Promise.all([empty.close(), full.close()]);
  }
}

/** In turns, the other process stopped meanwhile. Slack puts the new jobs' first message off: they are saved, and sleep. */
async function measureAcks(empty: ScaleWorld, full: ScaleWorld, load: ScaleLoad, options: WaitingOptions) {
  const found = { empty: [] as number[], full: [] as number[], added: 0 };
  const { ackSeconds: seconds, acksPerSecond: perSecond } = options;
  for (const { far } of [empty, full])
    far.slack.misbehave("chat.postMessage", {
      kind: "429",
      retryAfterSeconds: 24 * 3600,
      times: Number.POSITIVE_INFINITY,
    });
  for (let round = 0; round < options.rounds; round += 1) {
    for (const name of round % 2 === 0 ? (["empty", "full"] as const) : (["full", "empty"] as const)) {
      const [world, other] = name === "empty" ? [empty, full] : [full, empty];
      only(other).suspend();
      const result = await load.run(world, {
        connections: CONNECTIONS,
        seconds,
        perSecond,
        commands: Math.ceil(seconds * perSecond),
      });
      only(other).resume();
      found[name].push(result.p99Ms);
      if (name === "full") found.added += result.acked;
    }
  }
  for (const { far } of [empty, full]) far.slack.behave();
  return found;
}

function only({ apps }: ScaleWorld) {
  const [app] = apps;
  if (!app) throw new Error("no process of the app is running");
  return app;
}
