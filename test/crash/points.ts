import { setTimeout as sleep } from "node:timers/promises";
import { ANNA } from "../../src/sandbox/slack/slack-sandbox.ts";
import type { Phase } from "./calls.ts";
import type { Case } from "./case.ts";
import type { Door, Request } from "./doors.ts";
import { FULL_GRACE_MS, type Kill } from "./kills.ts";
import type { Ending } from "./outcome.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

/** After an answer: the app reads it, commits, begins the next step. */
const DELTAS_MS = [0, 5, 20, 50];
const SENT_DELTAS_MS = [0, 1, 2, 5, 10];

const PRESSED_WITHIN_MS = 60_000;
const PRESSED_AGAIN_AFTER_MS = 50;

const IN_A_ROW = [2, 5];
const ROWS_OF_EACH = 4;

/** A call of the main path. */
export interface Target {
  readonly name: string;
  /** The how-manieth of its kind. */
  readonly nth: number;
  /** Doors and modes in which it happens; the seed picks one for each case. */
  readonly ways: readonly Way[];
}

interface Way {
  readonly door: Door;
  readonly polling: boolean;
}

const COMMAND: Way = { door: "command", polling: false };
const SHARE: Way = { door: "share", polling: false };
const DIRECT: Way = { door: "direct", polling: false };
const POLLING: Way = { door: "share", polling: true };
const EVERY = [COMMAND, SHARE, DIRECT, POLLING];
const SHARES = [SHARE, DIRECT, POLLING];
const WEBHOOKS = [COMMAND, SHARE, DIRECT];
const FORM: Way = { door: "form", polling: false };
const FIRST: Way = { door: "first", polling: false };
const FIRSTS = [FIRST, { ...FIRST, polling: true }];
const WORDS: Way = { door: "words", polling: false };
const SPOKEN = [WORDS, { ...WORDS, polling: true }];

const target = (name: string, ways: readonly Way[] = EVERY, nth = 1): Target => ({ name, nth, ways });

/** Every call the app makes on the main path, and every one it gets. */
export const TARGETS: readonly Target[] = [
  target("in:slack", [COMMAND, SHARE, DIRECT]),
  target("in:slack", [FORM], 2),
  target("slack:chat.postMessage"),
  target("slack:download", SHARES),
  target("slack:download", SHARES, 2),
  target("akool:voices", SPOKEN),
  target("akool:speak", SPOKEN),
  target("akool:speech", SPOKEN),
  target("akool:speech_file", SPOKEN),
  target("in:webhook", [WORDS]),
  target("akool:create", [WORDS]),
  target("akool:create"),
  target("in:media"),
  target("slack:chat.update"),
  target("in:webhook", WEBHOOKS),
  target("akool:info"),
  target("akool:result"),
  target("slack:files.getUploadURLExternal"),
  target("slack:upload"),
  target("slack:files.completeUploadExternal"),
  target("slack:files.info"),
  target("slack:chat.update", EVERY, 2),
];

/** Everything the matrix kills at, once; the seed decides doors, modes and chance. */
export function killCases(random: Random): Case[] {
  return [
    ...undisturbed(),
    ...TARGETS.flatMap((each) => casesAt(each, random)),
    ...halfWay(),
    ...casesWithCancel(random),
    ...TARGETS.map((each) => deployAt(each, random)),
    ...IN_A_ROW.flatMap((count) => Array.from({ length: ROWS_OF_EACH }, () => inARow(count, random))),
    ...casesShownFirst(random),
  ];
}

/**
 * The same with several processes on one database. Of rows of kills only those that leave somebody alive, and
 * more of them.
 */
export function clusterCases(processes: number, random: Random): Case[] {
  const single = killCases(random).filter(({ kills }) => kills.length < processes);
  const rows = Array.from({ length: ROWS_OF_EACH }, () => inARow(processes - 1, random));
  return [...single, ...rows].map((test) => ({
    ...test,
    mediaMayBeCut: test.kills.length > 1,
    world: {
      ...test.world,
      processes,
      seed: random.between(0, 2 ** 31),
    },
  }));
}

/** Of those that differ only in how long after the point they kill, in how a request comes or is asked for, one. */
export function onePerPoint(cases: readonly Case[], random: Random): Case[] {
  const keyOf = ({ name, group, kills }: Case) => {
    const [kill, ...more] = kills;
    if (!kill?.at || more.length > 0) return name;
    return `${group}: ${kill.at.target}#${kill.nth} ${kill.at.phase}`;
  };
  return [...Map.groupBy(random.shuffle(cases), keyOf).values()].flatMap(([first]) => first ?? []);
}

/** One kill at each phase of `target`. */
export function casesAt(target: Target, random: Random): Case[] {
  const incoming = target.name.startsWith("in:");
  const moments: { phase: Phase; afterMs: number }[] = [
    { phase: "before", afterMs: 0 },
    ...(incoming ? SENT_DELTAS_MS.map((afterMs) => ({ phase: "sent" as const, afterMs })) : []),
    { phase: "effect", afterMs: 0 },
    ...DELTAS_MS.map((afterMs) => ({ phase: "answered" as const, afterMs })),
  ];
  return moments.map(({ phase, afterMs }) => {
    const way = random.pick(target.ways);
    const kill: Kill = { at: { target: target.name, phase }, nth: target.nth, afterMs };
    const point = `kill ${target.name}#${target.nth} ${phase}${afterMs > 0 ? `+${afterMs}ms` : ""}`;
    return {
      ...killed(way, [kill]),
      name: `${point} (${nameOf(way)})`,
      point,
      group: `killed around ${target.name}#${target.nth}`,
      mustFire: true,
      mayLoseJobMessage: mayLoseJobMessage(target.name),
      endings: endingsOf(way, target.name, phase),
    };
  });
}

/** Kills at random points of any call, one soon after the other: recovery itself is killed. */
export function inARow(count: number, random: Random): Case {
  const way = random.pick(EVERY);
  const kills = Array.from({ length: count }, (_, index): Kill => {
    const nth = random.between(1, index === 0 ? 30 : 10);
    return { nth, afterMs: random.pick([0, 0, 1, 5, 20]) };
  });
  return {
    ...killed(way, kills),
    point: `${count} kills in a row`,
    group: "killed again and again, during recovery too",
    name: `${count} kills in a row at ${kills.map(({ nth, afterMs }) => `${nth}+${afterMs}ms`).join(", ")} (${nameOf(way)})`,
    mustFire: false,
    mayLoseJobMessage: true,
    endings: ["video", "question"],
  };
}

/** The video is on its way from AKOOL to Slack when the app dies: nobody may ever see a part of it. */
function halfWay(): Case[] {
  return [50, 150, 300].map((afterMs) => {
    const kill: Kill = { at: { target: "slack:upload", phase: "before" }, nth: 1, afterMs };
    const { world, ...rest } = killed(SHARE, [kill]);
    return {
      ...rest,
      world: { ...world, akool: { bigResult: { bytes: 4_000_000, bytesPerSecond: 8_000_000 } } },
      name: `kill with the upload half way, ${afterMs}ms into it`,
      point: "kill with the upload half way",
      group: "killed with the upload half way",
      mustFire: true,
      mayLoseJobMessage: false,
      endings: ["video"],
    };
  });
}

/** The person cancels, and the app dies around that: cancelled and told so, or finished; never both, never neither. */
function casesWithCancel(random: Random): Case[] {
  const press = target("in:slack", [COMMAND, SHARE], 2);
  return casesAt(press, random).map((test) => ({
    ...test,
    name: `cancel, ${test.name}`,
    point: `cancel, ${test.point}`,
    group: "killed around the press of Cancel",
    // The button can be pressed before the app knows that its message is there.
    mayLoseJobMessage: true,
    endings: ["video", "cancelled", "question"],
    meanwhile: async ({ slack }, { channel }) => {
      const message = await slack.waitForMessage("Talking photo for", { channel });
      await slack.pressButton(message, "Cancel");
    },
  }));
}

/** Shown to the person first, in their direct message, and then posted: in the place asked for once, and not before. */
function casesShownFirst(random: Random): Case[] {
  const targets = [
    target("slack:conversations.open", FIRSTS),
    target("slack:files.completeUploadExternal", FIRSTS),
    target("in:slack", FIRSTS, 3),
    target("slack:files.completeUploadExternal", FIRSTS, 2),
  ];
  const undisturbed = FIRSTS.map((way) => ({
    ...killed(way, []),
    name: `shown first, undisturbed (${nameOf(way)})`,
    point: "shown first, undisturbed",
    mustFire: true,
    mayLoseJobMessage: false,
  }));
  const disturbed = targets
    .flatMap((each) => casesAt(each, random))
    .filter(({ kills }) => kills.every(({ afterMs }) => afterMs === 0))
    .map((test) => ({ ...test, name: `shown first, ${test.name}`, point: `shown first, ${test.point}` }));
  return [...undisturbed, ...disturbed].map((test) => ({
    ...test,
    group: "shown to the person first, and then posted",
    endings: ["video"],
    meanwhile: postIt,
  }));
}

/** Pressed until Slack has its answer, as a person would. */
async function postIt({ slack }: World, { channel }: Request): Promise<void> {
  for (;;) {
    const shown = await slack.waitForMessage("[Post it]", {
      channel: slack.openDm(ANNA).id,
      timeoutMs: PRESSED_WITHIN_MS,
    });
    if (slack.channel(channel).messages.some((message) => message.byApp && message.files.length > 0))
      throw new Error("it was posted before anybody said so");
    const { status } = await slack.pressButton({ ...shown }, "Post it");
    if (status === 200) return;
    await sleep(PRESSED_AGAIN_AFTER_MS);
  }
}

/** A deploy: told to stop while something is going on, and killed when it takes too long. */
export function deployAt(target: Target, random: Random): Case {
  const way = random.pick(target.ways);
  const phase = random.pick(["before", "effect", "answered"] as const);
  const graceMs = random.pick([0, 5, 20, 50, FULL_GRACE_MS]);
  const kill: Kill = { at: { target: target.name, phase }, nth: target.nth, afterMs: 0, graceMs };
  const point = `SIGTERM ${target.name}#${target.nth}`;
  return {
    ...killed(way, [kill]),
    name: `${point} ${phase}, SIGKILL ${graceMs}ms later (${nameOf(way)})`,
    point,
    group: "told to stop, and killed when it takes too long",
    mustFire: true,
    mayLoseJobMessage: mayLoseJobMessage(target.name),
    endings: endingsOf(way, target.name, phase),
  };
}

/** No kill at all: the harness finds nothing where nothing is wrong. */
export function undisturbed(): Case[] {
  return [...EVERY, FORM, ...SPOKEN].map((way) => ({
    ...killed(way, []),
    name: `undisturbed (${nameOf(way)})`,
    point: "undisturbed",
    group: "undisturbed",
    mustFire: true,
    mayLoseJobMessage: false,
    endings: ["video"],
  }));
}

function killed({ door, polling }: Way, kills: readonly Kill[]): Pick<Case, "door" | "world" | "kills"> {
  return { door, world: { polling }, kills };
}

function nameOf({ door, polling }: Way): string {
  return polling ? `${door}, polling` : door;
}

/** The first post may be cut by a kill at it, or by one at what comes shortly before it. */
function mayLoseJobMessage(name: string): boolean {
  return ["slack:chat.postMessage", "in:slack"].includes(name);
}

/**
 * Where the intent to create may be stored and the call not sent, nobody can tell whether it was: the person is
 * asked. The same where AKOOL did take it and has no way of telling us.
 */
function endingsOf({ polling }: Way, name: string, phase: Phase): Ending[] {
  const nearCreate = name === "akool:create" || name === "in:media";
  const leadsToCreate =
    ["sent", "answered"].includes(phase) &&
    ["slack:download", "slack:chat.postMessage", "in:slack", "akool:voices", "akool:speech_file"].includes(
      name,
    );
  // The same holds for the call that has words spoken, which has no evidence but its webhook.
  const nearSpeak = name === "akool:speak";
  const unsent =
    (["akool:create", "akool:speak"].includes(name) && phase === "before") ||
    name === "in:media" ||
    leadsToCreate;
  return unsent || ((nearCreate || nearSpeak) && polling) ? ["video", "question"] : ["video"];
}
