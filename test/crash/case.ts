import { setTimeout as sleep } from "node:timers/promises";
import { countOf } from "../../src/sandbox/akool/options.ts";
import { ANNA } from "../../src/sandbox/slack/slack-sandbox.ts";
import { askThrough, type Door, type Request } from "./doors.ts";
import { type Broken, type Expected, findBroken, findLeftMedia } from "./invariants.ts";
import { type Kill, Killer } from "./kills.ts";
import { lookAt } from "./outcome.ts";
import { openWorld, type World, type WorldOptions } from "./world.ts";

const CASE_LIMIT_MS = 30_000;
/** A case that does not even notice its limit. */
const STUCK_MS = 3 * CASE_LIMIT_MS;
const LOOK_AGAIN_MS = 20;
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
  /** `limit`: it never came to rest. `harness`: the case itself did not work. */
  readonly invariant: Broken["invariant"] | "limit" | "harness";
  readonly what: string;
  /** Transcript, calls, rows and log of the whole case, for people. */
  readonly report: string;
}

/** One request, with its troubles, to rest; then everything that must hold. */
export async function runCase(test: Case): Promise<Violation[]> {
  const world = await openWorld(test.world);
  const stuck = new Promise<"stuck">((resolve) => setTimeout(resolve, STUCK_MS, "stuck").unref());
  try {
    const { broken, request } = await Promise.race([runIn(world, test), stuck.then(() => STUCK)]);
    if (broken.length === 0) return [];
    const report = reportOn(world, request);
    return broken.map(({ invariant, what }) => ({ name: test.name, invariant, what, report }));
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

async function runIn(world: World, test: Case): Promise<Result> {
  const killer = new Killer(world, test.kills);
  let request: Request | undefined;
  const fault = (invariant: "limit" | "harness", what: string): Result => ({
    broken: [{ invariant, what }],
    request,
  });
  try {
    await world.app.start();
    test.arrange?.(world);
    world.onPoint = (point) => killer.onPoint(point);
    const giveUpAt = performance.now() + CASE_LIMIT_MS;
    request = await askThrough(test.door, world);
    await test.meanwhile?.(world, request);
    if (!(await comesToRest(world, killer, request, test, giveUpAt))) {
      const { broken } = fault("limit", `no rest within ${CASE_LIMIT_MS / 1000} s`);
      const why = world.app.isReady ? await findBroken(world, request, { ...test, kills: killer.fired }) : [];
      return { broken: [...broken, ...why], request };
    }
    if (test.mustFire && killer.fired < test.kills.length)
      return fault("harness", "the point to kill at was never reached");

    world.onPoint = undefined;
    world.slack.behave();
    world.akool.behave();
    const broken = await findBroken(world, request, { ...test, kills: killer.fired });
    broken.push(...killer.badStops.map((what) => ({ invariant: "contract", what }) as const));
    if (broken.length === 0) broken.push(...(await leaveQuestion(world, killer, request, test)));
    return { broken, request };
  } catch (error) {
    return fault("harness", error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

/** The person answers "Leave it": then this, too, is an end that leaves nothing behind. */
async function leaveQuestion(world: World, killer: Killer, request: Request, test: Case): Promise<Broken[]> {
  const { endings, posts, questions } = lookAt(world, request);
  if (endings[0] !== "question") return [];
  const question = [...questions, ...posts].find((post) =>
    JSON.stringify(post.blocks).includes('"Leave it"'),
  );
  if (!question) return [{ invariant: "I3", what: "the question has no buttons" }];
  await world.slack.pressButton(question, "Leave it", { user: ANNA });
  if (!(await comesToRest(world, killer, request, test, performance.now() + CASE_LIMIT_MS)))
    return [{ invariant: "I3", what: 'no rest after "Leave it"' }];
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
    const rests = killer.isIdle && world.app.isReady && isAtRest(world, request, test);
    quiet = rests && world.diary.length === happened ? quiet + 1 : 0;
    happened = world.diary.length;
    await sleep(LOOK_AGAIN_MS);
  }
  return true;
}

/** Nothing is due but a question's own end, AKOOL has nothing more to tell, and a person sees what came of it. */
function isAtRest(world: World, request: Request, test: Case): boolean {
  const jobs = world.app.query("SELECT status, due_at FROM jobs");
  if (jobs.some((job) => job.due_at !== null && job.status !== "asking")) return false;
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

function reportOn(world: World, request: Request | undefined): string {
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
    ...rowsOf(world),
    "--- the app's log",
    ...app.output.trimEnd().split("\n").slice(-LOG_LINES),
  ].join("\n");
}

function rowsOf({ app }: World): string[] {
  try {
    return [
      ...app.query("SELECT status, due_at, job FROM jobs").map((row) => JSON.stringify(row)),
      ...app
        .query("SELECT effect, attempt, outcome FROM audit ORDER BY id")
        .map((row) => JSON.stringify(row)),
    ];
  } catch (error) {
    return [`the store cannot be read: ${error}`];
  }
}
