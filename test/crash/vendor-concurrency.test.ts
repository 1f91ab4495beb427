import { expect, it, vi } from "vitest";
import { build } from "./build.ts";
import { openWorld } from "./world.ts";

const REQUESTS = 20;
const SLOTS = 2;
const WITHIN_MS = 180_000;

await build();

it(
  `no more than AKOOL_MAX_CONCURRENT renders are in flight over three processes`,
  async () => {
    const world = await openWorld({
      processes: 3,
      seed: 7,
      // How long a loaded machine takes is not judged.
      slack: { ackTimeoutMs: 60_000 },
      akool: { renderSeconds: 0.3 },
      env: { AKOOL_MAX_CONCURRENT: String(SLOTS) },
    });
    try {
      const { slack, akool, files, channel } = world;
      const askers = new Set<string>();
      const payers = new Set<string>();
      world.onPoint = ({ target, phase, by }) => {
        if (phase !== "before" || !by) return undefined;
        if (target === "in:slack") askers.add(by.name);
        if (target === "akool:create") payers.add(by.name);
        return undefined;
      };
      await world.start();
      const links = ["portrait.jpg", "speech.mp3"].map(files.url).join(" ");
      const answers = await Promise.all(
        Array.from({ length: REQUESTS }, (_, index) =>
          slack.command(`${links} 720 take ${index + 1}`, { channel }),
        ),
      );
      expect(answers.map(({ status, body }) => `${status} ${body}`)).toEqual(
        Array.from({ length: REQUESTS }, () => "200 "),
      );

      const ends = async () => {
        const rows = await world.app.query("SELECT status, due_at FROM jobs");
        return rows.filter((row) => row.status === "delivered" && row.due_at === null).length;
      };
      await vi.waitFor(async () => expect(await ends()).toBe(REQUESTS), {
        timeout: WITHIN_MS,
        interval: 100,
      });

      expect(akool.mostAtOnce).toBe(SLOTS);
      expect(akool.creates).toBe(REQUESTS);
      expect(new Set(akool.renders.map(({ order }) => order.prompt)).size).toBe(REQUESTS);
      const videos = (slack.workspace.channels.get(channel)?.messages ?? []).filter((message) =>
        message.files.some(({ mimetype }) => mimetype === "video/mp4"),
      );
      expect(videos).toHaveLength(REQUESTS);
      expect(new Set(videos.map(({ threadTs }) => threadTs)).size).toBe(REQUESTS);
      // Several took part, or nothing was shown.
      expect(askers.size).toBe(3);
      expect(payers.size).toBeGreaterThan(1);
      expect([...slack.problems, ...akool.problems]).toEqual([]);
      console.log(
        `concurrency: ${REQUESTS} requests over 3 processes, ${akool.mostAtOnce} renders at once at most, paid by ${[...payers].sort().join(", ")}`,
      );
    } finally {
      await world.close();
    }
  },
  WITHIN_MS + 60_000,
);
