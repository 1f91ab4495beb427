import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, vi } from "vitest";
import { build } from "./build.ts";
import { openWorld, type World } from "./world.ts";

const PER_SECOND = 50;
/** The load goes on for as long as the deploy does; on any machine it ends by itself. */
const REQUESTS_MAX = 6000;
/** A process ends itself within 10 s, and not with 0 when it had to hurry; this is only so as not to wait for ever. */
const GONE_WITHIN_MS = 20_000;
const ENDED_WITHIN_MS = 300_000;
/** So many before the deploy begins and after it ends. */
const REQUESTS_AROUND = 50;

await build();

it(
  "a rolling deploy under load loses no request and no job",
  async () => {
    const world = await openWorld({
      processes: 3,
      seed: 11,
      // How long a loaded machine takes is printed, not judged.
      slack: { ackTimeoutMs: 60_000 },
      // As in production: so long a process that is told to stop still takes requests.
      env: { TIME_SCALE: "1", LOG_LEVEL: "info" },
    });
    try {
      await world.start();
      const load = startLoad(world);
      await load.sent(REQUESTS_AROUND);
      const exits = await replaceAll(world);
      await load.sent(load.count + REQUESTS_AROUND);
      const answers = await load.stop();

      const refused = answers.filter(({ status, body }) => status !== 200 || body !== "");
      const slowest = Math.max(...answers.map(({ ms }) => ms));
      console.log(
        `rolling deploy: 3 of 3 processes replaced under ${PER_SECOND} commands a second, ${answers.length} commands, ${refused.length} failed, slowest answer ${Math.round(slowest)} ms`,
      );
      expect(refused.map(({ prompt, status, body }) => `${prompt}: ${status} ${body}`)).toEqual([]);
      expect(exits).toEqual([0, 0, 0]);
      const asked = answers.map(({ prompt }) => prompt).sort();
      expect((await prompts(world)).sort()).toEqual(asked);

      // Somebody has worked on each of them, once: it is announced, and its end is told.
      await vi.waitFor(async () => expect(await unended(world)).toBe(0), {
        timeout: ENDED_WITHIN_MS,
        interval: 500,
      });
      const posts = world.slack.calls.filter(({ method }) => method === "chat.postMessage");
      expect(posts).toHaveLength(2 * answers.length);
      expect([...world.slack.problems, ...world.akool.problems]).toEqual([]);
    } finally {
      await world.close();
    }
  },
  ENDED_WITHIN_MS + 200_000,
);

interface Asked {
  readonly prompt: string;
  readonly status: number;
  readonly body: string;
  readonly ms: number;
}

/** An open loop: the next command does not wait for the answer to the one before. */
function startLoad({ slack, files, channel }: World) {
  // Nothing is there: the job soon ends, and what is measured is not how fast photos can be prepared.
  const links = ["gone.jpg", "gone.mp3"].map(files.url).join(" ");
  const answers: Promise<Asked>[] = [];
  const startedAt = performance.now();
  let stopped = false;
  const running = (async () => {
    while (!stopped && answers.length < REQUESTS_MAX) {
      const dueAt = startedAt + (answers.length * 1000) / PER_SECOND;
      await sleep(Math.max(0, dueAt - performance.now()));
      const prompt = `take ${answers.length + 1}`;
      answers.push(
        slack.command(`${links} 720 ${prompt}`, { channel }).then((answer) => ({ prompt, ...answer })),
      );
    }
  })();
  return {
    get count() {
      return answers.length;
    },
    sent: (count: number) =>
      vi.waitFor(() => expect(answers.length).toBeGreaterThanOrEqual(count), { timeout: 60_000 }),
    async stop() {
      stopped = true;
      await running;
      return Promise.all(answers);
    },
  };
}

/** One after the other: the new one is ready before the old one is told to stop. @returns the old ones' exit codes */
async function replaceAll(world: World): Promise<(number | null | "still there")[]> {
  const exits: (number | null | "still there")[] = [];
  for (const old of [...world.app.processes]) {
    const fresh = await world.addProcess();
    await fresh.start();
    await vi.waitFor(() => expect(world.door.ready).toContain(fresh), { timeout: 30_000 });
    old.signal("SIGTERM");
    exits.push(await Promise.race([old.gone(), sleep(GONE_WITHIN_MS, "still there" as const)]));
  }
  return exits;
}

async function prompts({ app }: World): Promise<string[]> {
  const rows = await app.query("SELECT job->'request'->>'gesturePrompt' AS prompt FROM jobs");
  return rows.map(({ prompt }) => String(prompt));
}

async function unended({ app }: World): Promise<number> {
  const [row] = await app.query(
    "SELECT count(*) AS n FROM jobs WHERE status <> 'failed' OR due_at IS NOT NULL",
  );
  return Number(row?.n);
}
