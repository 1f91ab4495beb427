/** Gets one file ready, as the app does: `node bench/media-process.ts photo|speech path`. Prints a MediaCost. */
import { readFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { preparePhoto } from "../src/media/prepare-photo.ts";
import { prepareSpeech } from "../src/media/prepare-speech.ts";

const SETTLE_MS = 200;
/** The delay is measured in steps of it, which are no delay. */
const RESOLUTION_MS = 1;

export interface MediaCost {
  readonly ms: number;
  readonly peakMb: number;
  readonly addedMb: number;
  readonly heldMs: number;
}

const [, , kind, path = ""] = process.argv;
await sleep(SETTLE_MS);
const idleMb = memoryMb("VmRSS");
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
const startedAt = performance.now();
if (kind === "photo") {
  await preparePhoto(path, `${path}.out`);
} else {
  const { type } = await prepareSpeech(path, `${path}.out`, { maxSeconds: 65 });
  if (type !== "prepared") throw new Error(`the recording is ${type}`);
}
const ms = performance.now() - startedAt;
delay.disable();
const peakMb = memoryMb("VmHWM");
const cost: MediaCost = {
  ms,
  peakMb,
  addedMb: peakMb - idleMb,
  heldMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
};
console.log(JSON.stringify(cost));

function memoryMb(field: string): number {
  const [, kilobytes] =
    new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}
