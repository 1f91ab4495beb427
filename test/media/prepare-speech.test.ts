import { copyFile, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import HME from "h264-mp4-encoder";
import { describe, expect, it } from "vitest";
import { type PreparedSpeech, prepareSpeech } from "../../src/media/prepare-speech.ts";
import { probeSound } from "../../src/media/probe-sound.ts";
import { FIXTURES, rejectionOf, temporaryFolder } from "./serve.ts";

describe("a recording", () => {
  it("that is an MP3 is passed on as it came", async () => {
    const mp3 = await readFile(join(FIXTURES, "speech.mp3"));
    const { prepared, output } = await prepare(mp3);
    expect(prepared).toEqual({ seconds: expect.closeTo(6.75, 1), sizeBytes: mp3.length, converted: false });
    expect(output).toEqual(mp3);
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
    const { prepared, output, outPath } = await prepare(tone({ seconds: 2, sampleRate, channels }));
    expect(prepared).toEqual({ seconds: expect.closeTo(2, 2), sizeBytes: output.length, converted: true });
    expect(await probeSound(outPath)).toMatchObject({ isMp3: true, seconds: expect.closeTo(2.05, 1) });
  });

  it("may be a WAV of 32-bit numbers behind a header of odd length", async () => {
    const { prepared } = await prepare(floatTone(2));
    expect(prepared).toMatchObject({ seconds: expect.closeTo(2, 2), converted: true });
  });

  it("may be half a second over the limit and not more", async () => {
    const at = (seconds: number) => tone({ seconds, sampleRate: 8000, channels: 1 });
    expect((await prepare(at(60.4), 60)).prepared.seconds).toBeCloseTo(60.4, 1);
    expect(await refusal(at(92), 60)).toEqual({
      reason: "speech_too_long",
      seen: "a recording of 1 min 32 s",
      limit: "60 seconds",
      file: "recording",
    });
    expect(await refusal(await readFile(join(FIXTURES, "speech.mp3")), 6)).toMatchObject({
      reason: "speech_too_long",
    });
  });

  it("is measured, whatever its header claims", async () => {
    const mp3 = await readFile(join(FIXTURES, "speech.mp3"));
    const frames = withoutId3(mp3);
    const long = Buffer.concat([mp3, ...Array<Buffer>(10).fill(frames)]);
    expect(await refusal(long, 60)).toMatchObject({
      reason: "speech_too_long",
      seen: "a recording of 1 min 14 s",
    });

    // As a program writes it that cannot go back: the size is not known.
    const endless = tone({ seconds: 2, sampleRate: 8000, channels: 1 });
    endless.writeUInt32LE(0xffffffff, 4);
    endless.writeUInt32LE(0xffffffff, 40);
    expect((await prepare(endless)).prepared.seconds).toBeCloseTo(2, 1);
  });

  it("is refused when there is hardly anything in it", async () => {
    for (const seconds of [0, 0.2]) {
      expect(await refusal(tone({ seconds, sampleRate: 8000, channels: 1 }))).toMatchObject({
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
    expect(await rejectionOf(prepareSpeech(path, join(folder, "out.mp3"), { maxSeconds: 60 }))).toMatchObject(
      {
        failure: { reason: "speech_too_big", seen: "51 MB", limit: "50 MB", file: "recording" },
      },
    );
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

  it("is refused in a kind that cannot be converted", async () => {
    expect(await refusal(Buffer.from("MThd\0\0\0\x06\0\0\0\x01\0\x60", "latin1"))).toMatchObject({
      reason: "speech_type_unsupported",
      seen: "a MIDI file",
    });
  });

  it("leaves nothing behind when it is refused", async () => {
    const folder = await temporaryFolder();
    await rejectionOf(prepareIn(folder, tone({ seconds: 92, sampleRate: 8000, channels: 1 }), 60));
    expect(await readdir(folder)).toEqual(["in"]);
  });

  it("does not keep others from being judged at the same time", async () => {
    const m4a = await readFile(join(FIXTURES, "slack-clip.m4a"));
    const all = await Promise.all([prepare(m4a), prepare(m4a), prepare(m4a), prepare(m4a)]);
    expect(all.map(({ prepared }) => prepared.converted)).toEqual([true, true, true, true]);
  });
});

async function prepare(input: Buffer, maxSeconds = 60) {
  return prepareIn(await temporaryFolder(), input, maxSeconds);
}

async function prepareIn(
  folder: string,
  input: Buffer,
  maxSeconds: number,
): Promise<{ prepared: PreparedSpeech; output: Buffer; outPath: string }> {
  await writeFile(join(folder, "in"), input);
  const outPath = join(folder, "out.mp3");
  const prepared = await prepareSpeech(join(folder, "in"), outPath, { maxSeconds });
  return { prepared, output: await readFile(outPath), outPath };
}

async function refusal(input: Buffer, maxSeconds = 60): Promise<{ reason: string; seen?: string }> {
  const error = await rejectionOf(prepare(input, maxSeconds));
  if (typeof error !== "object" || error === null || !("failure" in error)) throw error;
  return error.failure as { reason: string };
}

/** A 16-bit WAV of a 440 Hz tone. */
function tone({ seconds, sampleRate, channels }: { seconds: number; sampleRate: number; channels: number }) {
  const samples = Math.round(seconds * sampleRate);
  const wav = Buffer.alloc(44 + samples * channels * 2);
  wav.write("RIFF");
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write("WAVEfmt ", 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(channels, 22);
  wav.writeUInt32LE(sampleRate, 24);
  wav.writeUInt32LE(sampleRate * channels * 2, 28);
  wav.writeUInt16LE(channels * 2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write("data", 36);
  wav.writeUInt32LE(samples * channels * 2, 40);
  for (let i = 0; i < samples * channels; i += 1) {
    const time = Math.floor(i / channels) / sampleRate;
    wav.writeInt16LE(Math.round(8000 * Math.sin(2 * Math.PI * 440 * time)), 44 + i * 2);
  }
  return wav;
}

function floatTone(seconds: number): Buffer {
  const samples = Float32Array.from({ length: seconds * 8000 }, (_, i) => 0.3 * Math.sin(i / 3));
  const header = tone({ seconds: 0, sampleRate: 8000, channels: 1 });
  header.writeUInt16LE(3, 20);
  header.writeUInt32LE(32_000, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(32, 34);
  const note = Buffer.from("LIST\x06\0\0\0INFO\0\0", "latin1");
  const data = Buffer.from(samples.buffer);
  const wav = Buffer.concat([header.subarray(0, 36), note, header.subarray(36), data]);
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.writeUInt32LE(data.length, 36 + note.length + 4);
  return wav;
}

async function silentVideo(): Promise<Buffer> {
  const encoder = await HME.createH264MP4Encoder();
  Object.assign(encoder, { width: 64, height: 64, frameRate: 10 });
  encoder.initialize();
  for (let frame = 0; frame < 5; frame += 1)
    encoder.addFrameRgba(new Uint8Array(64 * 64 * 4).fill(frame * 40));
  encoder.finalize();
  return Buffer.from(encoder.FS.readFile(encoder.outputFilename));
}

function withoutId3(mp3: Buffer): Buffer {
  if (mp3.toString("latin1", 0, 3) !== "ID3") return mp3;
  const size = [6, 7, 8, 9].reduce((sum, at) => sum * 128 + (mp3[at] ?? 0), 0);
  return mp3.subarray(10 + size);
}

/** The same junk every time. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let i = 0; i < length; i += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    bytes[i] = state >> 16;
  }
  return bytes;
}
