/** `npm run demo` as a process, in a folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ALL_FORMATS, BufferSource, Input } from "mediabunny";
import { expect, onTestFinished } from "vitest";

const DEMO = join(import.meta.dirname, "../../src/demo.ts");
export const MEDIA = join(import.meta.dirname, "../fixtures/media");

/** Somewhere to run it, with a temporary folder of its own so that leftovers show. */
export async function newFolder() {
  const folder = await mkdtemp(join(tmpdir(), "demo-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const temp = join(folder, "temp");
  await mkdir(temp);
  return { folder, temp, leftovers: () => readdir(temp) };
}

export type Place = Awaited<ReturnType<typeof newFolder>>;

export function runDemo(
  { folder, temp }: Place,
  args: readonly string[] = [],
  settings: Record<string, string> = {},
) {
  const env = { PATH: process.env.PATH, TMPDIR: temp, ...settings };
  const child: ChildProcess = spawn(process.execPath, [DEMO, ...args], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const run = {
    child,
    stdout: "",
    stderr: "",
    /** What was printed, as if on one endless line. */
    words: () => run.stdout.replace(/\s+/g, " "),
    code: new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    }),
  };
  child.stdout?.on("data", (chunk) => (run.stdout += chunk));
  child.stderr?.on("data", (chunk) => (run.stderr += chunk));
  onTestFinished(() => void child.kill("SIGKILL"));
  return run;
}

export async function look(path: string) {
  const input = new Input({ source: new BufferSource(await readFile(path)), formats: ALL_FORMATS });
  const [picture, sound] = [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()];
  return {
    picture: await picture?.getCodec(),
    sound: await sound?.getCodec(),
    pictureSeconds: (await picture?.computeDuration()) ?? 0,
    soundSeconds: (await sound?.computeDuration()) ?? 0,
  };
}

export async function expectTalking(path: string, recording: string): Promise<void> {
  const { soundSeconds } = await look(join(MEDIA, recording));
  const video = await look(path);
  expect(video).toMatchObject({ picture: "avc", sound: expect.stringMatching(/^(mp3|aac)$/) });
  // Encoders add up to a frame or two of silence.
  expect(Math.abs(video.soundSeconds - soundSeconds)).toBeLessThan(0.3);
  expect(Math.abs(video.pictureSeconds - soundSeconds)).toBeLessThan(0.3);
}
