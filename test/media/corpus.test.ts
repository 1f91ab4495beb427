import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { RequestProblem } from "../../src/job/failure.ts";
import { failureText } from "../../src/job/failure-text.ts";
import { preparePhoto } from "../../src/media/prepare-photo.ts";
import { prepareSpeech } from "../../src/media/prepare-speech.ts";
import { probeSound } from "../../src/media/probe-sound.ts";
import { sayIn } from "../../src/words/say.ts";
import { inEnglish } from "../words/in-english.ts";
import { BAD_PHOTOS, BAD_RECORDINGS, type CorpusFile, GOOD_PHOTOS, GOOD_RECORDINGS } from "./make-corpus.ts";
import { rejectionOf, temporaryFolder } from "./serve.ts";

// Without ffmpeg: what is usable must be so on every machine.
const OPTIONS = { maxSeconds: 60, searchPath: "" };

describe("a usable photo becomes an upright JPEG without metadata", () => {
  it.each(GOOD_PHOTOS)("$name", async ({ width, height, ...file }) => {
    const { inPath, outPath } = await put(file);
    const prepared = await preparePhoto(inPath, outPath);
    const output = await readFile(outPath);
    expect(prepared).toMatchObject({ width, height, sizeBytes: output.length });
    const metadata = await sharp(output).metadata();
    expect(metadata).toMatchObject({ format: "jpeg", space: "srgb", width, height });
    const { exif, xmp, icc, iptc, orientation } = metadata;
    expect({ exif, xmp, icc, iptc, orientation }).toEqual({});
    expect(output.includes("Secret Camera")).toBe(false);
    // Decodes to the last row.
    await sharp(output, { failOn: "warning" }).raw().toBuffer();
  });
});

describe("a usable recording becomes an MP3 of the same length", () => {
  it.each(GOOD_RECORDINGS)("$name", async ({ seconds, ...file }) => {
    const { inPath, outPath } = await put(file);
    const prepared = await prepareSpeech(inPath, outPath, OPTIONS);
    expect(prepared).toMatchObject({ type: "prepared", seconds: expect.closeTo(seconds, 0) });
    expect(await probeSound(outPath)).toMatchObject({ isMp3: true, seconds: expect.closeTo(seconds, 0) });
    expect((await readFile(outPath)).toString("latin1", 0, 3)).not.toBe("ID3");
  });
});

describe("an unusable file is refused as a photo, and leaves nothing behind", () => {
  it.each(BAD_PHOTOS)("$name", async ({ reason, seen, ...file }) => {
    const { inPath, outPath, folder } = await put(file);
    await expectRefusal(preparePhoto(inPath, outPath), reason, seen);
    expect(await readdir(folder)).toEqual(["in"]);
  });
});

describe("an unusable file is refused as a recording, and leaves nothing behind", () => {
  it.each(BAD_RECORDINGS)("$name", async ({ reason, seen, ...file }) => {
    const { inPath, outPath, folder } = await put(file);
    await expectRefusal(prepareSpeech(inPath, outPath, OPTIONS), reason, seen);
    expect(await readdir(folder)).toEqual(["in"]);
  });
});

async function expectRefusal(
  work: Promise<unknown>,
  reason: string,
  seen: string | undefined,
): Promise<void> {
  const problem = await rejectionOf(work);
  if (!(problem instanceof RequestProblem)) throw problem;
  expect(inEnglish(problem.failure)).toMatchObject({ reason, ...(seen !== undefined && { seen }) });
  // What a person reads is a sentence that also says what to do.
  expect(failureText(sayIn("en"), problem.failure)).toMatch(/^[A-Z].*\. [A-Z].*\.$/s);
}

async function put({ bytes }: CorpusFile) {
  const folder = await temporaryFolder();
  const inPath = join(folder, "in");
  await writeFile(inPath, await bytes());
  return { folder, inPath, outPath: join(folder, "out") };
}
