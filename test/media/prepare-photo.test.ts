import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { preparePhoto } from "../../src/media/prepare-photo.ts";
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

  it.each([
    ["a GIF image", () => halves(80, 80).gif().toBuffer()],
    ["a TIFF image", () => halves(80, 80).tiff().toBuffer()],
    ["an AVIF image", () => halves(80, 80).avif().toBuffer()],
    ["an HEIC image", async () => ftyp("heic", "mif1", "heic")],
    ["an SVG image", async () => Buffer.from('<?xml version="1.0"?>\n<svg width="100" height="100"/>')],
    ["a BMP image", async () => Buffer.concat([Buffer.from("BM\x9a\0\0\0\0\0\0\0"), Buffer.alloc(100)])],
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
});

/** Red on the left, blue on the right. */
function halves(width: number, height: number): Sharp {
  const half = { width: Math.floor(width / 2), height, channels: 3 as const, background: "red" };
  return sharp({ create: { width, height, channels: 3, background: "blue" } }).composite([
    { input: { create: half }, left: 0, top: 0 },
  ]);
}

async function prepare(input: Buffer, folder?: string) {
  const dir = folder ?? (await temporaryFolder());
  await writeFile(join(dir, "in"), input);
  const prepared = await preparePhoto(join(dir, "in"), join(dir, "out.jpg"));
  return { prepared, output: await readFile(join(dir, "out.jpg")) };
}

async function refusal(input: Buffer, folder?: string): Promise<{ reason: string; seen?: string }> {
  const error = await rejectionOf(prepare(input, folder));
  if (typeof error !== "object" || error === null || !("failure" in error)) throw error;
  return error.failure as { reason: string };
}

async function colourAt(image: Buffer, left: number, top: number): Promise<string> {
  const pixel = await sharp(image).extract({ left, top, width: 1, height: 1 }).raw().toBuffer();
  const [red = 0, green = 0, blue = 0] = pixel;
  const bright = [red > 180, green > 180, blue > 180];
  return bright.every(Boolean) ? "white" : bright[0] ? "red" : bright[2] ? "blue" : "dark";
}

function pngHeader(width: number, height: number): Buffer {
  const ihdr = Buffer.alloc(17);
  ihdr.write("IHDR");
  ihdr.writeUInt32BE(width, 4);
  ihdr.writeUInt32BE(height, 8);
  ihdr.set([8, 2, 0, 0, 0], 12);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\x0d", "latin1"),
    ihdr,
    uint32(crc32(ihdr)),
    uint32(0),
    Buffer.from("IDAT"),
    uint32(crc32("IDAT")),
    uint32(0),
    Buffer.from("IEND"),
    uint32(crc32("IEND")),
  ]);
}

function ftyp(major: string, ...compatible: string[]): Buffer {
  const brands = Buffer.from(`${major}\0\0\0\0${compatible.join("")}`, "latin1");
  return Buffer.concat([uint32(8 + brands.length), Buffer.from("ftyp"), brands, Buffer.alloc(64)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
