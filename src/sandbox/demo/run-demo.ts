/**
 * `npm run demo [-- photo recording]`: starts the app against the stand-ins, asks for videos as people do, prints
 * what they see, and keeps the videos. Ends by itself; whatever happens, all that it started is stopped.
 */
import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { basename, join, parse, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ANNA, BEN } from "../slack/slack-sandbox.ts";
import { lastLogLines } from "./app-process.ts";
import { type KeptVideo, keepVideo } from "./keep-video.ts";
import { openScreen, type Screen } from "./screen.ts";
import { showSlack } from "./show-slack.ts";
import { startWorld, type World } from "./start-world.ts";
import { waitForOutcome } from "./wait-for-outcome.ts";

const OUTPUT_FOLDER = "demo-output";
const LOG_LINES_SHOWN = 8;
/** What shells report of a program that was stopped with Ctrl-C. */
const EXIT_INTERRUPTED = 130;
const INTERRUPTED = Symbol("interrupted");

const sample = (name: string) =>
  fileURLToPath(new URL(`../../../test/fixtures/media/${name}`, import.meta.url));
const PORTRAIT = sample("portrait.jpg");
const SPEECH = sample("speech.mp3");
const VOICE_CLIP = sample("slack-clip.m4a");

/** Only for the name of the video: what a file is, the app finds out. */
const PICTURE = /\.(jpe?g|png|webp)$/i;

/** One way to ask for a video. */
interface Door {
  readonly heading: string;
  /** What the video is called in the output folder. */
  readonly videoName: string;
  /** "from the command" */
  readonly origin: string;
  readonly act: (world: World, screen: Screen) => Promise<unknown>;
}

interface DemoVideo extends KeptVideo, Pick<Door, "origin"> {}

const command: Door = {
  heading: "1. Anna types the command in #general",
  videoName: "command.mp4",
  origin: "from the command",
  act: async ({ slack, web }, screen) => {
    const text = `/talkingphoto ${web.url}/${basename(PORTRAIT)} ${web.url}/${basename(SPEECH)}`;
    screen.row({ name: "Anna", text });
    await slack.command(text, { user: ANNA });
  },
};

const share: Door = {
  heading: "2. Ben shares a photo and a voice clip in #general and mentions the app",
  videoName: "share.mp4",
  origin: "from the shared message",
  act: async ({ slack }) => {
    const clip = {
      name: "audio_message.m4a",
      bytes: await readFile(VOICE_CLIP),
      subtype: "slack_audio",
    } as const;
    await slack.shareFiles([PORTRAIT, clip], { user: BEN, mention: true, text: "make her talk, please" });
  },
};

const shareOwn = (paths: readonly string[]): Door => ({
  heading: "Anna shares your files in #general and mentions the app",
  videoName: `talking-${parse(paths.find((path) => PICTURE.test(path)) ?? paths[0] ?? "").name}.mp4`,
  origin: "from your files",
  act: ({ slack }) => {
    // Beside a photo alone it would be what the photo is to say.
    const text = paths.length > 1 ? "make this one talk, please" : "";
    return slack.shareFiles(paths, { user: ANNA, mention: true, text });
  },
});

/** Resolves to the exit code. */
export async function runDemo(args: readonly string[]): Promise<number> {
  const unusable = await findUnusable(args);
  if (unusable) {
    console.error(unusable);
    return 1;
  }
  const doors = args.length > 0 ? [shareOwn(args.map(fromWhereItWasTyped))] : [command, share];
  const screen = openScreen();
  const logPath = resolve(OUTPUT_FOLDER, "app.log");
  const ending = new AbortController();
  const closers: (() => Promise<unknown>)[] = [];
  const interrupt = () => ending.abort(INTERRUPTED);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
  process.stdout.on("error", interrupt); // whoever was reading has gone

  try {
    await makeOutputFolder();
    await rm(logPath, { force: true });
    introduce(screen);
    const options = {
      hosted: [PORTRAIT, SPEECH],
      logPath,
      onAppDeath: (error: Error) => ending.abort(error),
      atEnd: (close: () => Promise<unknown>) => closers.unshift(close),
    };
    const world = await startWorld(options, ending.signal);
    screen.note("The app is ready.");
    showSlack(world.slack, screen);
    const videos: DemoVideo[] = [];
    for (const door of doors) {
      const video = await play(door, world, screen, ending.signal);
      if (!video && args.length > 0) {
        screen.say("\nNo video was made of these files; what the app says about them is above.");
        return 1;
      }
      if (!video) throw new Error("The samples were turned away; what the app says about them is above.");
      videos.push({ ...video, origin: door.origin });
    }
    const problems = [...world.slack.problems, ...world.akool.problems];
    if (problems.length > 0) throw new Error(`The stand-ins saw something wrong: ${problems.join("; ")}.`);
    conclude(screen, videos, args.length > 0);
    return 0;
  } catch (error) {
    const reason: unknown = ending.signal.aborted ? ending.signal.reason : error;
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

/** A sentence about the first that cannot be handed in. */
async function findUnusable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const found = await stat(fromWhereItWasTyped(path)).catch(() => undefined);
    if (!found)
      return `There is no file ${path}. Hand in a photo and a recording: npm run demo -- photo.jpg voice.mp3`;
    if (!found.isFile())
      return `${path} is not a file. Hand in a photo and a recording: npm run demo -- photo.jpg voice.mp3`;
  }
  return undefined;
}

/** npm runs its scripts in the project's folder, wherever they were called. */
function fromWhereItWasTyped(path: string): string {
  const { npm_lifecycle_event: script, INIT_CWD: typedIn } = process.env;
  return resolve((script === "demo" && typedIn) || ".", path);
}

async function makeOutputFolder(): Promise<void> {
  await mkdir(OUTPUT_FOLDER, { recursive: true }).catch((error: Error) => {
    throw new Error(`The folder ${OUTPUT_FOLDER} for the videos cannot be made here (${error.message}).`);
  });
}

function introduce(screen: Screen): void {
  screen.heading("Talking Photo for Slack: a demo on this computer");
  screen.paragraph(
    "The app is the real one. Slack and AKOOL are stand-ins, so no account is needed and nothing is spent.",
  );
  screen.paragraph(
    "The stand-in for AKOOL does not look for a face: its video shows the photo as it is, with a bar at the bottom that moves with the voice.",
  );
  screen.paragraph(
    "Links to 127.0.0.1 are let through in this demo only; otherwise links must be https and public.",
  );
  screen.say();
}

async function play(
  door: Door,
  world: World,
  screen: Screen,
  signal: AbortSignal,
): Promise<KeptVideo | undefined> {
  screen.heading(door.heading);
  const video = await waitForOutcome(world.slack, () => door.act(world, screen), signal);
  const render = world.akool.renders.at(-1);
  return video && render && keepVideo(video, render.videoUrl, join(OUTPUT_FOLDER, door.videoName));
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
  if (!fromOwnFiles) screen.say("  Try a face and a voice of your own:  npm run demo -- photo.jpg voice.mp3");
  screen.say('  With a real Slack and a real AKOOL:  see "Run it for real" in README.md');
}

async function explain(screen: Screen, error: unknown, logPath: string): Promise<void> {
  screen.say(`\nThe demo failed: ${error instanceof Error ? error.message : error}`);
  const lines = await lastLogLines(logPath, LOG_LINES_SHOWN);
  if (lines.length === 0) return;
  screen.say(`\nThe end of the app's log (all of it is in ${relative(".", logPath)}):`);
  for (const line of lines) screen.say(`  ${line}`);
}
