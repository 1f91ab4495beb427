/** The way of a finished video from AKOOL to Slack, through the app's own jobs. */
import { setTimeout as sleep } from "node:timers/promises";
import { compare, type Row } from "./figures.ts";
import { type Server, scratchFolder } from "./processes.ts";
import { spawnApp, startFarEnd } from "./servers.ts";

const AT_ONCE = [1, 8] as const;
const LOOK_EVERY_MS = 5;
const WITHIN_MS = 120_000;
/** After the last create, for its answer to be stored and the status message to be edited. */
const SETTLE_MS = 500;

export interface DeliveryOptions {
  readonly rounds: number;
  readonly bytes: number;
  readonly bytesPerSecond: number;
  readonly scratch: string;
  readonly progress: (text: string) => void;
}

interface Delivered {
  /** From AKOOL's webhooks to the last `completeUploadExternal`. */
  readonly ms: number;
  readonly beforeMb: number;
  readonly addedMb: number;
}

export interface DeliveryReport {
  readonly rows: readonly Row[];
  /** What the stand-ins object to: a wrong length, a token at the upload host, and so on. */
  readonly problems: readonly string[];
}

export async function measureDelivery(options: DeliveryOptions): Promise<DeliveryReport> {
  const { rounds, bytes, bytesPerSecond, progress } = options;
  const found: Record<(typeof AT_ONCE)[number], Delivered[]> = { 1: [], 8: [] };
  const problems: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const count of round % 2 === 0 ? AT_ONCE : AT_ONCE.toReversed()) {
      progress(`delivery, round ${round + 1} of ${rounds}: ${count} at once`);
      found[count].push(await deliver(count, options, problems));
    }
  }

  const floorMs = (bytes / bytesPerSecond) * 1000;
  const section = `delivering ${bytes / 1e6} MB from a source of ${bytesPerSecond / 1e6} MB/s`;
  const rows = AT_ONCE.flatMap((count) => {
    const values = (key: keyof Delivered) => found[count].map((each) => each[key]);
    const what = (text: string) => `${text}, ${count === 1 ? "1 video" : `${count} at once`}`;
    return [
      compare(
        {
          section,
          what: what("webhook to completeUploadExternal"),
          unit: "ms",
          aim: { of: "ratio", bound: "at most", limit: 1.05 },
        },
        { app: values("ms"), peer: found[count].map(() => floorMs) },
      ),
      compare({ section, what: what("memory before"), unit: "MB" }, { app: values("beforeMb") }),
      compare(
        {
          section,
          what: what("memory added at the peak"),
          unit: "MB",
          aim: { of: "value", bound: "at most", limit: 64 },
        },
        { app: values("addedMb") },
      ),
    ];
  });
  return { rows, problems };
}

async function deliver(
  count: number,
  { bytes, bytesPerSecond, scratch }: DeliveryOptions,
  problems: string[],
): Promise<Delivered> {
  using dir = scratchFolder(scratch);
  await using far = await startFarEnd({ autoFinish: false, bigResult: { bytes, bytesPerSecond } });
  const { slack, akool } = far;
  const app = await spawnApp(dir.path, far, { env: { AKOOL_MAX_CONCURRENT: String(count) } });
  try {
    await app.ready();
    slack.setRequestUrl(`${app.origin}/slack/events`);
    const completedAt: number[] = [];
    slack.onCall = ({ method, phase }) => {
      if (method === "files.completeUploadExternal" && phase === "received")
        completedAt.push(performance.now());
    };
    for (let job = 0; job < count; job += 1) {
      await slack.command(
        `/talkingphoto ${far.links.photoUrl} ${far.links.speechUrl} 720 waves, take ${job}`,
      );
    }
    const isOrdered = (call: (typeof akool.calls)[number]) =>
      call.endpoint === "create" && call.phase === "answered";
    await until("all are rendering", app, () => akool.calls.filter(isOrdered).length === count);
    await sleep(SETTLE_MS);

    const beforeMb = app.rssMb();
    app.resetPeak();
    const startedAt = performance.now();
    await Promise.all(akool.renders.map((render) => akool.finish(render.id)));
    await until("all are delivered", app, () => completedAt.length >= count);
    const ms = Math.max(...completedAt) - startedAt;
    const addedMb = app.peakMb() - beforeMb;
    problems.push(...slack.problems, ...akool.problems);
    return { ms, beforeMb, addedMb };
  } finally {
    await app.kill();
  }
}

async function until(what: string, app: Server, isSo: () => boolean): Promise<void> {
  for (const giveUpAt = performance.now() + WITHIN_MS; !isSo(); ) {
    if (performance.now() > giveUpAt)
      throw new Error(`it never came to this: ${what}. The app's log:\n${app.logEnd()}`);
    await sleep(LOOK_EVERY_MS);
  }
}
