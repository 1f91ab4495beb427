import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { RequestProblem } from "../../src/job/failure.ts";
import { cropAround } from "../../src/media/crop.ts";
import { type PhotoOptions, preparePhoto } from "../../src/media/prepare-photo.ts";
import { inEnglish } from "../words/in-english.ts";
import { pngChunk, uint32 } from "./raw-media.ts";
import { FIXTURES, rejectionOf, temporaryFolder } from "./serve.ts";

describe("a photo", () => {
  it.each(["portrait.jpg", "no-face.jpg"])("%s becomes a JPEG of the same size", async (name) => {
    const { width, height } = await sharp(join(FIXTURES, name)).metadata();
    const { prepared, output } = await prepare(await readFile(join(FIXTURES, name)));
    expect(prepared).toEqual({ width, height, sizeBytes: output.length });
    expect(await sharp(output).metadata()).toMatchObject({ format: "jpeg", space: "srgb", width, height });
  });

  it("is turned upright, and loses place, camera and colour profile", async () => {
    // Left half red as stored; orientation 6 says: turn clockwise, which brings red to the top.
    const input = await halves(300, 200)
      .withExif({
        IFD0: { Make: "Secret Camera" },
        IFD3: { GPSLatitude: "52/1 31/1 0/1", GPSLatitudeRef: "N" },
      })
      .withMetadata({ orientation: 6, icc: "p3" })
      .jpeg()
      .toBuffer();
    expect(input.includes("Secret Camera")).toBe(true);
    const { prepared, output } = await prepare(input);
    expect(prepared).toMatchObject({ width: 200, height: 300 });
    const { exif, icc, xmp, iptc, orientation } = await sharp(output).metadata();
    expect({ exif, icc, xmp, iptc, orientation }).toEqual({});
    expect(output.includes("Secret Camera")).toBe(false);
    expect(await colourAt(output, 100, 30)).toBe("red");
    expect(await colourAt(output, 100, 270)).toBe("blue");
  });

  it("is made smaller when its longer side is over 2000 pixels, and never larger", async () => {
    expect((await prepare(await halves(3000, 1500).jpeg().toBuffer())).prepared).toMatchObject({
      width: 2000,
      height: 1000,
    });
    expect((await prepare(await halves(64, 100).png().toBuffer())).prepared).toMatchObject({
      width: 64,
      height: 100,
    });
  });

  it("gets a white ground where it was transparent", async () => {
    const clear = sharp({
      create: { width: 100, height: 100, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    });
    const { output } = await prepare(await clear.png().toBuffer());
    expect(await colourAt(output, 50, 50)).toBe("white");
  });

  it("may be grey, in CMYK or in 16 bits", async () => {
    for (const input of [
      await halves(100, 100).greyscale().jpeg().toBuffer(),
      await halves(100, 100).toColourspace("cmyk").jpeg().toBuffer(),
      await halves(100, 100).toColourspace("rgb16").png().toBuffer(),
    ]) {
      const { output } = await prepare(input);
      expect(await sharp(output).metadata()).toMatchObject({ space: "srgb", channels: 3 });
    }
  });

  it("may be a moving WebP, of which the first picture is taken", async () => {
    const frames = await Promise.all(
      [halves(80, 80), halves(80, 80).negate()].map((f) => f.png().toBuffer()),
    );
    const input = await sharp(frames, { join: { animated: true } })
      .webp({ loop: 0 })
      .toBuffer();
    expect((await sharp(input).metadata()).pages).toBe(2);
    const { prepared, output } = await prepare(input);
    expect(prepared).toMatchObject({ width: 80, height: 80 });
    expect(await colourAt(output, 10, 40)).toBe("red");
  });

  it.each(["gif", "avif", "tiff"] as const)("may be a picture in %s", async (format) => {
    const { prepared, output } = await prepare(await halves(300, 300).toFormat(format).toBuffer());
    expect(prepared).toEqual({ width: 300, height: 300, sizeBytes: output.length });
    expect(await colourAt(output, 30, 150)).toBe("red");
    expect(await colourAt(output, 270, 150)).toBe("blue");
  });

  it("is decoded when it comes from an iPhone, and turned once and not twice", async () => {
    // A grid of tiles that the container turns; its EXIF says the same once more, and where it was taken.
    const input = await readFile(join(FIXTURES, "iphone.heic"));
    expect(input.includes("Secret Camera")).toBe(true);
    const { prepared, output } = await prepare(input);
    expect(prepared).toEqual({ width: 400, height: 480, sizeBytes: output.length });
    const { exif, icc, xmp, orientation } = await sharp(output).metadata();
    expect({ exif, icc, xmp, orientation }).toEqual({});
    expect(await likeness(output, join(FIXTURES, "portrait.jpg"))).toBeGreaterThan(0.9);
  });

  it.each([
    ["portrait.heic", 512],
    ["ten-bit.heic", 320],
  ])("%s keeps its colours", async (name, side) => {
    const { prepared, output } = await prepare(await readFile(join(FIXTURES, name)));
    expect(prepared).toMatchObject({ width: side, height: side });
    expect(await likeness(output, join(FIXTURES, "portrait.jpg"))).toBeGreaterThan(0.95);
  });

  it("gets a white ground where an HEIC was transparent", async () => {
    const { output } = await prepare(await readFile(join(FIXTURES, "transparent.heic")));
    expect(await colourAt(output, 30, 100)).toBe("blue");
    expect(await colourAt(output, 220, 100)).toBe("white");
  });

  it("leaves nothing but the JPEG behind, and nothing of a damaged HEIC", async () => {
    const heic = await readFile(join(FIXTURES, "portrait.heic"));
    const folder = await temporaryFolder();
    await prepare(heic, folder);
    expect(await readdir(folder)).toEqual(["in", "out.jpg"]);
    const other = await temporaryFolder();
    expect(await refusal(heic.subarray(0, heic.length - 5000), other)).toMatchObject({
      reason: "photo_unreadable",
      seen: "a damaged photo",
    });
    expect(await readdir(other)).toEqual(["in"]);
  });

  it("is refused by its header alone when an HEIC claims 48 megapixels", async () => {
    const heic = await readFile(join(FIXTURES, "portrait.heic"));
    const claim = heic.indexOf("ispe") + 8;
    heic.writeUInt32BE(8000, claim);
    heic.writeUInt32BE(6000, claim + 4);
    expect(await refusal(heic)).toMatchObject({ reason: "photo_too_big", seen: "48 megapixels" });
  });

  it.each([
    ["an SVG image", async () => Buffer.from('<?xml version="1.0"?>\n<svg width="100" height="100"/>')],
    ["a BMP image", async () => Buffer.concat([Buffer.from("BM\x9a\0\0\0\0\0\0\0"), Buffer.alloc(100)])],
    ["a Photoshop file", async () => Buffer.from("8BPS\0\x01\0\0\0\0\0\0")],
    ["a JPEG XL image", async () => Buffer.from("\xff\x0a\x7a\x54", "latin1")],
    ["a camera's raw file", async () => dng()],
  ])("is refused when it is %s", async (seen, make) => {
    expect(await refusal(await make())).toMatchObject({
      reason: "photo_type_unsupported",
      seen,
      file: "photo",
    });
  });

  it.each([
    ["a PDF", Buffer.from("%PDF-1.7\n")],
    ["a web page", Buffer.from("<!doctype html><title>Hi</title>")],
    ["a text file", Buffer.from("hello\n")],
    ["an empty file", Buffer.alloc(0)],
    ["a damaged photo", Buffer.from("\xff\xd8\xff\xe0 and nothing more", "latin1")],
    [undefined, Buffer.from([1, 2, 3, 4, 5])],
  ])("is refused when it is %s", async (seen, bytes) => {
    const failure = await refusal(bytes);
    expect(failure).toMatchObject({ reason: "photo_unreadable", file: "photo" });
    expect(failure.seen).toBe(seen);
  });

  it("is refused when it is a recording", async () => {
    for (const [name, seen] of [
      ["speech.mp3", "an MP3 recording"],
      ["slack-clip.m4a", "an MP4 video or recording"],
      ["clip.webm", "a WebM recording"],
    ] as const) {
      expect(await refusal(await readFile(join(FIXTURES, name)))).toMatchObject({
        reason: "photo_unreadable",
        seen,
      });
    }
  });

  it("is refused when half of it is missing, and leaves nothing behind", async () => {
    for (const input of [
      await halves(1000, 1000).jpeg().toBuffer(),
      await halves(1000, 1000).png().toBuffer(),
      await halves(1000, 1000).webp().toBuffer(),
    ]) {
      const folder = await temporaryFolder();
      const failure = await refusal(input.subarray(0, input.length / 2), folder);
      expect(failure).toMatchObject({ reason: "photo_unreadable", seen: "a damaged photo" });
      expect(await readdir(folder)).toEqual(["in"]);
    }
  });

  it("is refused by its header alone when it claims 41 megapixels", async () => {
    // No pixels follow: decoding would fail with another reason.
    expect(await refusal(pngHeader(10_000, 4100))).toMatchObject({
      reason: "photo_too_big",
      seen: "41 megapixels",
      limit: "40 megapixels",
    });
    expect(await refusal(pngHeader(100_000, 100_000))).toMatchObject({ reason: "photo_too_big" });
  });

  it("is refused over 20 MB", async () => {
    const photo = await readFile(join(FIXTURES, "portrait.jpg"));
    expect(await refusal(Buffer.concat([photo, Buffer.alloc(20_000_000)]))).toMatchObject({
      reason: "photo_too_big",
      seen: "20.1 MB",
      limit: "20 MB",
    });
  });

  it("is refused under 64 pixels on a side", async () => {
    expect(await refusal(await halves(400, 63).png().toBuffer())).toMatchObject({
      reason: "photo_too_small",
      seen: "400 × 63 pixels",
    });
  });

  it.each([
    ["photo_small", "200 × 100 pixels", () => halves(200, 100).png()],
    ["photo_strange", "a very wide picture, 2000 × 300 pixels", () => halves(2000, 300).png()],
    ["photo_strange", "a very tall picture, 300 × 800 pixels", () => halves(300, 800).png()],
    ["photo_small", "255 × 400 pixels", () => halves(400, 255).jpeg().withMetadata({ orientation: 6 })],
  ])("is a concern (%s) when it is %s", async (kind, seen, make) => {
    const { prepared } = await prepare(await make().toBuffer());
    expect(prepared.concern && inEnglish(prepared.concern)).toEqual({ kind, seen });
  });

  it("is its first picture when it is an animation, and refused when that is gigantic", async () => {
    const frames = await Promise.all(
      [halves(300, 300), halves(300, 300).negate()].map((f) => f.png().toBuffer()),
    );
    const gif = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    expect((await prepare(gif)).prepared).toMatchObject({ width: 300, height: 300 });
    // Of its canvas and of its first picture; of the two, libnsgif believes the picture.
    const giant = Buffer.from(gif);
    const picture = giant.indexOf(Buffer.from("2c000000002c012c01", "hex"));
    for (const at of [6, 8, picture + 5, picture + 7]) giant.writeUInt16LE(10_000, at);
    expect(await refusal(giant)).toMatchObject({ reason: "photo_too_big", seen: "100 megapixels" });
  });
});

describe("a crop", () => {
  it("is in pixels of the prepared picture, and has all the pixels of the original", async () => {
    // Turned, red comes to the top: 2000 × 4000, prepared as 1000 × 2000.
    const input = await halves(4000, 2000).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    const whole = (await prepare(input)).prepared;
    expect(whole).toMatchObject({ width: 1000, height: 2000 });
    const crop = { left: 100, top: 900, width: 400, height: 200 };
    const { prepared, output } = await prepare(input, undefined, { crop });
    expect(prepared).toMatchObject({ width: 800, height: 400 });
    expect(await colourAt(output, 400, 30)).toBe("red");
    expect(await colourAt(output, 400, 370)).toBe("blue");
  });

  it("never leaves the picture, and is judged by what is left", async () => {
    const input = await halves(500, 500).png().toBuffer();
    const crop = { left: 400, top: 400, width: 300, height: 300 };
    expect((await prepare(input, undefined, { crop })).prepared).toMatchObject({
      width: 100,
      height: 100,
      concern: { kind: "photo_small" },
    });
    const speck = { left: 0, top: 0, width: 20, height: 20 };
    expect(await refusal(input, undefined, { crop: speck })).toMatchObject({ reason: "photo_too_small" });
  });

  it("of an iPhone photo is of the upright picture", async () => {
    const input = await readFile(join(FIXTURES, "iphone.heic"));
    const crop = { left: 100, top: 0, width: 300, height: 480 };
    expect((await prepare(input, undefined, { crop })).prepared).toMatchObject({ width: 300, height: 480 });
  });

  it.each([
    [
      "in the middle",
      { left: 450, top: 400, width: 80, height: 100 },
      { left: 380, top: 336, width: 220, height: 260 },
    ],
    [
      "in a corner",
      { left: 0, top: 0, width: 100, height: 100 },
      { left: 0, top: 0, width: 220, height: 260 },
    ],
    [
      "at the far edge",
      { left: 950, top: 920, width: 50, height: 80 },
      { left: 824, top: 792, width: 176, height: 208 },
    ],
    [
      "that fills it",
      { left: 100, top: 100, width: 800, height: 800 },
      { left: 0, top: 0, width: 1000, height: 1000 },
    ],
  ])("around a face %s stays inside the picture", (_where, face, frame) => {
    expect(cropAround(face, { width: 1000, height: 1000 })).toEqual(frame);
  });
});

/** Red on the left, blue on the right. */
function halves(width: number, height: number): Sharp {
  const half = { width: Math.floor(width / 2), height, channels: 3 as const, background: "red" };
  return sharp({ create: { width, height, channels: 3, background: "blue" } }).composite([
    { input: { create: half }, left: 0, top: 0 },
  ]);
}

async function prepare(input: Buffer, folder?: string, options?: PhotoOptions) {
  const dir = folder ?? (await temporaryFolder());
  await writeFile(join(dir, "in"), input);
  const prepared = await preparePhoto(join(dir, "in"), join(dir, "out.jpg"), options);
  return { prepared, output: await readFile(join(dir, "out.jpg")) };
}

async function refusal(
  input: Buffer,
  folder?: string,
  options?: PhotoOptions,
): Promise<{ reason: string; seen?: string }> {
  const error = await rejectionOf(prepare(input, folder, options));
  if (!(error instanceof RequestProblem)) throw error;
  return inEnglish(error.failure);
}

async function colourAt(image: Buffer, left: number, top: number): Promise<string> {
  const pixel = await sharp(image).extract({ left, top, width: 1, height: 1 }).raw().toBuffer();
  const [red = 0, green = 0, blue = 0] = pixel;
  const bright = [red > 180, green > 180, blue > 180];
  return bright.every(Boolean) ? "white" : bright[0] ? "red" : bright[2] ? "blue" : "dark";
}

/** A TIFF with nothing in it but the field that says which DNG it is. */
function dng(): Buffer {
  const file = Buffer.alloc(100);
  file.write("II*\0\x08\0\0\0\x01\0", "latin1");
  file.writeUInt16LE(50_706, 10);
  return file;
}

/** How alike a picture and the middle of another look when small: 1 is the same, 0 as unlike as can be. */
async function likeness(image: Buffer, path: string): Promise<number> {
  const { width, height } = await sharp(image).metadata();
  const size = { width: 24, height: Math.round((24 * height) / width), fit: "cover" } as const;
  const small = (input: Buffer | string) =>
    sharp(input).resize(size).toColourspace("srgb").removeAlpha().raw().toBuffer();
  const [one, other] = await Promise.all([small(image), small(path)]);
  const differences = Array.from(one, (value, at) => Math.abs(value - (other[at] ?? 0)));
  return 1 - differences.reduce((sum, value) => sum + value, 0) / differences.length / 255;
}

/** A picture of which nothing but its header is there. */
function pngHeader(width: number, height: number): Buffer {
  const ihdr = Buffer.concat([uint32(width), uint32(height), Buffer.from([8, 2, 0, 0, 0])]);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    pngChunk("IHDR", ihdr),
    pngChunk("IDAT", Buffer.alloc(0)),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}
