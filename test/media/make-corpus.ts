import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import type { FailureReason } from "../../src/job/failure.ts";
import {
  box,
  gifHeader,
  noise,
  packetsOfOneSize,
  pngChunk,
  silentVideo,
  uint32,
  wav,
  withIndexFirst,
  withInTrack,
  withPicture,
} from "./raw-media.ts";
import { FIXTURES } from "./serve.ts";

/**
 * Real and hostile media, most of it made here: what people share, and what somebody makes who wants to do harm.
 * `bytes` are made when asked for.
 */
export interface CorpusFile {
  readonly name: string;
  readonly bytes: () => Promise<Buffer>;
}

export interface GoodPhoto extends CorpusFile {
  readonly width: number;
  readonly height: number;
}

export interface GoodRecording extends CorpusFile {
  readonly seconds: number;
}

export interface BadFile extends CorpusFile {
  readonly reason: FailureReason;
  readonly seen?: string;
}

const fixture = (name: string) => () => readFile(join(FIXTURES, name));
const portrait = () => sharp(join(FIXTURES, "portrait.jpg"));
const PLACE = {
  IFD0: { Make: "Secret Camera" },
  IFD3: { GPSLatitude: "52/1 31/1 0/1", GPSLatitudeRef: "N" },
};

export const GOOD_PHOTOS: readonly GoodPhoto[] = [
  { name: "portrait.jpg", width: 512, height: 512, bytes: fixture("portrait.jpg") },
  { name: "no-face.jpg", width: 600, height: 400, bytes: fixture("no-face.jpg") },
  { name: "portrait.heic", width: 512, height: 512, bytes: fixture("portrait.heic") },
  { name: "iphone.heic", width: 400, height: 480, bytes: fixture("iphone.heic") },
  { name: "iphone-12mp.heic", width: 1500, height: 2000, bytes: fixture("iphone-12mp.heic") },
  { name: "ten-bit.heic", width: 320, height: 320, bytes: fixture("ten-bit.heic") },
  { name: "transparent.heic", width: 256, height: 256, bytes: fixture("transparent.heic") },
  { name: "portrait.avif", width: 512, height: 512, bytes: fixture("portrait.avif") },
  ...(["png", "webp", "gif", "tiff", "avif"] as const).map((kind) => ({
    name: `made.${kind}`,
    width: 512,
    height: 512,
    bytes: () => portrait().withExif(PLACE).toFormat(kind).toBuffer(),
  })),
  ...([2, 3, 4, 5, 6, 7, 8] as const).map((orientation) => ({
    name: `orientation-${orientation}.jpg`,
    width: orientation >= 5 ? 300 : 400,
    height: orientation >= 5 ? 400 : 300,
    bytes: () =>
      portrait().resize(400, 300).withExif(PLACE).withMetadata({ orientation, icc: "p3" }).jpeg().toBuffer(),
  })),
  {
    name: "progressive.jpg",
    width: 512,
    height: 512,
    bytes: () => portrait().jpeg({ progressive: true }).toBuffer(),
  },
  {
    name: "interlaced.png",
    width: 512,
    height: 512,
    bytes: () => portrait().png({ progressive: true }).toBuffer(),
  },
  { name: "palette.png", width: 512, height: 512, bytes: () => portrait().png({ palette: true }).toBuffer() },
  {
    name: "with a web page behind it.jpg",
    width: 512,
    height: 512,
    bytes: async () =>
      Buffer.concat([await fixture("portrait.jpg")(), Buffer.from("<script>alert(1)</script>")]),
  },
  {
    name: "with a ZIP archive behind it.png",
    width: 512,
    height: 512,
    bytes: async () =>
      Buffer.concat([await portrait().png().toBuffer(), Buffer.from("PK\x03\x04 and so on")]),
  },
];

export const GOOD_RECORDINGS: readonly GoodRecording[] = [
  { name: "speech.mp3", seconds: 6.75, bytes: fixture("speech.mp3") },
  { name: "slack-clip.m4a", seconds: 6.7, bytes: fixture("slack-clip.m4a") },
  { name: "clip.webm", seconds: 6.7, bytes: fixture("clip.webm") },
  ...[
    ...["speech.flac", "speech.opus", "speech.ogg", "speech.aac", "speech.aiff", "speech.caf", "speech.wma"],
    ...["alac.m4a", "video.mov", "fragmented.mp4", "video.webm"],
  ].map((name) => ({ name, seconds: 2, bytes: fixture(name) })),
  {
    name: "with its index behind 40 MB of picture.mov",
    seconds: 2,
    bytes: async () => withPicture(await fixture("video.mov")(), 40_000_000),
  },
  {
    name: "with its index first.mov",
    seconds: 2,
    bytes: async () => withIndexFirst(await fixture("video.mov")()),
  },
  {
    name: "with a phone's notes in its track.mov",
    seconds: 2,
    bytes: async () => {
      const handler = box("hdlr", Buffer.concat([Buffer.alloc(8), Buffer.from("mdta"), Buffer.alloc(12)]));
      const clean = box("clef", Buffer.alloc(12));
      return withInTrack(withInTrack(await fixture("video.mov")(), box("tapt", clean)), box("meta", handler));
    },
  },
  { name: "mono.wav", seconds: 2, bytes: async () => wav({ seconds: 2, sampleRate: 16_000, channels: 1 }) },
  { name: "stereo.wav", seconds: 2, bytes: async () => wav({ seconds: 2, sampleRate: 44_100, channels: 2 }) },
  { name: "telephone.amr", seconds: 2, bytes: async () => amr(2) },
  {
    name: "of a length that it does not know.wav",
    seconds: 2,
    bytes: async () => claimingBytes(wav({ seconds: 2, sampleRate: 16_000, channels: 1 }), 0xffffffff),
  },
  {
    name: "of a length that it lies about.wav",
    seconds: 2,
    bytes: async () => claimingBytes(wav({ seconds: 2, sampleRate: 16_000, channels: 1 }), 2_000_000_000),
  },
];

export const BAD_PHOTOS: readonly BadFile[] = [
  {
    name: "empty.jpg",
    reason: "photo_unreadable",
    seen: "an empty file",
    bytes: async () => Buffer.alloc(0),
  },
  { name: "one byte.jpg", reason: "photo_unreadable", bytes: async () => Buffer.from([0xff]) },
  {
    name: "text.jpg",
    reason: "photo_unreadable",
    seen: "a text file",
    bytes: async () => Buffer.from("hello\n"),
  },
  { name: "random.jpg", reason: "photo_unreadable", bytes: async () => noise(100_000) },
  {
    name: "a login page.jpg",
    reason: "photo_unreadable",
    seen: "a web page",
    bytes: async () => Buffer.from("<!DOCTYPE html><html><title>Sign in</title></html>"),
  },
  {
    name: "a recording.jpg",
    reason: "photo_unreadable",
    seen: "an MP3 recording",
    bytes: fixture("speech.mp3"),
  },
  { name: "a video.jpg", reason: "photo_unreadable", seen: "a QuickTime video", bytes: fixture("video.mov") },
  {
    name: "drawing.svg",
    reason: "photo_type_unsupported",
    seen: "an SVG image",
    bytes: async () =>
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="100000" height="100000"/>'),
  },
  {
    name: "an SVG that reads a file.png",
    reason: "photo_type_unsupported",
    seen: "an SVG image",
    bytes: async () => Buffer.from('<?xml version="1.0"?><svg><image href="file:///etc/passwd"/></svg>'),
  },
  {
    name: "PostScript.jpg",
    reason: "photo_unreadable",
    bytes: async () => Buffer.from("%!PS-Adobe-3.0\n(/etc/passwd) (r) file\n"),
  },
  {
    name: "ImageMagick script.jpg",
    reason: "photo_unreadable",
    bytes: async () => Buffer.from("push graphic-context\n"),
  },
  ...(["jpeg", "png", "webp", "tiff"] as const).map(
    (kind): BadFile => ({
      name: `half of a ${kind}`,
      reason: "photo_unreadable",
      seen: "a damaged photo",
      bytes: async () => half(await portrait().toFormat(kind).toBuffer()),
    }),
  ),
  {
    name: "half of an HEIC",
    reason: "photo_unreadable",
    seen: "a damaged photo",
    bytes: async () => half(await fixture("iphone.heic")()),
  },
  {
    name: "50,000 pixels a side.png",
    reason: "photo_too_big",
    seen: "2500 megapixels",
    bytes: async () => pngBomb(50_000, 50_000),
  },
  {
    name: "of more rows than it says.png",
    reason: "photo_too_small",
    bytes: async () => pngBomb(50_000, 1),
  },
  { name: "10,000 pixels a side.gif", reason: "photo_too_big", bytes: async () => gifHeader(10_000, 10_000) },
  {
    name: "24 megapixels.avif",
    reason: "photo_too_big",
    seen: "24 megapixels",
    bytes: async () => claimingSize(await fixture("portrait.avif")(), 6000, 4000),
  },
  {
    name: "that claims 60,000 pixels a side.heic",
    reason: "photo_too_big",
    seen: "3600 megapixels",
    bytes: async () => claimingSize(await fixture("portrait.heic")(), 60_000, 60_000),
  },
  {
    name: "that claims fewer pixels than there are.heic",
    reason: "photo_unreadable",
    bytes: async () => claimingSize(await fixture("iphone.heic")(), 30_000, 1_000),
  },
  {
    name: "whose boxes never end.heic",
    reason: "photo_unreadable",
    bytes: async () =>
      Buffer.concat([box("ftyp", Buffer.from("heic\0\0\0\0mif1heic")), nested("meta", 2000)]),
  },
  {
    name: "whose boxes are empty.heic",
    reason: "photo_unreadable",
    bytes: async () =>
      Buffer.concat([box("ftyp", Buffer.from("heic\0\0\0\0mif1heic")), Buffer.alloc(100_000)]),
  },
];

export const BAD_RECORDINGS: readonly BadFile[] = [
  {
    name: "empty.mp3",
    reason: "speech_unreadable",
    seen: "an empty file",
    bytes: async () => Buffer.alloc(0),
  },
  { name: "one byte.mp3", reason: "speech_unreadable", bytes: async () => Buffer.from([0xff]) },
  {
    name: "text.mp3",
    reason: "speech_unreadable",
    seen: "a text file",
    bytes: async () => Buffer.from("hello\n"),
  },
  { name: "random.mp3", reason: "speech_unreadable", bytes: async () => noise(200_000) },
  { name: "a photo.mp3", reason: "speech_unreadable", seen: "a JPEG photo", bytes: fixture("portrait.jpg") },
  { name: "an HEIC.m4a", reason: "speech_unreadable", seen: "an HEIC image", bytes: fixture("iphone.heic") },
  {
    name: "playlist.mp3",
    reason: "speech_unreadable",
    seen: "a playlist",
    bytes: async () => Buffer.from("#EXTM3U\n#EXTINF:10,\nhttp://169.254.169.254/latest/meta-data\n"),
  },
  {
    name: "a page that ends like a playlist.m4a",
    reason: "speech_unreadable",
    seen: "a web page",
    bytes: async () => Buffer.from("<html>\n#EXTM3U\nfile:///etc/passwd\n"),
  },
  {
    name: "without sound.mp4",
    reason: "speech_unreadable",
    seen: "a video without sound",
    bytes: silentVideo,
  },
  {
    name: "half of a clip.m4a",
    reason: "speech_unreadable",
    seen: "a damaged recording",
    bytes: async () => half(await fixture("slack-clip.m4a")()),
  },
  {
    name: "silent.wav",
    reason: "speech_silent",
    seen: "a recording of 2 s in which nothing can be heard",
    bytes: async () => wav({ seconds: 2, sampleRate: 16_000, channels: 1, volume: 0 }),
  },
  {
    name: "without a sample.wav",
    reason: "speech_empty",
    bytes: async () => wav({ seconds: 0, sampleRate: 16_000, channels: 1 }),
  },
  {
    name: "song.mid",
    reason: "speech_type_unsupported",
    seen: "a MIDI file",
    bytes: async () => Buffer.from("MThd\0\0\0\x06\0\0\0\x01\0\x60", "latin1"),
  },
  {
    name: "whose boxes never end.mp4",
    reason: "speech_unreadable",
    bytes: async () => Buffer.concat([box("ftyp", Buffer.from("isom\0\0\0\0isom")), nested("moov", 2000)]),
  },
  {
    name: "whose boxes are empty.mp4",
    reason: "speech_unreadable",
    bytes: async () => Buffer.concat([box("ftyp", Buffer.from("isom\0\0\0\0isom")), Buffer.alloc(1_000_000)]),
  },
  {
    name: "of a long picture, without an index.mov",
    reason: "speech_unreadable",
    seen: "a damaged recording",
    bytes: async () => {
      const video = withPicture(await fixture("video.mov")(), 40_000_000);
      return video.subarray(0, video.lastIndexOf("moov") - 4);
    },
  },
  ...(
    [
      ["stsz", 4, 0, 0xffffffff],
      ["stsz", 4, 1, 0xffffffff],
      ["stsz", 8, 5_000],
      ["stco", 4, 0xffffffff],
      ["stsc", 4, 0xffffffff],
      ["stts", 4, 0xffffffff],
    ] as const
  ).map(
    ([table, at, ...numbers]): BadFile => ({
      name: `whose table ${table} claims ${numbers.join(" and ")}.mov`,
      reason: "speech_unreadable",
      seen: "a damaged recording",
      bytes: async () => claiming(await fixture("video.mov")(), table, at, numbers),
    }),
  ),
  {
    name: "whose fragments claim to hold 4,294,967,295 packets.mp4",
    reason: "speech_unreadable",
    seen: "a damaged recording",
    bytes: async () => claiming(await fixture("fragmented.mp4")(), "trun", 0, [1, 0xffffffff]),
  },
  ...(["meta", "wave", "sinf", "udta", "mdia"] as const).map(
    (type): BadFile => ({
      name: `whose track claims 4,294,967,280 packets in its ${type}.m4a`,
      reason: "speech_unreadable",
      seen: "a damaged recording",
      bytes: async () => {
        const start = type === "meta" ? uint32(0) : Buffer.alloc(0);
        const hidden = box(type, Buffer.concat([start, packetsOfOneSize(1, 0xfffffff0)]));
        return withInTrack(await fixture("slack-clip.m4a")(), hidden);
      },
    }),
  ),
  {
    name: "whose track has them behind a box of four gigabytes.m4a",
    reason: "speech_unreadable",
    seen: "a damaged recording",
    bytes: async () =>
      withInTrack(
        await fixture("slack-clip.m4a")(),
        Buffer.concat([hugeBox("free"), packetsOfOneSize(1, 0xfffffff0)]),
      ),
  },
  {
    name: "whose description of the sound ends behind itself.m4a",
    reason: "speech_unreadable",
    seen: "a damaged recording",
    bytes: async () => claiming(await fixture("slack-clip.m4a")(), "stsd", 8, [0x7fffffff]),
  },
  {
    name: "that has a track of 4,294,967,280 packets in front of its index.mp4",
    reason: "speech_unreadable",
    seen: "a damaged recording",
    bytes: async () => {
      const track = box("trak", packetsOfOneSize(1, 0xfffffff0));
      const file = await fixture("fragmented.mp4")();
      return behindFirstBox(file, track);
    },
  },
  {
    name: "that has it behind a box of four gigabytes.mp4",
    reason: "speech_unreadable",
    seen: "a damaged recording",
    bytes: async () => {
      const track = box("trak", packetsOfOneSize(1, 0xfffffff0));
      const file = await fixture("fragmented.mp4")();
      return Buffer.concat([file, hugeBox("free"), track]);
    },
  },
  {
    name: "that has them in fragments behind a box of four bytes.mp4",
    reason: "speech_unreadable",
    seen: "a damaged recording",
    bytes: async () => Buffer.concat([await fixture("fragmented.mp4")(), uint32(4), Buffer.alloc(8)]),
  },
  {
    name: "whose clock ticks 4,294,967,295 times a second for each of its bytes.m4a",
    reason: "speech_unreadable",
    seen: "a damaged recording",
    bytes: async () => {
      const clip = packetsOfAByte(await fixture("slack-clip.m4a")(), 5_000_000, 300_000);
      return claiming(clip, "mdhd", 12, [0xffffffff]);
    },
  },
  {
    name: "that lists its bytes and claims to be in fragments.m4a",
    reason: "speech_unreadable",
    seen: "a damaged recording",
    bytes: async () => {
      const clip = packetsOfAByte(await fixture("slack-clip.m4a")(), 5_000_000, 1);
      // In the place of what says who made it.
      return claiming(clip, "udta", -4, [0x6d766578]);
    },
  },
  {
    name: "whose tag is longer than the file.mp3",
    reason: "speech_empty",
    bytes: async () => Buffer.from("ID3\x04\0\0\x7f\x7f\x7f\x7f and nothing more", "latin1"),
  },
];

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

/** As many rows of zeros as fit into a small file, whatever its header says. */
function pngBomb(width: number, height: number): Buffer {
  const ihdr = Buffer.concat([uint32(width), uint32(height), Buffer.from([8, 2, 0, 0, 0])]);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    pngChunk("IHDR", ihdr),
    pngChunk("IDAT", deflateSync(Buffer.alloc(20_000_000))),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

function claimingSize(heic: Buffer, width: number, height: number): Buffer {
  const changed = Buffer.from(heic);
  for (let at = changed.indexOf("ispe"); at >= 0; at = changed.indexOf("ispe", at + 4)) {
    changed.writeUInt32BE(width, at + 8);
    changed.writeUInt32BE(height, at + 12);
  }
  return changed;
}

function claimingBytes(file: Buffer, bytes: number): Buffer {
  file.writeUInt32LE(bytes, 4);
  file.writeUInt32LE(bytes, 40);
  return file;
}

/** With these numbers in each box of that type, so many bytes behind its type and flags. */
function claiming(file: Buffer, type: string, at: number, numbers: readonly number[]): Buffer {
  for (let found = file.indexOf(type); found >= 0; found = file.indexOf(type, found + 4))
    numbers.forEach((number, index) => {
      file.writeUInt32BE(number, found + 4 + at + index * 4);
    });
  return file;
}

/** Of 4,294,967,312 bytes, of which there are 16: half of the size alone says so. */
function hugeBox(type: string): Buffer {
  return Buffer.concat([uint32(1), Buffer.from(type), uint32(1), uint32(16)]);
}

function behindFirstBox(file: Buffer, content: Buffer): Buffer {
  const end = file.readUInt32BE(0);
  return Buffer.concat([file.subarray(0, end), content, file.subarray(end)]);
}

/** An MP4 file with so many packets of a byte, each of so many ticks, and bytes for all of them. */
function packetsOfAByte(file: Buffer, count: number, ticks: number): Buffer {
  claiming(file, "stsz", 4, [1, count]);
  claiming(file, "stts", 4, [1, count, ticks]);
  return Buffer.concat([file, box("mdat", Buffer.alloc(count))]);
}

/** Boxes in boxes, the innermost of which claims to hold more than there is. */
function nested(type: string, depth: number): Buffer {
  let inner: Buffer = Buffer.concat([uint32(0x7fffffff), Buffer.from("free")]);
  for (let level = 0; level < depth; level += 1) inner = box(type, inner);
  return inner;
}

/** Frames of 20 ms at 12.2 kbit/s, as telephones record. The bits are chance, so it hisses. */
function amr(seconds: number): Buffer {
  const junk = noise(31 * seconds * 50);
  const frames = Array.from({ length: seconds * 50 }, (_, frame) =>
    Buffer.concat([Buffer.from([0x3c]), junk.subarray(frame * 31, frame * 31 + 31)]),
  );
  return Buffer.concat([Buffer.from("#!AMR\n"), ...frames]);
}
