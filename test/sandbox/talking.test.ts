import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawFrames, type Film } from "../../src/sandbox/akool/talking/film.ts";
import { measureSound } from "../../src/sandbox/akool/talking/measure-sound.ts";
import { type Pose, planMovements } from "../../src/sandbox/akool/talking/plan-movements.ts";
import { copyPlanes, type Planes, viewPlanes } from "../../src/sandbox/akool/talking/planes.ts";
import { Thread } from "../../src/sandbox/akool/talking/thread.ts";

const SAMPLE_RATE = 16_000;
const media = (name: string) => readFile(new URL(`../fixtures/media/${name}`, import.meta.url));

/** Whole seconds of silence (0) or of a tone of so many hertz. */
function tones(...seconds: number[]): Float32Array {
  return new Float32Array(seconds.length * SAMPLE_RATE).map((_, nth) => {
    const hertz = seconds[Math.floor(nth / SAMPLE_RATE)] ?? 0;
    return 0.5 * Math.sin((2 * Math.PI * hertz * nth) / SAMPLE_RATE);
  });
}

describe("a talking photo", () => {
  const thread = new Thread();
  afterAll(() => thread.close());
  const plan = async (photo: Buffer, sound = tones(0, 400)) =>
    thread.run("plan", { photo, speech: wav(sound), resolution: "720" });
  const portrait = { film: {} as Film, frames: [] as Planes[] };
  beforeAll(async () => {
    portrait.film = await plan(await media("portrait.jpg"));
    portrait.frames = await drawAll(portrait.film);
  });

  it.each([0, 15, -25])("is found in a portrait turned by %i degrees", async (turned) => {
    const photo = await sharp(await media("portrait.jpg"))
      .extract({ left: 110, top: 0, width: 230, height: 230 })
      .rotate(turned, { background: "grey" })
      .png()
      .toBuffer();
    const [face, ...more] = await thread.run("look", photo);
    expect(more).toEqual([]);
    expect(face?.width).toBeGreaterThan(60);
    expect(face?.width).toBeLessThan(150);
  });

  it("has its mouth where the portrait has it", () => {
    const { mouth, eyes } = portrait.film.shape ?? {};
    expect(Math.hypot((mouth?.x ?? 0) - 223, (mouth?.y ?? 0) - 143)).toBeLessThan(8);
    expect(eyes?.map(({ y }) => y < (mouth?.y ?? 0))).toEqual([true, true]);
  });

  it("is the largest of several", async () => {
    const face = sharp(await media("portrait.jpg")).extract({ left: 110, top: 0, width: 230, height: 230 });
    const [small, large] = [await face.resize(160).png().toBuffer(), await face.resize(300).png().toBuffer()];
    const both = await sharp({ create: { width: 500, height: 320, channels: 3, background: "grey" } })
      .composite([
        { input: small, left: 5, top: 80 },
        { input: large, left: 190, top: 10 },
      ])
      .png()
      .toBuffer();
    expect(await thread.run("look", both)).toHaveLength(2);
    expect((await plan(both)).shape?.mouth.x).toBeGreaterThan(250);
  });

  it("is not found in a pattern, nor in a cup of coffee", async () => {
    const pixels = Buffer.from(
      Array.from({ length: 256 * 256 * 3 }, (_, nth) => (((nth >> 5) ^ (nth >> 12)) & 1) * 200),
    );
    const pattern = sharp(pixels, { raw: { width: 256, height: 256, channels: 3 } });
    expect(await thread.run("look", await pattern.png().toBuffer())).toEqual([]);
    expect(await thread.run("look", await media("no-face.jpg"))).toEqual([]);
  });

  it("opens its mouth while there is sound, and not before; the far corner stands still", async () => {
    const { film, frames } = portrait;
    const [silent, loud] = [film.frames[20], film.frames[40]];
    expect([silent?.pose.open, loud && loud.pose.open > 0.7]).toEqual([0, true]);
    const { x = 0, y = 0, half = 0 } = film.shape?.mouth ?? {};
    const mouth = [x - half, y - half, x + half, y + half * 1.5] as const;
    // The same moment, were it not for the sound.
    const shut = await drawWith(film, 40, { open: 0 });
    expect(difference(shut, frames[40], mouth)).toBeGreaterThan(8);
    expect(darkPixels(frames[40], mouth)).toBeGreaterThan(darkPixels(shut, mouth) + 50);
    expect(difference(shut, frames[40], [180, 30, 270, 100])).toBe(0);
    const photo = viewPlanes(512, 512, film.photo);
    expect(frames.every((frame) => difference(photo, frame, [0, 400, 100, 512]) === 0)).toBe(true);
  });

  it("gets wide when a sound is bright, and round when it is dark", async () => {
    const { x = 0, y = 0, half = 0 } = portrait.film.shape?.mouth ?? {};
    const corner = [x - half * 1.2, y - half / 2, x - half * 0.8, y + half / 2] as const;
    const [wide, round] = [
      await drawWith(portrait.film, 40, { wide: 1 }),
      await drawWith(portrait.film, 40, { wide: -1 }),
    ];
    expect(difference(wide, round, corner)).toBeGreaterThan(3);
  });

  it("moves its head and blinks, also while nothing is said", async () => {
    const film = await plan(await media("portrait.jpg"), tones(0, 0, 0));
    const [eye] = film.shape?.eyes ?? [];
    const { x = 0, y = 0, half = 0 } = eye ?? {};
    const blink = film.frames.findIndex(({ pose }) => pose.shut > 0.95);
    expect(blink).toBeGreaterThan(0);
    const [open, shut] = [await drawWith(film, blink, { shut: 0 }), await drawWith(film, blink, {})];
    expect(difference(open, shut, [x - half, y - half, x + half, y + half])).toBeGreaterThan(8);
    const photo = viewPlanes(512, 512, film.photo);
    const forehead = [180, 30, 270, 100] as const;
    expect(difference(photo, await drawWith(film, 0, {}), forehead)).toBeLessThan(0.5);
    expect(difference(photo, await drawWith(film, 60, {}), forehead)).toBeGreaterThan(2);
  });

  it.each(["portrait.jpg", "no-face.jpg"])("carries the mark on each frame of %s", async (name) => {
    const film = name === "portrait.jpg" ? portrait.film : await plan(await media(name));
    const frames = name === "portrait.jpg" ? portrait.frames : await drawAll(film);
    const upperRight = [film.width - 60, 0, film.width, 16] as const;
    const photo = viewPlanes(film.width, film.height, film.photo);
    expect(frames).toHaveLength(50);
    for (const frame of frames) {
      expect(difference(frame, frames[0], upperRight)).toBe(0);
      expect(difference(frame, photo, upperRight)).toBeGreaterThan(10);
      expect([darkest(frame, upperRight) < 30, brightest(frame, upperRight) > 220]).toEqual([true, true]);
    }
  });

  it("is a still picture with a level and words that say why, where there is no face", async () => {
    const grey = sharp({ create: { width: 400, height: 300, channels: 3, background: "#777" } });
    const film = await plan(await grey.png().toBuffer());
    expect(film.shape).toBeUndefined();
    const [silent, loud] = [(await drawAll(film))[20], (await drawAll(film))[40]];
    const [words, below, bottom] = [
      [40, 24, 360, 90],
      [0, 100, 400, 280],
      [0, 295, 400, 300],
    ] as const;
    const photo = viewPlanes(film.width, film.height, film.photo);
    expect(brightest(silent, words)).toBeGreaterThan(220);
    expect(difference(photo, silent, below)).toBe(0);
    expect(difference(silent, loud, words)).toBe(0);
    expect(difference(silent, loud, bottom)).toBeGreaterThan(100);
  });

  it("sees how loud a sound is, and whether it is dark or bright", () => {
    const moments = measureSound(tones(0, 150, 600, 3000, 600, 0), SAMPLE_RATE, 25);
    expect(moments).toHaveLength(150);
    const [silence, dark, middle, bright] = [12, 38, 63, 88].map((frame) => moments[frame]);
    expect(silence).toEqual({ loud: 0, bright: 0 });
    expect([dark?.loud, middle?.loud, bright?.loud].every((loud) => (loud ?? 0) > 0.9)).toBe(true);
    expect(dark?.bright).toBeLessThan(-0.5);
    expect(middle?.bright).toBeCloseTo(0, 1);
    expect(bright?.bright).toBeGreaterThan(0.5);
    expect(moments.at(-1)?.loud).toBeLessThan(0.01);
    const [round, wide] = [38, 88].map((frame) => planMovements(moments, 25)[frame]);
    expect(round?.wide).toBeLessThan(wide?.wide ?? 0);
  });
});

async function drawAll(film: Film): Promise<Planes[]> {
  const frames: Planes[] = [];
  for await (const frame of drawFrames(film, 0, film.frames.length)) frames.push(copyPlanes(frame));
  return frames;
}

/** One frame, with a part of its pose replaced. */
async function drawWith(film: Film, nth: number, pose: Partial<Pose>): Promise<Planes> {
  const frame = film.frames[nth];
  if (!frame) throw new Error("no such frame");
  const changed = { ...frame, pose: { ...frame.pose, ...pose } };
  const [drawn] = await drawAll({ ...film, frames: [changed] });
  if (!drawn) throw new Error("no frame was drawn");
  return drawn;
}

type Box = readonly [left: number, top: number, right: number, bottom: number];

/** Brightness in a box, row by row. */
function lightIn(planes: Planes | undefined, [left, top, right, bottom]: Box): number[] {
  if (!planes) throw new Error("no such frame");
  const values: number[] = [];
  for (let row = Math.round(top); row < Math.round(bottom); row += 1) {
    const from = row * planes.width;
    values.push(...planes.light.subarray(from + Math.round(left), from + Math.round(right)));
  }
  return values;
}

/** The mean of all pixels in a box. */
function difference(one: Planes | undefined, other: Planes | undefined, box: Box): number {
  const [a, b] = [lightIn(one, box), lightIn(other, box)];
  return a.reduce((sum, value, nth) => sum + Math.abs(value - (b[nth] ?? 0)), 0) / a.length;
}

function darkPixels(planes: Planes | undefined, box: Box): number {
  return lightIn(planes, box).filter((light) => light < 60).length;
}

function darkest(planes: Planes | undefined, box: Box): number {
  return Math.min(...lightIn(planes, box));
}

function brightest(planes: Planes | undefined, box: Box): number {
  return Math.max(...lightIn(planes, box));
}

/** 16 bits, one channel. */
function wav(samples: Float32Array): Buffer {
  const head = Buffer.from("RIFF....WAVEfmt ....................data....", "latin1");
  head.writeUInt32LE(36 + samples.length * 2, 4);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(SAMPLE_RATE, 24);
  head.writeUInt32LE(SAMPLE_RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.writeUInt32LE(samples.length * 2, 40);
  const data = Int16Array.from(samples, (sample) => Math.round(sample * 32_767));
  return Buffer.concat([head, Buffer.from(data.buffer)]);
}
