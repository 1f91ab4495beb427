import { setTimeout as sleep } from "node:timers/promises";
import { countOf } from "../../src/sandbox/akool/options.ts";
import { ANNA } from "../../src/sandbox/slack/slack-sandbox.ts";
import { askThrough, type Door, type Request } from "./doors.ts";
import { type Broken, type Expected, findBroken, findLeftMedia } from "./invariants.ts";
import { type Kill, Killer } from "./kills.ts";
import { lookAt } from "./outcome.ts";
import { jobIn } from "./read-store.ts";
import { TAKEOVER_LIMIT_MS } from "./takeover.ts";
import { openWorld, type World, type WorldOptions } from "./world.ts";

const CASE_LIMIT_MS = 60_000;
/** With several processes each kill adds a takeover. */
const KILL_LIMIT_MS = 40_000;
/** A case that does not even notice its limit. */
const STUCK_MS = 4 * CASE_LIMIT_MS;
const LOOK_AGAIN_MS = 20;
/** Where a case mostly waits, and several do so side by side. */
const LOOK_AGAIN_IN_CLUSTER_MS = 50;
/** So many looks in a row must find nothing going on. */
const QUIET_LOOKS = 6;
const LOG_LINES = 40;

export interface Case extends Omit<Expected, "kills"> {
  /** Says what it is, and finds it again: --only takes any part of it. */
  readonly name: string;
  /** What is tried, whatever the door, the mode and the chance of this one case. */
  readonly point: string;
  /** What it belongs to, in a sentence. */
  readonly group: string;
  readonly door: Door;
  readonly world: WorldOptions;
  readonly kills: readonly Kill[];
  /** All kills must have happened, or the case has shown nothing. */
  readonly mustFire: boolean;
  /** Sets up what goes wrong besides, before anybody asks. */
  readonly arrange?: (world: World) => void;
  /** What else happens once the request was made. Rest begins after it. */
  readonly meanwhile?: (world: World, request: Request) => Promise<void>;
  /** AKOOL sends no webhook of its own accord. */
  readonly webhooksByHand?: boolean;
}

export interface Violation {
  /** The case's. */
  readonly name: string;
  /** `limit`: it never came to rest. `takeover`: a job lay still for too long. `harness`: the case itself did not work. */
  readonly invariant: Broken["invariant"] | "limit" | "takeover" | "harness";
  readonly what: string;
  /** Transcript, calls, rows and log of the whole case, for people. */
  readonly report: string;
}

export interface Ran {
  readonly violations: readonly Violation[];
  /** Milliseconds from each kill to the first sign of life at another process. */
  readonly takeoversMs: readonly number[];
}

/** One request, with its troubles, to rest; then everything that must hold. */
export async function runCase(test: Case): Promise<Ran> {
  const world = await openWorld(test.world);
  const killer = new Killer(world, test.kills);
  const stuck = new Promise<"stuck">((resolve) => setTimeout(resolve, STUCK_MS, "stuck").unref());
  try {
    const { broken, request } = await Promise.race([runIn(world, killer, test), stuck.then(() => STUCK)]);
    const takeoversMs = killer.takeover.tookMs;
    if (broken.length === 0) return { violations: [], takeoversMs };
    const report = await reportOn(world, request);
    const violations = broken.map(({ invariant, what }) => ({ name: test.name, invariant, what, report }));
    return { violations, takeoversMs };
  } finally {
    world.onPoint = undefined;
    await Promise.race([world.close(), stuck]);
  }
}

interface Result {
  readonly broken: readonly Pick<Violation, "invariant" | "what">[];
  readonly request: Request | undefined;
}

const STUCK: Result = {
  broken: [{ invariant: "harness", what: "the case did not end by itself" }],
  request: undefined,
};

async function runIn(world: World, killer: Killer, test: Case): Promise<Result> {
  let request: Request | undefined;
  const fault = (invariant: "limit" | "harness", what: string): Result => ({
    broken: [{ invariant, what }],
    request,
  });
  try {
    await world.start();
    test.arrange?.(world);
    world.onPoint = (point) => killer.onPoint(point);
    const limitMs = CASE_LIMIT_MS + (world.app.isCluster ? KILL_LIMIT_MS * test.kills.length : 0);
    const giveUpAt = performance.now() + limitMs;
    request = await askThrough(test.door, world);
    await test.meanwhile?.(world, request);
    if (!(await comesToRest(world, killer, request, test, giveUpAt))) {
      const { broken } = fault("limit", `no rest within ${limitMs / 1000} s`);
      const why = world.app.isReady ? await findBroken(world, request, { ...test, kills: killer.fired }) : [];
      return { broken: [...broken, ...why], request };
    }
    if (test.mustFire && killer.fired < test.kills.length)
      return fault("harness", "the point to kill at was never reached");

    world.onPoint = undefined;
    world.slack.behave();
    world.akool.behave();
    const broken: Result["broken"][number][] = await findBroken(world, request, {
      ...test,
      kills: killer.fired,
    });
    broken.push(...killer.badStops.map((what) => ({ invariant: "contract", what }) as const));
    for (const ms of killer.takeover.tookMs.filter((each) => each > TAKEOVER_LIMIT_MS))
      broken.push({ invariant: "takeover", what: `nobody went on with it for ${Math.round(ms)} ms` });
    if (broken.length === 0) broken.push(...(await leaveQuestion(world, killer, request, test)));
    return { broken, request };
  } catch (error) {
    return fault("harness", error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

/** The person lets it be: then this, too, is an end that leaves nothing behind. */
async function leaveQuestion(world: World, killer: Killer, request: Request, test: Case): Promise<Broken[]> {
  const { endings, posts, questions } = lookAt(world, request);
  if (endings[0] !== "question") return [];
  const offers = (text: string) =>
    [...questions, ...posts].find((post) => JSON.stringify(post.blocks).includes(`"${text}"`));
  // About words that may have been spoken there is nothing to leave alone.
  const [question, button] = offers("Leave it")
    ? [offers("Leave it"), "Leave it"]
    : [offers("Try again"), "Cancel"];
  if (!question) return [{ invariant: "I3", what: "the question has no buttons" }];
  await world.slack.pressButton(question, button, { user: ANNA });
  if (!(await comesToRest(world, killer, request, test, performance.now() + CASE_LIMIT_MS)))
    return [{ invariant: "I3", what: `no rest after "${button}"` }];
  return findLeftMedia(world);
}

async function comesToRest(
  world: World,
  killer: Killer,
  request: Request,
  test: Case,
  giveUpAt: number,
): Promise<boolean> {
  let quiet = 0;
  let happened = 0;
  while (quiet < QUIET_LOOKS) {
    if (performance.now() > giveUpAt) return false;
    await killer.settled();
    const rests = killer.isIdle && world.app.isReady && (await isAtRest(world, request, test));
    quiet = rests && world.diary.length === happened ? quiet + 1 : 0;
    happened = world.diary.length;
    await sleep(world.app.isCluster ? LOOK_AGAIN_IN_CLUSTER_MS : LOOK_AGAIN_MS);
  }
  return true;
}

/**
 * Nothing is due but a question's own end, AKOOL has nothing more to tell, and a person sees what came of it. A question
 * that was asked by a process that then died still has its notice or its edit to come, after the takeover.
 */
async function isAtRest(world: World, request: Request, test: Case): Promise<boolean> {
  const jobs = await world.app.query("SELECT status, due_at, job FROM jobs");
  const waitsForAnswer = (job: Record<string, unknown>) =>
    (job.status === "asking" || job.status === "choosing") && Number(job.due_at) === jobIn(job).dueAt;
  if (jobs.some((job) => job.due_at !== null && !waitsForAnswer(job))) return false;
  if (!test.webhooksByHand && !akoolIsDone(world, test)) return false;
  if (jobs.length === 0) return !request.acknowledged;
  return lookAt(world, request).endings.length > 0;
}

function akoolIsDone({ akool }: World, { world }: Case): boolean {
  const mode = world.akool?.webhookMode ?? "once";
  const due = world.polling ? 0 : countOf(mode);
  return akool.renders.every((render) => {
    if (render.status < 3) return false;
    const sent = akool.webhooks.filter((webhook) => webhook.renderId === render.id);
    return sent.length >= due && sent.every((webhook) => webhook.answers.at(-1) === 200);
  });
}

async function reportOn(world: World, request: Request | undefined): Promise<string> {
  const { slack, akool, app, diary } = world;
  const transcripts = [...slack.workspace.channels.values()].flatMap((channel) => {
    const lines = slack.transcript(channel.id);
    return lines.length > 0 ? [`#${channel.name} ${channel.id}`, ...lines.map((line) => `  ${line}`)] : [];
  });
  return [
    `request: ${JSON.stringify(request)}`,
    "--- Slack",
    ...transcripts,
    "--- AKOOL",
    ...akool.renders.map((render) => `  ${render.id} status ${render.status} ${render.videoUrl}`),
    ...akool.webhooks.map((webhook) => `  webhook of ${webhook.renderId}: ${webhook.answers.join(", ")}`),
    "--- what happened (ms)",
    ...diary,
    "--- rows",
    ...(await rowsOf(world)),
    "--- the app's log",
    ...app.processes.flatMap(({ name, output }) => [
      `process ${name}`,
      ...output.trimEnd().split("\n").slice(-LOG_LINES),
    ]),
  ].join("\n");
}

async function rowsOf({ app }: World): Promise<string[]> {
  try {
    const jobs = await app.query("SELECT status, due_at, job FROM jobs");
    const audit = await app.query("SELECT effect, attempt, outcome FROM audit ORDER BY id");
    return [...jobs, ...audit].map((row) => JSON.stringify(row));
  } catch (error) {
    return [`the store cannot be read: ${error}`];
  }
}
