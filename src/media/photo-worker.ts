import { rm, stat } from "node:fs/promises";
import { parentPort } from "node:worker_threads";
import sharp, { type Metadata, type Sharp } from "sharp";
import { type Failure, RequestProblem } from "../job/failure.ts";
import type { PhotoConcern } from "../job/question.ts";
import type { Box } from "../job/speech-api.ts";
import type { Said } from "../words/say.ts";
import { toOriginal } from "./crop.ts";
import { decodeHeic } from "./heic-thread.ts";
import { standBack } from "./low-priority.ts";
import { photoConcern } from "./photo-concern.ts";
import { sniffFile } from "./sniff.ts";
import { bytesInWords } from "./words.ts";

/**
 * The thread in which photos are judged and turned into JPEGs. sharp does its work on threads of its own, but
 * loading it alone would hold the main thread for 80 ms.
 */
const MAX_MEGAPIXELS = 40;
/** AVIF is decoded whole, at 20 bytes a pixel. */
const MAX_AVIF_MEGAPIXELS = 10;
/** Of all pictures in one animation together: some minutes of a small one. */
const MAX_ANIMATED_MEGAPIXELS = 1000;
const MIN_SIDE_PIXELS = 64;
const LONGEST_SIDE_PIXELS = 2000;
const JPEG_QUALITY = 90;
const TIMEOUT_SECONDS = 30;

/** sharp's names; HEIC and AVIF are both "heif" to it. */
const ACCEPTED = new Set(["jpeg", "png", "webp", "gif", "tiff", "heif"]);

export interface PhotoOrder {
  readonly inPath: string;
  readonly outPath: string;
  readonly maxBytes: number;
  /** In pixels of what comes out without it. */
  readonly crop?: Box;
}

export type PhotoOutcome =
  | {
      readonly type: "prepared";
      readonly width: number;
      readonly height: number;
      readonly concern?: PhotoConcern;
    }
  | { readonly type: "refused"; readonly failure: Failure };

standBack();
sharp.cache(false);
sharp.concurrency(1);

async function prepare(order: PhotoOrder): Promise<PhotoOutcome> {
  const { inPath, outPath, maxBytes } = order;
  await assertAcceptedKind(inPath, maxBytes);
  const metadata = await readHeader(inPath);
  assertDimensions(metadata);
  if (metadata.compression !== "hevc") return await writeJpeg(inPath, metadata, order);

  const tiffPath = `${outPath}.tiff`;
  try {
    const outcome = await decodeHeic({
      inPath,
      tiffPath,
      maxPixels: MAX_MEGAPIXELS * 1_000_000,
      colourProfile: metadata.icc ?? new Uint8Array(),
    });
    if (outcome.type === "damaged") throw damaged(new Error(outcome.message));
    // Upright already: libheif turns it, and the EXIF with its second opinion has stayed behind.
    return await writeJpeg(tiffPath, await readHeader(tiffPath), order);
  } finally {
    await rm(tiffPath, { force: true });
  }
}

async function assertAcceptedKind(path: string, maxBytes: number): Promise<void> {
  const { size } = await stat(path);
  const seen = await sniffFile(path);
  if (seen?.group !== "photo") {
    throw new RequestProblem({
      reason: "photo_unreadable",
      file: "photo",
      ...(seen && { seen: seen.words, code: seen.name }),
    });
  }
  if (!seen.isUsable) {
    throw new RequestProblem({
      reason: "photo_type_unsupported",
      file: "photo",
      seen: seen.words,
      code: seen.name,
    });
  }
  if (size > maxBytes) throw tooBig(bytesInWords(size), bytesInWords(maxBytes));
}

async function readHeader(path: string): Promise<Metadata> {
  return await sharp(path, { limitInputPixels: false }).metadata().catch(rethrowAsDamaged);
}

function assertDimensions({ format, compression, width, height, pages = 1 }: Metadata): void {
  if (!ACCEPTED.has(format)) throw damaged(undefined);
  const megapixels = (width * height) / 1_000_000;
  const maxMegapixels = compression === "av1" ? MAX_AVIF_MEGAPIXELS : MAX_MEGAPIXELS;
  if (megapixels > maxMegapixels) {
    throw tooBig(megapixelsInWords(Math.ceil(megapixels)), megapixelsInWords(maxMegapixels));
  }
  if (megapixels * pages > MAX_ANIMATED_MEGAPIXELS) {
    throw tooBig(
      { key: "seen.pictures_of_pixels", values: { pages, width, height } },
      { key: "seen.megapixels_in_all", values: { megapixels: MAX_ANIMATED_MEGAPIXELS } },
    );
  }
  assertLargeEnough({ width, height });
}

function assertLargeEnough({ width, height }: { readonly width: number; readonly height: number }): void {
  if (Math.min(width, height) >= MIN_SIDE_PIXELS) return;
  throw new RequestProblem({
    reason: "photo_too_small",
    file: "photo",
    seen: { key: "seen.pixels", values: { width, height } },
    limit: { key: "seen.pixels_each_side", values: { pixels: MIN_SIDE_PIXELS } },
  });
}

async function writeJpeg(
  inPath: string,
  metadata: Metadata,
  { outPath, crop }: PhotoOrder,
): Promise<PhotoOutcome> {
  const original = metadata.autoOrient;
  const part = crop && toOriginal(crop, original, LONGEST_SIDE_PIXELS);
  const frame = part ?? original;
  assertLargeEnough(frame);
  const image = sharp(inPath, {
    limitInputPixels: MAX_MEGAPIXELS * 1_000_000,
    // Phones write files that draw warnings; only missing pixels are a reason to refuse.
    failOn: "truncated",
  }).autoOrient();
  if (part) image.extract({ ...part });
  const { width, height } = await asJpeg(image).toFile(outPath).catch(rethrowAsDamaged);
  const concern = photoConcern(frame);
  return { type: "prepared", width, height, ...(concern && { concern }) };
}

function asJpeg(image: Sharp): Sharp {
  return image
    .resize({
      width: LONGEST_SIDE_PIXELS,
      height: LONGEST_SIDE_PIXELS,
      fit: "inside",
      withoutEnlargement: true,
    })
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .jpeg({ quality: JPEG_QUALITY })
    .timeout({ seconds: TIMEOUT_SECONDS });
}

function megapixelsInWords(megapixels: number): Said {
  return { key: "seen.megapixels", values: { megapixels } };
}

function tooBig(seen: Said, limit: Said): RequestProblem {
  return new RequestProblem({ reason: "photo_too_big", file: "photo", seen, limit });
}

function rethrowAsDamaged(cause: unknown): never {
  // libvips reports a full disk as it reports a bad photo; only the disk is worth another try.
  if (cause instanceof Error && /no space left|write error/i.test(cause.message)) throw cause;
  throw damaged(cause);
}

function damaged(cause: unknown): RequestProblem {
  return new RequestProblem(
    { reason: "photo_unreadable", file: "photo", seen: { key: "seen.damaged_photo" }, code: "damaged" },
    { cause },
  );
}

// `photo-thread.ts` sends PhotoOrders, one at a time, and nobody else does.
parentPort?.on("message", async (order: PhotoOrder) => {
  const outcome = await prepare(order).catch((error: unknown): PhotoOutcome => {
    if (error instanceof RequestProblem) return { type: "refused", failure: error.failure };
    throw error;
  });
  parentPort?.postMessage(outcome);
});
