import { readdir, readFile } from "node:fs/promises";
import decodeAudio from "audio-decode";
import { expect, it, vi } from "vitest";
import { buzzer, makeRealSpeaker } from "../../src/sandbox/akool/speaker.ts";
import { makeVoices, type SandboxVoice } from "../../src/sandbox/akool/voices.ts";
import { get, photo, post, start } from "./akool-world.ts";

/** With its real renderer, the stand-in hears, sees and speaks. Models take a second to load: few tests, and long ones. */
const SPEAK = "/api/open/v4/voice/tts";
const FACES = "/interface/detect-api/detect_faces";
const noFace = await readFile(new URL("../fixtures/media/no-face.jpg", import.meta.url));
const real = { renderer: "real", autoFinish: false } as const;
type World = Awaited<ReturnType<typeof start>>["akool"];

async function say(akool: World, input_text: string, voice: SandboxVoice | undefined, more = {}) {
  const { body } = await post(akool, SPEAK, { input_text, voice_id: voice?.voiceId, ...more });
  const detail = `/api/open/v4/voice/resource/detail/${body.data._id}`;
  await vi.waitFor(async () => expect((await get(akool, detail)).body.data.result.status).toBe(3), 50_000);
  const { preview, duration } = (await get(akool, detail)).body.data.result;
  const mp3 = Buffer.from(await (await fetch(preview)).arrayBuffer());
  const { channelData, sampleRate } = await decodeAudio(mp3);
  const samples = channelData[0] ?? new Float32Array();
  expect(duration / 1000).toBeCloseTo(samples.length / sampleRate, 0);
  return { mp3, seconds: duration / 1000, loudest: Math.max(...samples.map(Math.abs)) };
}

it("speaks: longer for a longer text, faster when it is told to, and in each voice differently", async () => {
  const { akool } = await start(real);
  const { voices } = akool;
  const voice = (name: string) => voices.find((each) => each.name === name);
  const text = "Good morning, everybody.";
  const [nicole, adam] = [await say(akool, text, voice("Nicole")), await say(akool, text, voice("Adam"))];
  const longer = await say(akool, `${text} I am a talking photo, and this is what I say.`, voice("Nicole"));
  const fast = await say(akool, text, voice("Nicole"), { voice_options: { speed: 1.2 } });
  const others = [await say(akool, text, voice("Katja")), await say(akool, "おはよう。", voice("Nanami"))];

  expect(nicole.seconds).toBeGreaterThan(1);
  expect(longer.seconds).toBeGreaterThan(nicole.seconds + 1);
  expect(fast.seconds).toBeLessThan(nicole.seconds);
  const all = [nicole, adam, longer, fast, ...others];
  expect(new Set(all.map(({ mp3 }) => mp3.toString("base64"))).size).toBe(all.length);
  expect(all.every(({ loudest }) => loudest > 0.1)).toBe(true);
  // The same words cost no second time of anybody's.
  expect((await say(akool, text, voice("Nicole"))).mp3.equals(nicole.mp3)).toBe(true);
  expect(akool.problems).toEqual([]);
});

it("finds the faces that are there, and still those that a test says", async () => {
  const { akool } = await start(real);
  const ask = async (picture: Buffer) =>
    (await post(akool, FACES, { img: picture.toString("base64") })).body.faces_obj["0"].region;
  expect(await ask(noFace)).toEqual([]);
  const [[x, y, width, height], ...more] = await ask(photo);
  expect(more).toEqual([]);
  expect([x, y, width, height].every(Number.isInteger)).toBe(true);
  // Where it is in the sample.
  expect(Math.hypot(x + width / 2 - 226, y + height / 2 - 124)).toBeLessThan(10);
  akool.faces = [[1, 2, 3, 4]];
  expect(await ask(photo)).toEqual([[1, 2, 3, 4]]);
});

it("goes on answering while it renders, and can be closed in the middle of it", async () => {
  const { akool, order } = await start(real);
  await post(akool, "/api/open/v3/content/video/createbytalkingphoto", order);
  expect((await get(akool, "/api/open/v3/faceswap/quota/info")).body.code).toBe(1000);
  await akool.close();
  expect(akool.problems).toEqual([]);
});

it("buzzes where it cannot speak, and says so", async () => {
  const problems: string[] = [];
  const speaker = makeRealSpeaker(
    { speak: () => Promise.reject(new Error("no voice")) },
    { reportProblem: (problem) => problems.push(problem), closing: new AbortController().signal },
  );
  const [voice] = makeVoices();
  if (!voice) throw new Error("there are no voices");
  const words = { text: "Hello.", voice };
  expect(await speaker.speak(words)).toEqual(await buzzer.speak(words));
  expect(await speaker.measureSeconds(words)).toBe(await buzzer.measureSeconds(words));
  expect(problems).toEqual(["the sandbox could not speak: Error: no voice"]);
});

it("loads nothing heavy before a thread needs it", async () => {
  const folder = new URL("../../src/sandbox/akool/", import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.endsWith(".ts"));
  const start = [...files, "talking/studio.ts", "talking/thread.ts", "talking/tasks.ts"];
  for (const name of start) {
    const source = await readFile(new URL(name, folder), "utf8");
    const imported = [...source.matchAll(/^import (?!type).* from "(.+)";$/gm)].map(([, from]) => from ?? "");
    const heavy = imported.filter((from) => /tensorflow|espeak|h264|human|audio-decode|talking\//.test(from));
    expect([name, heavy.filter((from) => from !== "./talking/studio.ts")]).toEqual([name, []]);
  }
});
