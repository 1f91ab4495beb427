import { stat } from "node:fs/promises";
import pLimit from "p-limit";
import type { Metadata } from "sharp";
import { RequestProblem } from "../job/failure.ts";
import { sniffFile } from "./sniff.ts";
import { bytesInWords } from "./words.ts";
import { writeWholeFile } from "./write-whole-file.ts";

export const MAX_PHOTO_BYTES = 20_000_000;
const MAX_MEGAPIXELS = 40;
const MIN_SIDE_PIXELS = 64;
const LONGEST_SIDE_PIXELS = 2000;
const JPEG_QUALITY = 90;
const TIMEOUT_SECONDS = 30;

const ACCEPTED = new Set(["jpeg", "png", "webp"]);

/** A decoded photo takes up to 160 MB, and this process also answers Slack. */
const inTurn = pLimit(2);

export interface PreparedPhoto {
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
}

/**
 * Judges a photo by its content and writes what AKOOL gets: an upright sRGB JPEG without metadata (no
 * place, no camera), at most 2000 px, on white. The header is judged before anything is decoded.
 * @throws RequestProblem `photo_…`
 */
export function preparePhoto(inPath: string, outPath: string): Promise<PreparedPhoto> {
  return inTurn(async () => {
    await assertAcceptedKind(inPath);
    const sharp = await loadSharp();
    const metadata = await sharp(inPath, { limitInputPixels: false }).metadata().catch(rethrowAsDamaged);
    assertDimensions(metadata);
    return await writeWholeFile(outPath, async (partPath) => {
      const { width, height, size } = await sharp(inPath, {
        limitInputPixels: MAX_MEGAPIXELS * 1_000_000,
        // Phones write files that draw warnings; only missing pixels are a reason to refuse.
        failOn: "truncated",
      })
        .autoOrient()
        .resize({
          width: LONGEST_SIDE_PIXELS,
          height: LONGEST_SIDE_PIXELS,
          fit: "inside",
          withoutEnlargement: true,
        })
        .flatten({ background: "white" })
        .toColourspace("srgb")
        .jpeg({ quality: JPEG_QUALITY })
        .timeout({ seconds: TIMEOUT_SECONDS })
        .toFile(partPath)
        .catch(rethrowAsDamaged);
      return { width, height, sizeBytes: size };
    });
  });
}

async function assertAcceptedKind(path: string): Promise<void> {
  const { size } = await stat(path);
  const seen = await sniffFile(path);
  if (seen?.group !== "photo") {
    throw new RequestProblem({
      reason: "photo_unreadable",
      file: "photo",
      ...(seen && { seen: seen.words, code: seen.name }),
    });
  }
  if (!ACCEPTED.has(seen.name)) {
    throw new RequestProblem({
      reason: "photo_type_unsupported",
      file: "photo",
      seen: seen.words,
      code: seen.name,
    });
  }
  if (size > MAX_PHOTO_BYTES) throw tooBig(bytesInWords(size), bytesInWords(MAX_PHOTO_BYTES));
}

function assertDimensions({ format, width, height }: Metadata): void {
  if (!ACCEPTED.has(format)) throw damaged(undefined);
  const pixels = width * height;
  if (pixels > MAX_MEGAPIXELS * 1_000_000) {
    throw tooBig(`${Math.ceil(pixels / 1_000_000)} megapixels`, `${MAX_MEGAPIXELS} megapixels`);
  }
  if (Math.min(width, height) < MIN_SIDE_PIXELS) {
    throw new RequestProblem({
      reason: "photo_too_small",
      file: "photo",
      seen: `${width} × ${height} pixels`,
      limit: `${MIN_SIDE_PIXELS} pixels on each side`,
    });
  }
}

/** Loaded at the first photo: 20 MB of native code that a start need not wait for. */
async function loadSharp(): Promise<typeof import("sharp").default> {
  const { default: sharp } = await import("sharp");
  sharp.cache(false);
  sharp.concurrency(1);
  return sharp;
}

function tooBig(seen: string, limit: string): RequestProblem {
  return new RequestProblem({ reason: "photo_too_big", file: "photo", seen, limit });
}

function rethrowAsDamaged(cause: unknown): never {
  // libvips reports a full disk as it reports a bad photo; only the disk is worth another try.
  if (cause instanceof Error && /no space left|write error/i.test(cause.message)) throw cause;
  throw damaged(cause);
}

function damaged(cause: unknown): RequestProblem {
  return new RequestProblem(
    { reason: "photo_unreadable", file: "photo", seen: "a damaged photo", code: "damaged" },
    { cause },
  );
}
