/** What is handed to `npm run demo --`: files, and at the end words to say. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { PHOTO_ENDINGS, SOUND_ENDINGS } from "../../slack/intake/file-role.ts";

export const WITH_BOTH = "npm run demo -- photo.jpg voice.mp3";
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

Several photos or recordings are taken, too: the app then asks, and the demo answers. The videos are left in demo-output/.
Settings (.env and the environment) are not read.`;

const HAND_IN = `Hand in a photo and a recording: ${WITH_BOTH}`;
const QUOTE = `Words to say come last, in quotes: ${WITH_WORDS}`;

export type Order =
  | { readonly type: "samples" }
  /** Paths are absolute, and each is a file. */
  | { readonly type: "own"; readonly paths: readonly string[]; readonly words: string }
  | { readonly type: "usage" }
  /** A sentence about the first argument that is of no use. */
  | { readonly type: "unusable"; readonly why: string };

export async function readArguments(args: readonly string[]): Promise<Order> {
  if (args.length === 0) return { type: "samples" };
  if (args.includes("--help") || args.includes("-h")) return { type: "usage" };
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
