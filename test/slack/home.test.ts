import { describe, expect, it } from "vitest";
import type { ChannelId, JobId, UserId } from "../../src/job/ids.ts";
import type { Job } from "../../src/job/job.ts";
import { wakeAt } from "../../src/job/next-step.ts";
import { parseView } from "../../src/sandbox/slack/block-kit.ts";
import { clipped, excerpt } from "../../src/slack/home/blocks.ts";
import { findPage } from "../../src/slack/home/gallery.ts";
import { nextLook, readState, writeState } from "../../src/slack/home/state.ts";
import { homeView } from "../../src/slack/home/view.ts";
import { homeActions } from "../../src/slack/surface.ts";
import { sayIn } from "../../src/words/say.ts";
import { LOCALES } from "../../src/words/sentences.ts";
import { createMemoryStore } from "../job/memory-store.ts";
import { ANNA, CHANNEL, NOW, STATES, sampleJob, WAITS, WORKSPACE } from "../job/sample-jobs.ts";

const SAY = sayIn("en");
const WHOSE = { userId: ANNA, workspaceId: WORKSPACE };

async function storeWith(count: number, over: (index: number) => Partial<Job>) {
  const store = createMemoryStore({
    now: () => NOW,
    wakeAt: (job) => wakeAt(job, WAITS),
    responseUrlLife: 1,
  });
  for (let index = 0; index < count; index += 1) {
    const job = sampleJob(STATES.delivered, {
      id: `job${String(index).padStart(7, "0")}` as JobId,
      acceptedAt: NOW - index,
      ...over(index),
    });
    await store.accept({ keys: [job.id], job });
  }
  return store;
}

const saying = (text: string): Pick<Job, "request"> => ({
  request: { ...sampleJob("delivered").request, speech: { type: "words", text } },
});

describe("a search", () => {
  it("stops after a thousand, says that there may be more, and goes on from there, both ways", async () => {
    const store = await storeWith(2100, (index) => saying(index === 5 || index === 2050 ? "needle" : "hay"));
    const looking = { search: "needle" };
    const first = await findPage(SAY, WHOSE, looking, store);
    expect(first.jobs.map(({ acceptedAt }) => NOW - acceptedAt)).toEqual([5]);
    expect(first).toMatchObject({ hasNewer: false, hasOlder: true, oldest: { acceptedAt: NOW - 999 } });

    const follow = async (page: typeof first) =>
      findPage(
        SAY,
        WHOSE,
        nextLook(readState(writeState({ ...looking, ...page })), { action_id: homeActions.older }),
        store,
      );
    const second = await follow(first);
    expect(second).toMatchObject({ jobs: [], hasNewer: true, hasOlder: true });
    const third = await follow(second);
    expect(third.jobs.map(({ acceptedAt }) => NOW - acceptedAt)).toEqual([2050]);
    expect(third.hasOlder).toBe(false);

    let page = third;
    for (const expected of [[], [], [5]]) {
      const back = nextLook(readState(writeState({ ...looking, ...page })), { action_id: homeActions.newer });
      page = await findPage(SAY, WHOSE, back, store);
      expect(page.jobs.map(({ acceptedAt }) => NOW - acceptedAt)).toEqual(expected);
    }
    expect(page.hasNewer).toBe(false);
  });
});

describe("the Home tab", () => {
  it.each(LOCALES)("keeps within Slack's limits in %s, whatever there is to show", (locale) => {
    const long = "<!channel> & *so* on 🎭 ".repeat(300);
    const request = {
      ...saying(long).request,
      gesturePrompt: long.slice(0, 1000),
      resolution: "1080",
    } as const;
    const failure = { reason: "internal_error", seen: long } as const;
    const running = Array.from({ length: 30 }, (_, index) =>
      sampleJob(STATES.undeliverable, { id: `run${index}` as JobId, request }),
    );
    const jobs = Array.from({ length: 10 }, (_, index) =>
      sampleJob({ ...STATES.failed, failure }, { id: `end${index}` as JobId, request }),
    );
    const view = homeView(sayIn(locale), {
      now: NOW,
      site: "https://example.slack.com/",
      running,
      looking: { search: "\u0007🎭".repeat(33), channelId: CHANNEL },
      page: {
        jobs,
        hasNewer: true,
        hasOlder: true,
        newest: { acceptedAt: NOW, id: "a".repeat(10) as JobId },
        oldest: { acceptedAt: NOW, id: "b".repeat(10) as JobId },
      },
      habits: { gesturePrompt: long.slice(0, 1000), voice: { id: "v1", name: long, language: "en" } },
      credit: undefined,
      used: 1_234_567.89,
      admin: {
        access: {
          adminUsers: new Set(Array.from({ length: 300 }, (_, index) => `U${index}`)),
          allowedUsers: new Set(Array.from({ length: 3000 }, (_, index) => `U${index}`)),
          allowedChannels: new Set(Array.from({ length: 300 }, (_, index) => `C${index}`)),
        },
        watched: Array.from({ length: 80 }, (_, index) => `C${index}` as ChannelId),
        counts: Array.from({ length: 500 }, (_, index) => ({
          requesterId: `U${index}` as UserId,
          asked: 1_000_000,
          delivered: 999_999,
          credits: 1_234_567.89,
        })),
      },
    });
    expect(() => parseView(view)).not.toThrow();
    const marked = view.blocks.flatMap((block) =>
      block.type === "section" && "text" in block && block.text ? block.text.text : [],
    );
    expect(marked.join("\n")).not.toContain("<!channel>");
    expect(view.blocks.length).toBeLessThan(100);
  });

  it.each(["", "nonsense", "[]", '{"s":5}', '{"d":"older"}', '{"f":[1]}'])(
    "begins anew where its state cannot be read: %s",
    (metadata) => {
      expect(readState(metadata)).toEqual({});
    },
  );

  it("cuts no character in half, and shows what was typed in one line", () => {
    expect(clipped("ab🎭", 4)).toBe("ab🎭");
    expect(clipped("ab🎭c", 4)).toBe("ab…");
    expect(excerpt(" hi\n<@U1> &  <!here>", 50)).toBe("hi <@U1> & <!here>");
  });
});
