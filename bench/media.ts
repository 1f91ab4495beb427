/** What the heaviest photos and recordings cost the process that gets them ready. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
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
  { what: "PNG, 40 megapixels", kind: "photo", make: () => enlarged(7300, 5400, "nearest").png().toBuffer() },
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
