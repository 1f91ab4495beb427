/**
 * `npm run demo [-- files and words]`: starts the app against the stand-ins, asks for videos as people do, prints what
 * they see, and keeps the videos. Ends by itself; whatever happens, all that it started is stopped.
 */
import { mkdir, rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { runPage } from "../page/run-page.ts";
import { lastLogLines } from "./app-process.ts";
import { command, type Door, HOSTED, share, shareOwn } from "./doors.ts";
import { type KeptVideo, keepVideo } from "./keep-video.ts";
import { readArguments, USAGE, WITH_BOTH, WITH_WORDS } from "./read-arguments.ts";
import { readPageArguments } from "./read-page-arguments.ts";
import { openScreen, type Screen } from "./screen.ts";
import { showSlack } from "./show-slack.ts";
import { type DemoWorld, startWorld } from "./start-world.ts";
import { waitForOutcome } from "./wait-for-outcome.ts";

const OUTPUT_FOLDER = "demo-output";
const LOG_LINES_SHOWN = 8;
/** What shells report of a program that was stopped with Ctrl-C. */
const EXIT_INTERRUPTED = 130;
const INTERRUPTED = Symbol("interrupted");

interface DemoVideo extends KeptVideo, Pick<Door, "origin"> {}

type Ending =
  | { readonly type: "video"; readonly video: DemoVideo }
  | { readonly type: "unanswered" | "refused" };

/** Resolves to the exit code. */
export async function runDemo(args: readonly string[]): Promise<number> {
  const page = readPageArguments(args, process.stdin.isTTY && process.stdout.isTTY);
  if (page?.type === "page") return runPage(page);
  const order = page ?? (await readArguments(args));
  if (order.type === "usage") {
    console.log(USAGE);
    return 0;
  }
  if (order.type === "unusable") {
    console.error(order.why);
    return 1;
  }
  const isOwn = order.type === "own";
  const out = isOwn ? order.out : undefined;
  const doors = isOwn ? [shareOwn(order.paths, order.words)] : [command, share];
  const screen = openScreen();
  const logPath = resolve(OUTPUT_FOLDER, "app.log");
  const interruption = new AbortController();
  const closers: (() => Promise<unknown>)[] = [];
  const interrupt = () => interruption.abort(INTERRUPTED);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
  process.stdout.on("error", interrupt); // whoever was reading has gone

  try {
    await makeOutputFolder();
    await rm(logPath, { force: true });
    introduce(screen, isOwn);
    const options = {
      hosted: HOSTED,
      logPath,
      onAppDeath: (error: Error) => interruption.abort(error),
      atEnd: (close: () => Promise<unknown>) => closers.unshift(close),
    };
    const world = await startWorld(options, interruption.signal);
    screen.note("The app is ready.");
    showSlack(world.slack, screen);
    const videos: DemoVideo[] = [];
    for (const door of doors) {
      const ending = await play(door, out, world, screen, interruption.signal);
      if (ending.type === "video") videos.push(ending.video);
      else if (!isOwn)
        throw new Error("The samples were turned away; what the app says about them is above.");
      else return withoutVideo(ending.type, out !== undefined, screen);
    }
    const problems = [...world.slack.problems, ...world.akool.problems];
    if (problems.length > 0) throw new Error(`The stand-ins saw something wrong: ${problems.join("; ")}.`);
    conclude(screen, videos, isOwn);
    return 0;
  } catch (error) {
    const reason: unknown = interruption.signal.aborted ? interruption.signal.reason : error;
    if (reason === INTERRUPTED) {
      screen.say("\nStopped.");
      return EXIT_INTERRUPTED;
    }
    await explain(screen, reason, logPath);
    return 1;
  } finally {
    for (const close of closers)
      await close().catch((error: unknown) => console.error(`While stopping: ${error}`));
  }
}

async function makeOutputFolder(): Promise<void> {
  await mkdir(OUTPUT_FOLDER, { recursive: true }).catch((error: Error) => {
    throw new Error(`The folder ${OUTPUT_FOLDER} for the videos cannot be made here (${error.message}).`);
  });
}

function introduce(screen: Screen, withOwnFiles: boolean): void {
  screen.heading("Talking Photo for Slack: a demo on this computer");
  screen.paragraph(
    "The app is the real one. Slack and AKOOL are stand-ins, so no account is needed and nothing is spent. Your settings (.env) are not read.",
  );
  if (withOwnFiles) screen.paragraph("Your files stay on this computer.");
  screen.paragraph(
    "The stand-in for AKOOL makes the photo talk on this computer, far more simply than AKOOL does, and says so in a corner of the video. Where it finds no face, the photo stays still. Words are spoken by a robot's voice.",
  );
  screen.paragraph(
    "Links to 127.0.0.1 are let through in this demo only; otherwise links must be https and public.",
  );
  screen.say();
}

/** The video goes to `out`, if that is said. */
async function play(
  door: Door,
  out: string | undefined,
  world: DemoWorld,
  screen: Screen,
  signal: AbortSignal,
): Promise<Ending> {
  screen.heading(door.heading);
  const { slack } = world;
  const name = slack.workspace.users.get(door.user)?.name ?? door.user;
  const asker = {
    user: door.user,
    onPress: (button: string) => screen.row({ name, text: `presses [${button}]`, reply: true }),
  };
  const outcome = await waitForOutcome(slack, () => door.act(world, screen), asker, signal);
  if (outcome.type !== "video") return outcome;
  const render = world.akool.renders.at(-1);
  if (!render) throw new Error("There is a video in Slack that the stand-in for AKOOL did not make.");
  const kept = await keepVideo(outcome.file, render.videoUrl, out ?? join(OUTPUT_FOLDER, door.videoName));
  return { type: "video", video: { ...kept, origin: door.origin } };
}

/** The exit code for files of one's own of which no video came. Whoever wants it in a file gets a 1. */
function withoutVideo(why: "unanswered" | "refused", hasOut: boolean, screen: Screen): number {
  if (why === "refused") {
    screen.say("\nNo video was made of these files; what the app says about them is above.");
    return 1;
  }
  screen.say(
    "\nIn Slack you would now reply in the thread with what is missing, or open the form. Here, give both:",
  );
  screen.say(`  ${WITH_BOTH}   or   ${WITH_WORDS}`);
  if (hasOut) screen.say("No video was made, so --out is left as it was.");
  return hasOut ? 1 : 0;
}

function conclude(screen: Screen, videos: readonly DemoVideo[], fromOwnFiles: boolean): void {
  screen.heading(
    videos.length > 1 ? "The videos, as they arrived in Slack" : "The video, as it arrived in Slack",
  );
  for (const { path, facts, origin } of videos) {
    screen.say(`  ${resolve(path)}`);
    screen.say(`    ${origin}: ${facts}, the same bytes as the stand-in for AKOOL rendered`);
  }
  screen.heading("What next");
  if (!fromOwnFiles) {
    screen.say(`  Try a face and a voice of your own:  ${WITH_BOTH}`);
    screen.say(`  Or words in place of the voice:      ${WITH_WORDS}`);
  }
  screen.say('  With a real Slack and a real AKOOL:  see "Run it for real" in README.md');
}

async function explain(screen: Screen, error: unknown, logPath: string): Promise<void> {
  screen.say(`\nThe demo failed: ${error instanceof Error ? error.message : error}`);
  const lines = await lastLogLines(logPath, LOG_LINES_SHOWN);
  if (lines.length === 0) return;
  screen.say(`\nThe end of the app's log (all of it is in ${relative(".", logPath)}):`);
  for (const line of lines) screen.say(`  ${line}`);
}
