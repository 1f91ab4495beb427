/** What is handed to `npm run demo --`: files, and at the end words to say. */
import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { PHOTO_ENDINGS, SOUND_ENDINGS } from "../../slack/intake/file-role.ts";

export const WITH_BOTH = "npm run demo -- photo.jpg voice.mp3";
const WITH_OUT = `${WITH_BOTH} --out video.mp4`;
export const WITH_WORDS = 'npm run demo -- photo.jpg "Hello, I am Eileen"';

export const USAGE = `The whole app on this computer, with stand-ins for Slack and AKOOL. No account, nothing is spent.

  npm run demo
      On a terminal, a page to try the app in, as in Slack. Without one, two videos of the samples that come with it.
  npm run demo -- --page --port 3100 --no-open
      The page without a terminal, at a port of your choice, and no browser opened. Each of the two may be left out.
  ${WITH_BOTH}
      Your photo and your recording, in whatever order. They stay on this computer.
  ${WITH_WORDS}
      Your photo and words to say, in quotes.
  ${WITH_OUT}
      Leaves the video there, in a folder that exists. A file of that name is replaced.

Several photos or recordings are taken, too: the app then asks, and the demo answers. Without --out the videos are left in demo-output/.
Settings (.env and the environment) are not read.`;

const HAND_IN = `Hand in a photo and a recording: ${WITH_BOTH}`;
const QUOTE = `Words to say come last, in quotes: ${WITH_WORDS}`;

export interface OwnFiles {
  readonly type: "own";
  /** Absolute, and each is a file. */
  readonly paths: readonly string[];
  /** Empty without any. */
  readonly words: string;
  /** Where the video goes: absolute, in a folder that exists. */
  readonly out?: string;
}

export type Order =
  | { readonly type: "samples" }
  | OwnFiles
  | { readonly type: "usage" }
  /** A sentence about the first argument that is of no use. */
  | { readonly type: "unusable"; readonly why: string };

export async function readArguments(args: readonly string[]): Promise<Order> {
  if (args.includes("--help") || args.includes("-h")) return { type: "usage" };
  const { rest, outs } = takeOut(args);
  const [out, ...more] = outs;
  if (out === undefined) return readFiles(rest);
  if (more.length > 0) return unusable("--out is there twice, and there is one video.");
  if (rest.length === 0) return unusable(`--out is for a video of yours: ${WITH_OUT}`);
  const order = await readFiles(rest);
  if (order.type !== "own") return order;
  const path = fromWhereItWasTyped(out);
  const why = await whyNotThere(out, path, order.paths);
  return why ? unusable(why) : { ...order, out: path };
}

async function readFiles(args: readonly string[]): Promise<Order> {
  if (args.length === 0) return { type: "samples" };
  const paths: string[] = [];
  for (const [nth, argument] of args.entries()) {
    const path = fromWhereItWasTyped(argument);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile()) paths.push(path);
    else if (found) return unusable(`${argument} is not a file. ${HAND_IN}`);
    else if (nth > 0 && nth === args.length - 1 && isWords(argument))
      return { type: "own", paths, words: argument };
    else return unusable(whyNoFile(argument));
  }
  return { type: "own", paths, words: "" };
}

/** `--out video.mp4` and `--out=video.mp4`, wherever they stand. */
function takeOut(args: readonly string[]): { rest: string[]; outs: string[] } {
  const rest: string[] = [];
  const outs: string[] = [];
  for (let nth = 0; nth < args.length; nth++) {
    const argument = args[nth] ?? "";
    if (argument === "--out") outs.push(args[++nth] ?? "");
    else if (argument.startsWith("--out=")) outs.push(argument.slice("--out=".length));
    else rest.push(argument);
  }
  return { rest, outs };
}

/** Undefined where the video can go to `path`, as far as can be seen beforehand. */
async function whyNotThere(
  out: string,
  path: string,
  sources: readonly string[],
): Promise<string | undefined> {
  if (out !== "" && (await stat(path).catch(() => undefined))?.isDirectory())
    return `${out} is a folder: --out takes a file.`;
  // Also keeps somebody's photo or recording from being replaced.
  if (!/\.mp4$/i.test(out)) return `--out takes the name of an MP4 file: ${WITH_OUT}`;
  if (sources.includes(path)) return `${out} is handed in itself: give the video another name.`;
  const folder = await stat(dirname(path)).catch(() => undefined);
  return folder?.isDirectory()
    ? undefined
    : `There is no folder ${dirname(out)} for the video: make it first.`;
}

/** No address, no option, and nothing that somebody would take for the name of a file. */
function isWords(argument: string): boolean {
  if (isAddress(argument) || isOption(argument) || endsLikeMedia(argument)) return false;
  if (/^(~|\.{0,2})[\\/]/.test(argument)) return false;
  return /\s/.test(argument) || !/[\\/]|\.\w{1,5}$/.test(argument);
}

function whyNoFile(argument: string): string {
  if (isAddress(argument)) {
    return `The demo takes files of this computer, no addresses. Open the address in a browser and save what is there, or: curl -LO "${argument}". Then give its name: ${WITH_BOTH}`;
  }
  if (isOption(argument)) return `There is no option ${argument}.\n\n${USAGE}`;
  return `There is no file ${argument}. ${endsLikeMedia(argument) ? HAND_IN : `${HAND_IN}. ${QUOTE}`}`;
}

function isAddress(argument: string): boolean {
  return /^https?:\/\/\S*$/i.test(argument);
}

function isOption(argument: string): boolean {
  return /^-\S*$/.test(argument);
}

function endsLikeMedia(argument: string): boolean {
  const ending = (/\.(\w+)$/.exec(argument)?.[1] ?? "").toLowerCase();
  return PHOTO_ENDINGS.test(ending) || SOUND_ENDINGS.test(ending) || /^(mp4|mov|webm|pdf)$/.test(ending);
}

function unusable(why: string): Order {
  return { type: "unusable", why };
}

/** npm runs its scripts in the project's folder, wherever they were called. */
function fromWhereItWasTyped(path: string): string {
  const { npm_lifecycle_event: script, INIT_CWD: typedIn } = process.env;
  return resolve((script === "demo" && typedIn) || ".", path);
}
