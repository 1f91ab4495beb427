/** The three ways in which a person asks for a video, and looking at what comes of it. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect } from "vitest";
import { ANNA, type Message, type SlackFile, type Thread } from "../../src/sandbox/slack/slack-sandbox.ts";
import type { World } from "./world.ts";

export const PHOTO = "test/fixtures/media/portrait.jpg";
export const SPEECH = "test/fixtures/media/speech.mp3";

const WAIT_MS = 20_000;
const LOOK_AGAIN_MS = 5;

export const DOORS = ["command", "form", "share"] as const;
export type Door = (typeof DOORS)[number];

export interface Asking {
  readonly user?: string;
  /** Default: a channel of its own. */
  readonly channel?: string;
  /** What a gesture prompt says; two requests with different words are never the same request. */
  readonly words?: string;
}

/** Asks for a video through one door. Resolves with the job's thread, as soon as the job message is there. */
export async function ask(world: World, door: Door, asking: Asking = {}): Promise<Thread> {
  const { slack, files } = world;
  const { user = ANNA, channel = world.newChannel(), words = "" } = asking;
  if (door === "share") {
    const { thread } = await slack.shareFiles([PHOTO, SPEECH], { user, channel, mention: true, text: words });
    await thread.waitForMessage(isJobMessage);
    return thread;
  }
  const before = jobMessagesIn(world, channel).length;
  if (door === "command") {
    await slack.command(`${files.url("portrait.jpg")} ${files.url("speech.mp3")} ${words}`, {
      user,
      channel,
    });
  } else {
    await slack.command("", { user, channel });
    const form = await slack.waitForView("Recording", { user });
    await slack.submitView(form, {
      "talkingphoto.photo": [PHOTO],
      "talkingphoto.speech": [SPEECH],
      "talkingphoto.gesture_words": words,
    });
  }
  await slack.waitUntil("a job message", () => jobMessagesIn(world, channel).length > before, { channel });
  return slack.thread(channel, jobMessagesIn(world, channel)[before]?.ts ?? "");
}

/** Asks, and waits until AKOOL is at work on it. For worlds whose renders are finished by hand. */
export async function askAndWait(world: World, door: Door = "command", asking: Asking = {}) {
  const before = world.akool.creates;
  const thread = await ask(world, door, asking);
  const render = await world.akool.waitForCreate(before + 1);
  await thread.waitForMessage("AKOOL is making the video");
  return { thread, render };
}

/** Resolves once the app has asked AKOOL about the render this many times more. */
export async function waitForLooks({ akool }: World, renderId: string, more: number): Promise<void> {
  const looks = () => akool.calls.filter((call) => call.endpoint === "info" && call.renderId === renderId);
  const enough = looks().length + more;
  await until(`${more} more looks at a render`, () => looks().length >= enough);
}

/** The app's one message about a job; it keeps its first words whatever becomes of the job. */
export function isJobMessage(message: Message): boolean {
  return message.byApp && message.text.includes("Talking photo for <@");
}

export function jobMessagesIn({ slack }: World, channel: string): Message[] {
  return slack.channel(channel).messages.filter(isJobMessage);
}

/** The job message of a thread, wherever it stands in it. */
export function jobMessageOf(thread: Thread): Message {
  const [message, ...more] = thread.messages.filter(isJobMessage);
  if (!message || more.length > 0)
    throw new Error(`not one job message but:\n${thread.transcript.join("\n")}`);
  return message;
}

/** The videos the app has posted there, in threads or not. */
export function videosIn({ slack }: World, channel: string): SlackFile[] {
  return slack.channel(channel).messages.flatMap((message) => (message.byApp ? message.files : []));
}

/** Waits for the job's good end and checks it as a person would: the message says done, one video, in the thread. */
export async function expectOneVideo({ slack }: World, thread: Thread): Promise<SlackFile> {
  await thread.waitForMessage((message) => isJobMessage(message) && message.text.includes("done"));
  const [video, ...more] = thread.files.filter((file) => file.mimetype === "video/mp4");
  if (!video || more.length > 0) throw new Error(`not one video but:\n${thread.transcript.join("\n")}`);
  const { messages } = slack.channel(thread.channel);
  expect(
    messages.filter((message) => message.byApp && message.files.length > 0 && !message.threadTs),
  ).toEqual([]);
  jobMessageOf(thread);
  return video;
}

/** Waits for the job's bad end: the sentence on the job message, and a post in the thread that calls the person. */
export async function expectFailure(thread: Thread, sentence: RegExp, user = ANNA): Promise<void> {
  await thread.waitForMessage(
    (message) => isJobMessage(message) && message.text.startsWith(":x:") && sentence.test(message.text),
  );
  const calls = (message: Message) =>
    message.byApp && message.text.startsWith(`<@${user}>`) && sentence.test(message.text);
  await thread.waitForMessage(calls);
  expect(thread.messages.filter(calls)).toHaveLength(1);
}

/** SHA-256 of what AKOOL's own result address serves. */
export async function sha256OfResult(videoUrl: string): Promise<string> {
  const bytes = await fetch(videoUrl).then((response) => response.arrayBuffer());
  return createHash("sha256").update(Buffer.from(bytes)).digest("hex");
}

export async function media(name: string): Promise<Buffer> {
  return readFile(`test/fixtures/media/${name}`);
}

/** Any condition outside of Slack, looked at again and again. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + WAIT_MS;
  while (!(await condition())) {
    if (Date.now() > giveUpAt) throw new Error(`waited ${WAIT_MS} ms for ${what}`);
    await new Promise((again) => setTimeout(again, LOOK_AGAIN_MS));
  }
}

/** What the app has logged arrives through a pipe, after the answer to what made it log. */
export async function expectLogged({ app }: World, what: RegExp): Promise<void> {
  await until(`${what} in the log`, () => what.test(app.output));
}
