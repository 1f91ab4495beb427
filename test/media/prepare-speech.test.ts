import { copyFile, mkdir, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createMp3Encoder } from "wasm-media-encoders";
import { RequestProblem } from "../../src/job/failure.ts";
import { findFfmpeg } from "../../src/media/ffmpeg-sound.ts";
import { prepareSpeech, type SpeechOptions, type SpeechTooLong } from "../../src/media/prepare-speech.ts";
import { probeSound } from "../../src/media/probe-sound.ts";
import { inEnglish } from "../words/in-english.ts";
import {
  box,
  noise,
  packetsOfOneSize,
  silentVideo,
  uint32,
  wav,
  withIndexFirst,
  withInTrack,
  withPicture,
} from "./raw-media.ts";
import { FIXTURES, rejectionOf, temporaryFolder } from "./serve.ts";

describe("a recording", () => {
  it("that is an MP3 is passed on frame by frame, without its tags", async () => {
    const mp3 = await readFile(join(FIXTURES, "speech.mp3"));
    const frames = withoutId3(mp3);
    const { prepared, output } = await prepare(tagged(frames));
    expect(prepared).toEqual({
      type: "prepared",
      seconds: expect.closeTo(6.75, 1),
      sizeBytes: frames.length,
      converted: false,
    });
    expect(output).toEqual(frames);
    expect((await prepare(mp3)).output).toEqual(frames);
    expect((await prepare(frames)).output).toEqual(frames);
  });

  it.each(["slack-clip.m4a", "clip.webm"])("%s becomes an MP3 of the same length", async (name) => {
    const { prepared, outPath } = await prepare(await readFile(join(FIXTURES, name)));
    expect(prepared).toMatchObject({ seconds: expect.closeTo(6.7, 1), converted: true });
    expect(await probeSound(outPath)).toMatchObject({ isMp3: true, seconds: expect.closeTo(6.75, 1) });
  });

  it.each([
    [8000, 1],
    [22_050, 1],
    [44_100, 2],
    [48_000, 2],
    [96_000, 6],
  ])("as WAV with %i samples a second in %i channels becomes an MP3", async (sampleRate, channels) => {
    const { prepared, output, outPath } = await prepare(wav({ seconds: 2, sampleRate, channels }));
    expect(prepared).toEqual({
      type: "prepared",
      seconds: expect.closeTo(2, 2),
      sizeBytes: output.length,
      converted: true,
    });
    expect(await probeSound(outPath)).toMatchObject({ isMp3: true, seconds: expect.closeTo(2.05, 1) });
  });

  it("may be a WAV of 32-bit numbers behind a header of odd length", async () => {
    const { prepared } = await prepare(floatTone(2));
    expect(prepared).toMatchObject({ seconds: expect.closeTo(2, 2), converted: true });
  });

  it("may be half a second over the limit and not more", async () => {
    const at = (seconds: number) => wav({ seconds, sampleRate: 8000, channels: 1 });
    expect((await prepare(at(60.4))).prepared.seconds).toBeCloseTo(60.4, 1);
    expect(await tooLong(at(92), 60)).toEqual({ type: "too_long", seconds: 92, cutAtSeconds: 60 });
    expect(await tooLong(await readFile(join(FIXTURES, "speech.mp3")), 6)).toMatchObject({
      seconds: expect.closeTo(6.75, 1),
    });
  });

  it("is refused outright when its header says half an hour", async () => {
    const long = wav({ seconds: 1801, sampleRate: 1000, channels: 1 });
    expect(await refusal(long)).toEqual({
      reason: "speech_too_long",
      seen: "a recording of 30 min 1 s",
      limit: "60 seconds",
      file: "recording",
    });
  });

  it("that is too long is to be cut where the last pause in its last part ends", async () => {
    const spoken = (...pauses: readonly (readonly [number, number])[]) => {
      const file = wav({ seconds: 20, sampleRate: 8000, channels: 1 });
      for (const [from, to] of pauses) file.fill(0, 44 + from * 16_000, 44 + to * 16_000);
      return file;
    };
    const cut = async (wav: Buffer) => (await tooLong(wav, 10)).cutAtSeconds;
    expect(await cut(spoken([2, 3], [7, 7.5], [8.5, 8.9]))).toBeCloseTo(8.9, 1);
    // Too early, too short, or after the limit: then there itself.
    expect(await cut(spoken([2, 3], [8, 8.1], [11, 12]))).toBe(10);
    expect(await cut(spoken([9.5, 11]))).toBe(10);
  });

  it.each(["WAV", "MP3"])("that is a %s is cut where it is told, softly", async (kind) => {
    const long = wav({ seconds: 12, sampleRate: 8000, channels: 1 });
    const input = kind === "WAV" ? long : (await prepare(long)).output;
    const { prepared, outPath } = await prepare(input, { maxSeconds: 10, cutAtSeconds: 8.5 });
    expect(prepared).toMatchObject({ type: "prepared", seconds: expect.closeTo(8.5, 2), converted: true });
    expect(await probeSound(outPath)).toMatchObject({ isMp3: true, seconds: expect.closeTo(8.55, 1) });
  });

  it("is refused when nothing can be heard in it, also when it is an MP3", async () => {
    const silence = wav({ seconds: 7, sampleRate: 8000, channels: 1, volume: 20 });
    const silentMp3 = await encoded(silence);
    for (const input of [silence, silentMp3]) {
      expect(await refusal(input)).toMatchObject({
        reason: "speech_silent",
        seen: "a recording of 7 s in which nothing can be heard",
        file: "recording",
      });
    }
    const click = wav({ seconds: 7, sampleRate: 8000, channels: 1, volume: 0 });
    click.fill(0x20, 44 + 60_000, 44 + 62_000);
    expect((await prepare(click)).prepared.type).toBe("prepared");
  });

  it("is a concern when it is so loud that it is distorted", async () => {
    const loud = wav({ seconds: 2, sampleRate: 8000, channels: 1, volume: 60_000 });
    expect((await prepare(loud)).prepared).toMatchObject({ concern: { kind: "speech_clipped" } });
    expect((await prepare(wav({ seconds: 2, sampleRate: 8000, channels: 1 }))).prepared).not.toHaveProperty(
      "concern",
    );
  });

  it("is measured, whatever its header claims", async () => {
    const mp3 = await readFile(join(FIXTURES, "speech.mp3"));
    const frames = withoutId3(mp3);
    const long = Buffer.concat([mp3, ...Array<Buffer>(10).fill(frames)]);
    expect(await tooLong(long, 60)).toMatchObject({ seconds: expect.closeTo(74, 0) });

    // As a program writes it that cannot go back: the size is not known.
    const endless = wav({ seconds: 2, sampleRate: 8000, channels: 1 });
    endless.writeUInt32LE(0xffffffff, 4);
    endless.writeUInt32LE(0xffffffff, 40);
    expect((await prepare(endless)).prepared.seconds).toBeCloseTo(2, 1);
  });

  it("is refused when there is hardly anything in it", async () => {
    for (const seconds of [0, 0.2]) {
      expect(await refusal(wav({ seconds, sampleRate: 8000, channels: 1 }))).toMatchObject({
        reason: "speech_empty",
        file: "recording",
      });
    }
  });

  it("is refused over 50 MB, without being read", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "big.wav");
    await copyFile(join(FIXTURES, "speech.mp3"), path);
    await truncate(path, 51_000_000);
    const error = await rejectionOf(prepareSpeech(path, join(folder, "out.mp3"), USUAL));
    if (!(error instanceof RequestProblem)) throw error;
    const failure = { reason: "speech_too_big", seen: "51 MB", limit: "50 MB", file: "recording" };
    expect(inEnglish(error.failure)).toEqual(failure);
  });

  it.each([
    ["a JPEG photo", () => readFile(join(FIXTURES, "portrait.jpg"))],
    ["a web page", async () => Buffer.from("<!doctype html><title>Hi</title>")],
    ["a PDF", async () => Buffer.from("%PDF-1.7\n")],
    ["a text file", async () => Buffer.from("Hello, this is what I would say.")],
    ["an empty file", async () => Buffer.alloc(0)],
    ["a damaged recording", async () => (await readFile(join(FIXTURES, "slack-clip.m4a"))).subarray(0, 9000)],
    ["a damaged recording", async () => Buffer.concat([Buffer.from("OggS"), Buffer.alloc(500, 7)])],
    [undefined, async () => noise(200_000)],
  ])("is refused when it is %s", async (seen, make) => {
    const failure = await refusal(await make());
    expect(failure).toMatchObject({ reason: "speech_unreadable", file: "recording" });
    expect(failure.seen).toBe(seen);
  });

  it("is refused when it is a video without sound", async () => {
    expect(await refusal(await silentVideo())).toMatchObject({
      reason: "speech_unreadable",
      seen: "a video without sound",
    });
  });

  it("of a video sounds the same wherever the index is and however much picture there is", async () => {
    const video = await readFile(join(FIXTURES, "video.mov"));
    const { output } = await prepare(video);
    expect((await prepare(withPicture(video, 20_000_000))).output).toEqual(output);
    expect((await prepare(withIndexFirst(video))).output).toEqual(output);
  });

  it.runIf(process.platform === "linux")("leaves a busy core to whoever answers Slack", async () => {
    const nice = async (path: string) => {
      const [, fields = ""] = (await readFile(path, "utf8")).split(") ");
      return Number(fields.split(" ")[16]);
    };
    const usual = await nice("/proc/thread-self/stat");
    await prepare(await readFile(join(FIXTURES, "slack-clip.m4a")));
    expect(await nice("/proc/thread-self/stat")).toBe(usual);
    const threads = await readdir("/proc/self/task");
    // The thread stays for a while for whoever comes next.
    const all = await Promise.all(threads.map((id) => nice(`/proc/self/task/${id}/stat`).catch(() => usual)));
    expect(all).toContain(Math.max(usual, 5));
  });

  it("is refused in a kind that cannot be converted", async () => {
    expect(await refusal(Buffer.from("MThd\0\0\0\x06\0\0\0\x01\0\x60", "latin1"))).toMatchObject({
      reason: "speech_type_unsupported",
      seen: "a MIDI file",
    });
  });

  it("leaves nothing behind when it is refused or too long", async () => {
    const folder = await temporaryFolder();
    await tooLong(wav({ seconds: 92, sampleRate: 8000, channels: 1 }), 60, folder);
    expect(await readdir(folder)).toEqual(["in"]);
    await rejectionOf(prepareIn(folder, noise(100_000)));
    expect(await readdir(folder)).toEqual(["in"]);
  });

  it("that claims packets without end does not end the program for others", async () => {
    const m4a = await readFile(join(FIXTURES, "slack-clip.m4a"));
    const hidden = box("meta", Buffer.concat([uint32(0), packetsOfOneSize(1, 0xfffffff0)]));
    const [refused, { prepared }] = await Promise.all([refusal(withInTrack(m4a, hidden)), prepare(m4a)]);
    expect(refused).toMatchObject({ reason: "speech_unreadable", seen: "a damaged recording" });
    expect(prepared.type).toBe("prepared");
    expect((await prepare(m4a)).prepared.type).toBe("prepared");
  });

  it("does not keep others from being judged at the same time", async () => {
    const m4a = await readFile(join(FIXTURES, "slack-clip.m4a"));
    const all = await Promise.all([prepare(m4a), prepare(m4a), prepare(m4a), prepare(m4a)]);
    expect(all.map(({ prepared }) => prepared.converted)).toEqual([true, true, true, true]);
  });
});

describe("ffmpeg", () => {
  const au = Buffer.concat([Buffer.from(".snd"), Buffer.alloc(1000)]);

  it("reads what our own decoders cannot, when it is installed", async () => {
    const { searchPath, folder } = await fakeFfmpeg('cat "$(dirname "$0")/pcm"');
    const samples = Float32Array.from({ length: 88_200 }, (_, i) => 0.3 * Math.sin(i / 10));
    await writeFile(join(folder, "pcm"), Buffer.from(samples.buffer));
    const { prepared } = await prepare(au, { searchPath });
    expect(prepared).toMatchObject({ seconds: expect.closeTo(2, 2), converted: true });
    expect(await refusal(au)).toMatchObject({ reason: "speech_type_unsupported", seen: "an AU recording" });
  });

  it("gets the one file, no variable of ours, and no word through a shell", async () => {
    const { searchPath, folder } = await fakeFfmpeg(
      'here="$(dirname "$0")"; printf "%s\\n" "$@" > "$here/args"; env > "$here/env"; exit 1',
    );
    const secret = await temporaryFolder();
    const odd = join(secret, "$(touch x);concat:");
    await mkdir(odd);
    await writeFile(join(odd, "in"), au);
    await rejectionOf(prepareSpeech(join(odd, "in"), join(odd, "out"), { maxSeconds: 60, searchPath }));
    const args = (await readFile(join(folder, "args"), "utf8")).split("\n");
    expect(args).toContain(`file:${join(odd, "in")}`);
    expect(args[args.indexOf("-protocol_whitelist") + 1]).toBe("file,pipe");
    const names = (await readFile(join(folder, "env"), "utf8")).split("\n").map((line) => line.split("=")[0]);
    // What the shell of the stand-in sets itself.
    expect(names.filter((name) => !["", "PWD", "OLDPWD", "SHLVL", "_"].includes(name ?? ""))).toEqual([]);
  });

  it("is not asked about what begins like a playlist, or like nothing known", async () => {
    const { searchPath, folder } = await fakeFfmpeg('touch "$(dirname "$0")/asked"; exit 1');
    for (const [bytes, seen] of [
      [Buffer.from("#EXTM3U\nfile:///etc/passwd\n"), "a playlist"],
      [Buffer.from("ffconcat version 1.0\nfile /etc/passwd\n"), "a playlist"],
      [noise(1000), undefined],
    ] as const) {
      const failure = await refusal(bytes, { searchPath });
      expect(failure.reason).toBe("speech_unreadable");
      expect(failure.seen).toBe(seen);
    }
    expect(await readdir(folder)).toEqual(["ffmpeg"]);
    await refusal(au, { searchPath });
    expect(await readdir(folder)).toEqual(["asked", "ffmpeg"]);
  });

  it("may fail, or never stop, without more than a refusal", async () => {
    const failing = await fakeFfmpeg("exit 3");
    expect(await refusal(au, failing)).toMatchObject({ reason: "speech_type_unsupported" });
    const endless = await fakeFfmpeg("exec cat /dev/zero");
    expect(await refusal(au, endless)).toMatchObject({ reason: "speech_silent" });
    const ogg = Buffer.concat([Buffer.from("OggS"), Buffer.alloc(500, 7)]);
    expect(await refusal(ogg, failing)).toMatchObject({ seen: "a damaged recording" });
  });

  it("is the real one on machines that have it", async () => {
    // A FLAC stream in Ogg, which our own decoders do not know; without ffmpeg it is refused.
    const searchPath = process.env.PATH ?? "";
    const flac = await readFile(join(FIXTURES, "flac-in-ogg.oga"));
    if ((await findFfmpeg(searchPath)) === undefined) {
      expect(await refusal(flac, { searchPath })).toMatchObject({ reason: "speech_unreadable" });
    } else {
      const { prepared } = await prepare(flac, { searchPath });
      expect(prepared).toMatchObject({ seconds: expect.closeTo(2, 1), converted: true });
    }
  });
});

/** A program of that name in a folder of its own. */
async function fakeFfmpeg(script: string): Promise<{ searchPath: string; folder: string }> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "ffmpeg"), `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`, { mode: 0o700 });
  return { searchPath: folder, folder };
}

const USUAL: SpeechOptions = { maxSeconds: 60, searchPath: "" };

async function prepare(input: Buffer, options: Partial<SpeechOptions> = {}) {
  return prepareIn(await temporaryFolder(), input, options);
}

async function prepareIn(folder: string, input: Buffer, options: Partial<SpeechOptions> = {}) {
  await writeFile(join(folder, "in"), input);
  const outPath = join(folder, "out.mp3");
  const prepared = await prepareSpeech(join(folder, "in"), outPath, { ...USUAL, ...options });
  if (prepared.type === "too_long") throw new Error("too long");
  return { prepared, output: await readFile(outPath), outPath };
}

async function tooLong(input: Buffer, maxSeconds: number, folder?: string): Promise<SpeechTooLong> {
  const dir = folder ?? (await temporaryFolder());
  await writeFile(join(dir, "in"), input);
  const prepared = await prepareSpeech(join(dir, "in"), join(dir, "out.mp3"), { ...USUAL, maxSeconds });
  if (prepared.type !== "too_long") throw new Error("not too long");
  return prepared;
}

async function refusal(
  input: Buffer,
  options: Partial<SpeechOptions> = {},
): Promise<{ reason: string; seen?: string }> {
  const error = await rejectionOf(prepare(input, options));
  if (!(error instanceof RequestProblem)) throw error;
  return inEnglish(error.failure);
}

/** With names, places and pictures before and after the sound, in every kind of tag. */
function tagged(frames: Buffer): Buffer {
  const id3 = Buffer.from("ID3\x04\0\0\0\0\0\x14TPE1\0\0\0\x0a\0\0A person..", "latin1");
  const ape = Buffer.alloc(32);
  ape.write("APETAGEX");
  ape.writeUInt32LE(2000, 8);
  ape.writeUInt32LE(32 + 12, 12);
  const id3v1 = Buffer.alloc(128);
  id3v1.write("TAGSecret place");
  return Buffer.concat([id3, id3, frames, Buffer.from("Cover Art..."), ape, id3v1]);
}

/** A WAV of one channel and 8000 samples a second, as an MP3. */
async function encoded(wav: Buffer): Promise<Buffer> {
  const encoder = await createMp3Encoder();
  encoder.configure({ channels: 1, sampleRate: 8000, bitrate: 32, outputSampleRate: 44_100 });
  const samples = Float32Array.from(
    { length: (wav.length - 44) / 2 },
    (_, i) => wav.readInt16LE(44 + i * 2) / 32_768,
  );
  const start = Buffer.from(encoder.encode([samples]));
  return Buffer.concat([start, Buffer.from(encoder.finalize())]);
}

function floatTone(seconds: number): Buffer {
  const samples = Float32Array.from({ length: seconds * 8000 }, (_, i) => 0.3 * Math.sin(i / 3));
  const header = wav({ seconds: 0, sampleRate: 8000, channels: 1 });
  header.writeUInt16LE(3, 20);
  header.writeUInt32LE(32_000, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(32, 34);
  const note = Buffer.from("LIST\x06\0\0\0INFO\0\0", "latin1");
  const data = Buffer.from(samples.buffer);
  const file = Buffer.concat([header.subarray(0, 36), note, header.subarray(36), data]);
  file.writeUInt32LE(file.length - 8, 4);
  file.writeUInt32LE(data.length, 36 + note.length + 4);
  return file;
}

function withoutId3(mp3: Buffer): Buffer {
  if (mp3.toString("latin1", 0, 3) !== "ID3") return mp3;
  const size = [6, 7, 8, 9].reduce((sum, at) => sum * 128 + (mp3[at] ?? 0), 0);
  return mp3.subarray(10 + size);
}
