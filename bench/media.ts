/** What the heaviest photos and recordings cost the process that gets them ready. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  ALL_FORMATS,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  FilePathSource,
  Input,
  MovOutputFormat,
  Output,
} from "mediabunny";
import sharp from "sharp";
import { compare, type Row } from "./figures.ts";
import type { MediaCost } from "./media-process.ts";
import { scratchFolder } from "./processes.ts";

const FIXTURES = join(import.meta.dirname, "../test/fixtures/media");
const SECTION = "getting media ready, in a process of its own";
const MAX_MB = 300;
const MAX_HELD_MS = 50;
const WAV_SECONDS = 60;
const SAMPLE_RATE = 48_000;
const HEIC_TILES = 48;
/** Under the limit of 50 MB, with much of what a phone films. */
const VIDEO_BYTES = 44_000_000;
const VIDEO_SECONDS = 54;
/** AVIF's limit, within which it takes the most memory of all photos. */
const AVIF_PIXELS = [3640, 2740] as const;
/** An ADTS stream of `speech.aac` and an Ogg stream may be repeated: players go on with the next. */
const REPEATED = 30;

export interface MediaOptions {
  readonly rounds: number;
  readonly scratch: string;
  readonly progress: (text: string) => void;
}

interface Sample {
  readonly what: string;
  readonly kind: "photo" | "speech";
  readonly make: () => Promise<Buffer>;
}

const SAMPLES: readonly Sample[] = [
  { what: "JPEG, 12 megapixels", kind: "photo", make: () => enlarged(4032, 3024).jpeg().toBuffer() },
  {
    what: "JPEG, 40 megapixels, lying on its side",
    kind: "photo",
    make: () => enlarged(7300, 5400).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  },
  { what: "HEIC, 12 megapixels", kind: "photo", make: () => readFile(join(FIXTURES, "iphone-12mp.heic")) },
  { what: "HEIC, 12 megapixels, noisy", kind: "photo", make: noisyHeic },
  {
    what: "AVIF, 10 megapixels",
    kind: "photo",
    make: () =>
      enlarged(...AVIF_PIXELS)
        .avif({ effort: 0 })
        .toBuffer(),
  },
  { what: "PNG, 40 megapixels", kind: "photo", make: () => enlarged(7300, 5400, "nearest").png().toBuffer() },
  {
    what: "PNG, 40 megapixels, interlaced",
    kind: "photo",
    make: () => enlarged(7300, 5400, "nearest").png({ progressive: true }).toBuffer(),
  },
  { what: "video of 44 MB, its index at the end", kind: "speech", make: videoWithLateIndex },
  { what: "WAV, 60 s, stereo", kind: "speech", make: async () => stereoWav() },
  { what: "AAC, 60 s", kind: "speech", make: () => repeated("speech.aac") },
  { what: "Opus, 60 s", kind: "speech", make: () => repeated("speech.opus") },
];

const run = promisify(execFile);

export async function measureMedia({ rounds, scratch, progress }: MediaOptions): Promise<Row[]> {
  using dir = scratchFolder(scratch);
  const rows: Row[] = [];
  for (const [index, { what, kind, make }] of SAMPLES.entries()) {
    const path = join(dir.path, `sample-${index}`);
    await writeFile(path, await make());
    const costs: MediaCost[] = [];
    for (let round = 0; round < rounds; round += 1) {
      progress(`media, round ${round + 1} of ${rounds}: ${what}`);
      costs.push(await costOf(kind, path));
    }
    const row = (text: string, key: keyof MediaCost, unit: string, limit?: number) =>
      compare(
        {
          section: SECTION,
          what: `${what}: ${text}`,
          unit,
          ...(limit !== undefined && { aim: { of: "value", bound: "at most", limit } }),
        },
        { app: costs.map((cost) => cost[key]) },
      );
    rows.push(
      row("time", "ms", "ms"),
      row("memory at the peak, all of it", "peakMb", "MB", MAX_MB),
      row("of it, over idle", "addedMb", "MB"),
      row("longest hold of the event loop", "heldMs", "ms", MAX_HELD_MS),
    );
  }
  return rows;
}

async function costOf(kind: Sample["kind"], path: string): Promise<MediaCost> {
  const script = join(import.meta.dirname, "media-process.ts");
  const env = { PATH: "", MALLOC_ARENA_MAX: "2", MALLOC_TRIM_THRESHOLD_: "131072" };
  const { stdout } = await run(process.execPath, [script, kind, path], { env });
  // Printed by our own process.
  return JSON.parse(stdout) as MediaCost;
}

/** Smooth or in squares, so that 40 megapixels stay under the limit of bytes. */
function enlarged(width: number, height: number, kernel: "cubic" | "nearest" = "cubic") {
  return sharp(join(FIXTURES, "portrait.jpg")).resize(width, height, { fit: "fill", kernel });
}

/** The twelve megapixels of a phone, each of whose 48 tiles is the same noisy one. */
async function noisyHeic(): Promise<Buffer> {
  const photo = await readFile(join(FIXTURES, "iphone-12mp.heic"));
  const tile = await readFile(join(FIXTURES, "noisy-tile.heic"));
  const picture = tile.subarray(tile.indexOf("mdat") + 4);
  // Of version 1: where each item lies, in 16 bytes, of which the last 8 are the place and the length.
  const places = photo.indexOf("iloc") + 12;
  for (let item = 0; item < HEIC_TILES; item += 1) {
    photo.writeUInt32BE(photo.length, places + item * 16 + 8);
    photo.writeUInt32BE(picture.length, places + item * 16 + 12);
  }
  return Buffer.concat([photo, picture]);
}

/** Noise in the place of what was filmed, which nobody decodes. */
async function videoWithLateIndex(): Promise<Buffer> {
  const video = await soundInQuickTime();
  const index = video.lastIndexOf("moov") - 4;
  const picture = randomBytes(VIDEO_BYTES);
  picture.writeUInt32BE(picture.length, 0);
  picture.write("mdat", 4);
  return Buffer.concat([video.subarray(0, index), picture, video.subarray(index)]);
}

/** A minute of the AAC of a voice clip. */
async function soundInQuickTime(): Promise<Buffer> {
  const input = new Input({
    source: new FilePathSource(join(FIXTURES, "slack-clip.m4a")),
    formats: ALL_FORMATS,
  });
  const track = await input.getPrimaryAudioTrack();
  const decoderConfig = await track?.getDecoderConfig();
  if (!track || !decoderConfig) throw new Error("the voice clip has no sound");
  const output = new Output({
    format: new MovOutputFormat({ fastStart: false }),
    target: new BufferTarget(),
  });
  const sound = new EncodedAudioPacketSource("aac");
  output.addAudioTrack(sound);
  await output.start();
  for (let timestamp = 0; timestamp < VIDEO_SECONDS; ) {
    for await (const packet of new EncodedPacketSink(track).packets()) {
      await sound.add(packet.clone({ timestamp }), { decoderConfig });
      timestamp += packet.duration;
    }
  }
  await output.finalize();
  input.dispose();
  if (!output.target.buffer) throw new Error("nothing was written");
  return Buffer.from(output.target.buffer);
}

async function repeated(name: string): Promise<Buffer> {
  const file = await readFile(join(FIXTURES, name));
  return Buffer.concat(Array<Buffer>(REPEATED).fill(file));
}

function stereoWav(): Buffer {
  const samples = WAV_SECONDS * SAMPLE_RATE * 2;
  const file = Buffer.alloc(44 + samples * 2);
  file.write("RIFF....WAVEfmt \x10\0\0\0\x01\0\x02\0", "latin1");
  file.writeUInt32LE(file.length - 8, 4);
  file.writeUInt32LE(SAMPLE_RATE, 24);
  file.writeUInt32LE(SAMPLE_RATE * 4, 28);
  file.writeUInt16LE(4, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36);
  file.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i += 1) file.writeInt16LE(Math.round(8000 * Math.sin(i / 50)), 44 + i * 2);
  return file;
}
