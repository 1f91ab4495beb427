/** The ways to ask for a video that the demo plays. */
import { readFile } from "node:fs/promises";
import { basename, extname, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { PHOTO_ENDINGS } from "../../slack/intake/file-role.ts";
import { ANNA, BEN } from "../slack/slack-sandbox.ts";
import type { Screen } from "./screen.ts";
import type { DemoWorld } from "./start-world.ts";

const sample = (name: string) =>
  fileURLToPath(new URL(`../../../test/fixtures/media/${name}`, import.meta.url));
const PORTRAIT = sample("portrait.jpg");
const SPEECH = sample("speech.mp3");
const VOICE_CLIP = sample("slack-clip.m4a");

/** What is typed as an address after the command. */
export const HOSTED = [PORTRAIT, SPEECH];

/** One way to ask for a video. */
export interface Door {
  readonly heading: string;
  /** What the video is called in the output folder. */
  readonly videoName: string;
  /** "from the command" */
  readonly origin: string;
  /** Who asks, and so who answers what the app asks. */
  readonly user: string;
  readonly act: (world: DemoWorld, screen: Screen) => Promise<unknown>;
}

export const command: Door = {
  heading: "1. Anna types the command in #general",
  videoName: "command.mp4",
  origin: "from the command",
  user: ANNA,
  act: async ({ slack, web }, screen) => {
    const text = `/talkingphoto ${web.url}/${basename(PORTRAIT)} ${web.url}/${basename(SPEECH)}`;
    screen.row({ name: "Anna", text });
    await slack.command(text, { user: ANNA });
  },
};

export const share: Door = {
  heading: "2. Ben shares a photo and a voice clip in #general and mentions the app",
  videoName: "share.mp4",
  origin: "from the shared message",
  user: BEN,
  act: async ({ slack }) => {
    const clip = {
      name: "audio_message.m4a",
      bytes: await readFile(VOICE_CLIP),
      subtype: "slack_audio",
    } as const;
    await slack.shareFiles([PORTRAIT, clip], { user: BEN, mention: true, text: "make her talk, please" });
  },
};

/** Without words, `words` is empty. */
export const shareOwn = (paths: readonly string[], words: string): Door => ({
  heading: `Anna shares your ${paths.length === 1 ? "file" : "files"} in #general and mentions the app`,
  videoName: `talking-${parse(paths.find(isPicture) ?? paths[0] ?? "").name}.mp4`,
  origin: paths.length === 1 ? "from your file" : "from your files",
  user: ANNA,
  act: ({ slack }) => {
    // Beside a photo alone it would be what the photo is to say.
    const text = words || (paths.length > 1 ? "make this one talk, please" : "");
    return slack.shareFiles(paths, { user: ANNA, mention: true, text: asSlackSendsIt(text) });
  },
});

/** Only for the name of the video: what a file is, the app finds out. */
function isPicture(path: string): boolean {
  return PHOTO_ENDINGS.test(extname(path).slice(1).toLowerCase());
}

function asSlackSendsIt(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
