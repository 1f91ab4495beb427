import { setTimeout as sleep } from "node:timers/promises";
import type { Misbehaviour as AkoolMisbehaviour } from "../../src/sandbox/akool/misbehaviour.ts";
import type { AkoolSandbox } from "../../src/sandbox/akool/start-akool.ts";
import type {
  Misbehaviour as SlackMisbehaviour,
  SlackOptions,
} from "../../src/sandbox/slack/slack-sandbox.ts";
import type { Door, Request } from "./doors.ts";
import type { Ending } from "./outcome.ts";
import type { World, WorldOptions } from "./world.ts";

/** Something that goes wrong while the app lives on. */
export interface Fault {
  readonly name: string;
  /** Which call it is about. */
  readonly group: string;
  readonly world?: WorldOptions;
  readonly arrange?: (world: World) => void;
  readonly meanwhile?: (world: World, request: Request) => Promise<void>;
  /** How it may end; by default with the video. */
  readonly endings?: readonly Ending[];
  /** Whether the answer of the paid call is lost, and whether AKOOL had taken the order. */
  readonly losesCreate?: "untaken" | "taken";
  /** No webhook comes that could tell of a lost create. */
  readonly noWebhook?: boolean;
  readonly losesJobMessage?: boolean;
  readonly sharedTwiceBySlack?: boolean;
  readonly webhooksByHand?: boolean;
  /** Where it can happen; by default everywhere. */
  readonly doors?: readonly Door[];
  readonly needs?: "webhooks" | "polling";
  /** Not in pairs: it is slow, or sets the scene by itself. */
  readonly alone?: boolean;
}

type Named<T> = readonly (readonly [name: string, how: T])[];

const SLACK_TROUBLE: Named<SlackMisbehaviour> = [
  ["dropped before its effect", { kind: "drop", when: "before" }],
  ["dropped after its effect", { kind: "drop", when: "after" }],
  ["500 before its effect", { kind: "status", status: 500, when: "before" }],
  ["503 after its effect", { kind: "status", status: 503, when: "after" }],
  ["429", { kind: "429", retryAfterSeconds: 1 }],
  ["a web page", { kind: "html" }],
  ["half an answer", { kind: "cut_body" }],
  ["internal_error", { kind: "error", error: "internal_error" }],
];

const AKOOL_TROUBLE: Named<AkoolMisbehaviour> = [
  ["dropped before its effect", { kind: "drop", when: "before" }],
  ["dropped after its effect", { kind: "drop", when: "after" }],
  ["500 before its effect", { kind: "status", status: 500, when: "before" }],
  ["503 after its effect", { kind: "status", status: 503, when: "after" }],
  ["429", { kind: "429", retryAfterSeconds: 1 }],
  ["a web page", { kind: "html", when: "before" }],
  ["half an answer", { kind: "cut_body" }],
];

const SLACK_METHODS = [
  "chat.postMessage",
  "chat.update",
  "files.getUploadURLExternal",
  "upload",
  "files.completeUploadExternal",
  "files.info",
];

const SECOND_COMPLETE = [
  "error",
  "ok_no_share",
  "second_share",
] as const satisfies readonly SlackOptions["secondComplete"][];

/** Calls that may be made again and again, and that are down for a while. */
const REPEATABLE = ["chat.update", "files.getUploadURLExternal", "upload", "files.info", "download"];
const DOWN_TIMES = 4;
const LOOKS_WITHIN_MS = 10_000;

/** One trouble with one call. */
export function singleFaults(): Fault[] {
  return [
    ...slackFaults(),
    ...stubbornFaults(),
    ...downloadFaults(),
    ...createFaults(),
    ...akoolFaults(),
    ...resultFaults(),
    ...shareFaults(),
  ];
}

function slackFaults(): Fault[] {
  const errorless = new Set(["upload"]);
  return SLACK_METHODS.flatMap((method) =>
    SLACK_TROUBLE.filter(([, how]) => how.kind !== "error" || !errorless.has(method)).map(
      ([name, how]): Fault => ({
        name: `${method}: ${name}`,
        group: method,
        arrange: ({ slack }) => slack.misbehave(method, how),
        losesJobMessage: method === "chat.postMessage" && how.kind !== "429",
      }),
    ),
  );
}

function stubbornFaults(): Fault[] {
  const down = { kind: "status", status: 503, when: "before", times: DOWN_TIMES } as const;
  return [
    ...REPEATABLE.map(
      (method): Fault => ({
        name: `${method}: 503 ${DOWN_TIMES} times`,
        group: "down for a while",
        arrange: ({ slack }) => slack.misbehave(method, down),
        ...(method === "download" && { doors: ["share", "direct"] }),
      }),
    ),
    ...(["info", "result"] as const).map(
      (endpoint): Fault => ({
        name: `${endpoint}: 503 ${DOWN_TIMES} times`,
        group: "down for a while",
        arrange: ({ akool }) => akool.misbehave(endpoint, down),
      }),
    ),
    {
      name: "chat.update: nothing but web pages for a while",
      group: "down for a while",
      arrange: ({ slack }) => slack.misbehave("chat.update", { kind: "html", times: DOWN_TIMES }),
    },
  ];
}

function downloadFaults(): Fault[] {
  return SLACK_TROUBLE.filter(([, how]) => how.kind !== "error").map(
    ([name, how]): Fault => ({
      name: `download: ${name}`,
      group: "download of a photo or recording",
      arrange: ({ slack }) => slack.misbehave("download", how),
      doors: ["share", "direct"],
      // The login page is how Slack says that the app may not read files.
      ...(how.kind === "html" && { endings: ["failure"] }),
    }),
  );
}

function createFaults(): Fault[] {
  const troubles: Named<AkoolMisbehaviour> = [
    ...AKOOL_TROUBLE,
    ["a web page after its effect", { kind: "html", when: "after" }],
  ];
  const lost = troubles.map(([name, how]): Fault => {
    const taken = how.kind === "cut_body" || ("when" in how && how.when === "after");
    return {
      name: `create: ${name}`,
      group: "create",
      arrange: ({ akool }) => akool.misbehave("create", how),
      ...(how.kind !== "429" && { losesCreate: taken ? "taken" : "untaken" }),
    };
  });
  const codes: Named<Ending> = [
    ["1005", "video"],
    ["1015", "video"],
    ["1104", "failure"],
    ["1200", "failure"],
  ];
  return [
    ...lost,
    ...codes.map(
      ([code, ending]): Fault => ({
        name: `create: code ${code}`,
        group: "create",
        arrange: ({ akool }) => akool.misbehave("create", { kind: "code", code: Number(code) }),
        endings: [ending],
      }),
    ),
    {
      name: "create: code 1015 twice",
      group: "create",
      arrange: ({ akool }) => akool.misbehave("create", { kind: "code", code: 1015, times: 2 }),
      endings: ["failure"],
    },
  ];
}

function akoolFaults(): Fault[] {
  const troubles: Named<AkoolMisbehaviour> = [
    ...AKOOL_TROUBLE,
    ["code 1008", { kind: "code", code: 1008 }],
    ["code 1101", { kind: "code", code: 1101 }],
  ];
  return troubles.map(([name, how]) => ({
    name: `info: ${name}`,
    group: "info",
    arrange: ({ akool }) => akool.misbehave("info", how),
  }));
}

function resultFaults(): Fault[] {
  const troubles: Named<AkoolMisbehaviour> = [
    ...AKOOL_TROUBLE,
    ["404", { kind: "404" }],
    ["short", { kind: "short" }],
    ["slow", { kind: "slow", bytesPerSecond: 4000 }],
    ["without its length", { kind: "no_length" }],
  ];
  return [
    ...troubles.map(
      ([name, how]): Fault => ({
        name: `result: ${name}`,
        group: "result",
        arrange: ({ akool }) => akool.misbehave("result", how),
      }),
    ),
    {
      name: "result: endless",
      group: "result",
      arrange: ({ akool }) => akool.misbehave("result", { kind: "endless" }),
      alone: true,
    },
    ...(["404", "html"] as const).map(
      (kind): Fault => ({
        name: `result: ${kind} for good`,
        group: "result",
        arrange: ({ akool }) => akool.misbehave("result", { kind, times: 100 }),
        endings: ["failure"],
      }),
    ),
  ];
}

/** What becomes of a completed upload, under each model of what a second complete of one file does. */
function shareFaults(): Fault[] {
  return SECOND_COMPLETE.flatMap((secondComplete): Fault[] => {
    const model = { slack: { secondComplete } };
    const complete = (name: string, how: SlackMisbehaviour & { times?: number }): Fault => ({
      name: `complete ${name}, a second one: ${secondComplete}`,
      group: "share",
      world: model,
      arrange: ({ slack }) => slack.misbehave("files.completeUploadExternal", how),
    });
    const share = (
      name: string,
      how: SlackMisbehaviour & { times?: number },
      more: Partial<Fault> = {},
    ): Fault => ({
      name: `share ${name}, a second complete: ${secondComplete}`,
      group: "share",
      world: model,
      arrange: ({ slack }) => slack.misbehave("share", how),
      ...more,
    });
    return [
      complete("lost after its effect", { kind: "drop", when: "after" }),
      complete("lost after its effect three times", { kind: "drop", when: "after", times: 3 }),
      complete("says file_update_failed", { kind: "error", error: "file_update_failed" }),
      share("late", { kind: "share", mode: "late", delayMs: 500 }),
      share(
        "never, the first time",
        { kind: "share", mode: "never" },
        { endings: [secondComplete === "second_share" ? "video" : "link"] },
      ),
      share("never, ever", { kind: "share", mode: "never", times: 10 }, { endings: ["link"] }),
      share("twice", { kind: "share", mode: "twice", delayMs: 20 }, { sharedTwiceBySlack: true }),
    ];
  });
}

/** What comes in too often, too early, too late or never, or does not say what the API says. */
export function incomingFaults(): Fault[] {
  const modes = ["twice", "ten", "early", "never", "late", "early_without_url_then_with"] as const;
  return [
    {
      name: "the app hears the channel's messages and its own posts",
      group: "webhooks and events",
      world: { slack: { deliverChannelMessages: true } },
    },
    ...modes.map(
      (webhookMode): Fault => ({
        name: `webhook ${webhookMode}`,
        group: "webhooks and events",
        world: { akool: { webhookMode } },
        needs: "webhooks",
        ...(webhookMode === "never" && { noWebhook: true }),
      }),
    ),
    {
      name: "webhook a day late, its create lost",
      group: "webhooks and events",
      world: {
        akool: { webhookMode: "late", lateWebhookMs: 8640 },
        // The share is confirmed within 9 ms at this pace.
        slack: { shareDelayMs: 1 },
        env: { TIME_SCALE: "10000", RENDER_DEADLINE_MINUTES: "300", SETTLE_MINUTES: "20" },
      },
      arrange: ({ akool }) => akool.misbehave("create", { kind: "drop", when: "after" }),
      needs: "webhooks",
      alone: true,
    },
    disagreeing("webhook says done, the API still pending", async ({ akool }, id) => {
      await akool.sendWebhook(id, { payload: { status: 3, url: `${akool.url}/results/${id}.mp4` } });
      await akool.finish(id, { webhook: "once" });
    }),
    disagreeing("done without its URL, which comes later", async ({ akool }, id) => {
      await akool.doneWithoutUrl(id);
      await lookedAtTwice(akool);
      await akool.finish(id, { webhook: "once" });
    }),
    disagreeing("webhook says failed, the API done", async ({ akool }, id) => {
      await akool.sendWebhook(id, { payload: { status: 4 } });
      await akool.finish(id, { webhook: "never" });
    }),
    disagreeing(
      "webhook says done, the API failed",
      async ({ akool }, id) => {
        await akool.fail(id, { webhook: "never" });
        await akool.sendWebhook(id, { payload: { status: 3, url: `${akool.url}/results/${id}.mp4` } });
      },
      ["failure"],
    ),
    disagreeing(
      "webhook says failed, and so it has",
      async ({ akool }, id) => {
        await akool.fail(id, { webhook: "twice" });
      },
      ["failure"],
    ),
    disagreeing(
      "webhook for a cancelled job",
      async ({ slack, akool, channel }, id) => {
        const message = await slack.waitForMessage("AKOOL is making the video", { channel });
        await slack.pressButton(message, "Cancel");
        await akool.finish(id, { webhook: "ten" });
      },
      ["cancelled"],
    ),
  ];
}

async function lookedAtTwice(akool: AkoolSandbox): Promise<void> {
  const looks = () => akool.calls.filter(({ endpoint }) => endpoint === "info").length;
  const before = looks();
  for (const giveUpAt = performance.now() + LOOKS_WITHIN_MS; looks() < before + 2; await sleep(10))
    if (performance.now() > giveUpAt) throw new Error("the app does not look at its render");
}

function disagreeing(
  name: string,
  tell: (world: World, renderId: string) => Promise<void>,
  endings: readonly Ending[] = ["video"],
): Fault {
  return {
    name,
    group: "webhooks and events",
    world: { akool: { autoFinish: false } },
    meanwhile: async (world) => tell(world, (await world.akool.waitForCreate()).id),
    endings,
    webhooksByHand: true,
    needs: "webhooks",
    doors: ["command", "share"],
    alone: true,
  };
}
