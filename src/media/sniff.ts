import { open } from "node:fs/promises";
import type { Said } from "../words/say.ts";
import type { Key } from "../words/sentences.ts";

/** How many bytes from the start `sniff` wants; with fewer it does what it can. */
export const SNIFF_BYTES = 4096;

export interface Sniffed {
  readonly name: string;
  readonly group: "photo" | "sound" | "other";
  /** "an HEIC image": fits after "I cannot use …". */
  readonly words: Said;
  /** Only of a photo or sound: whether we can make something of it. */
  readonly isUsable: boolean;
}

/** What a file is by its first bytes. Undefined when they look like nothing known. */
export function sniff(head: Uint8Array): Sniffed | undefined {
  if (head.length === 0)
    return { name: "empty", group: "other", words: { key: "seen.empty" }, isUsable: false };
  // As Latin-1, one character is one byte.
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, SNIFF_BYTES)).toString(
    "latin1",
  );
  const found = sniffRawPhoto(text) ?? sniffMagic(text) ?? sniffBaseMedia(text) ?? sniffMarkup(text);
  return found ?? sniffPlaylist(text) ?? sniffText(text);
}

export async function sniffFile(path: string): Promise<Sniffed | undefined> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(SNIFF_BYTES), position: 0 });
    return sniff(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** Name, group, what people call it, and how such a file begins; `?` stands for any byte. */
const MAGIC: readonly (readonly [string, Sniffed["group"], Key, ...string[]])[] = [
  ["jpeg", "photo", "seen.jpeg", "\xff\xd8\xff"],
  ["png", "photo", "seen.png", "\x89PNG\r\n\x1a\n"],
  ["webp", "photo", "seen.webp", "RIFF????WEBP"],
  ["gif", "photo", "seen.gif", "GIF87a", "GIF89a"],
  ["tiff", "photo", "seen.tiff", "II*\0", "MM\0*"],
  ["bmp", "photo", "seen.bmp", "BM????\0\0\0\0"],
  ["ico", "photo", "seen.ico", "\0\0\x01\0"],
  ["psd", "photo", "seen.psd", "8BPS"],
  ["jxl", "photo", "seen.jxl", "\xff\x0a", "\0\0\0\x0cJXL "],
  ["jp2", "photo", "seen.jp2", "\0\0\0\x0cjP  ", "\xff\x4f\xff\x51"],
  ["xcf", "photo", "seen.xcf", "gimp xcf"],
  ["exr", "photo", "seen.exr", "\x76\x2f\x31\x01"],
  ["hdr", "photo", "seen.hdr", "#?RADIANCE"],
  ["dds", "photo", "seen.dds", "DDS "],
  ["emf", "photo", "seen.emf", "\xd7\xcd\xc6\x9a", "\x01\0\0\0????????????????????????????????????\x20EMF"],
  ["eps", "other", "seen.eps", "%!PS", "\xc5\xd0\xd3\xc6"],
  ["wav", "sound", "seen.wav", "RIFF????WAVE"],
  ["webm", "sound", "seen.webm", "\x1a\x45\xdf\xa3"],
  ["opus", "sound", "seen.ogg", `OggS${"?".repeat(24)}OpusHead`],
  ["ogv", "sound", "seen.ogg_video", `OggS${"?".repeat(24)}\x80theora`],
  ["oga", "sound", "seen.ogg", "OggS"],
  ["flac", "sound", "seen.flac", "fLaC"],
  ["aiff", "sound", "seen.aiff", "FORM????AIFF", "FORM????AIFC"],
  ["caf", "sound", "seen.caf", "caff\0"],
  ["amr", "sound", "seen.amr", "#!AMR"],
  ["wma", "sound", "seen.wma", "\x30\x26\xb2\x75\x8e\x66\xcf\x11"],
  ["midi", "sound", "seen.midi", "MThd"],
  ["avi", "sound", "seen.avi", "RIFF????AVI "],
  ["flv", "sound", "seen.flv", "FLV\x01"],
  ["mpeg", "sound", "seen.mpeg", "\0\0\x01\xba", "\0\0\x01\xb3"],
  ["au", "sound", "seen.au", ".snd"],
  ["wv", "sound", "seen.wv", "wvpk"],
  ["ape", "sound", "seen.ape", "MAC "],
  ["ac3", "sound", "seen.ac3", "\x0b\x77"],
  ["silk", "sound", "seen.silk", "#!SILK", "\x02#!SILK"],
  ["realmedia", "sound", "seen.realmedia", ".RMF", ".ra\xfd"],
  ["mpegts", "sound", "seen.mpeg", `G${"?".repeat(187)}G${"?".repeat(187)}G`],
  ["mp2", "sound", "seen.mp2", "\xff\xfd", "\xff\xfc"],
  ["mp3", "sound", "seen.mp3", "ID3", "\xff\xfb", "\xff\xfa", "\xff\xf3", "\xff\xf2", "\xff\xe3"],
  ["aac", "sound", "seen.aac", "\xff\xf1", "\xff\xf9", "\xff\xf0", "\xff\xf8"],
  ["pdf", "other", "seen.pdf", "%PDF-"],
  ["zip", "other", "seen.zip", "PK\x03\x04", "PK\x05\x06"],
  ["office", "other", "seen.office", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
  [
    "gzip",
    "other",
    "seen.gzip",
    "\x1f\x8b",
    "BZh",
    "7z\xbc\xaf",
    "\xfd7zXZ",
    "Rar!\x1a\x07",
    "\x28\xb5\x2f\xfd",
  ],
  ["program", "other", "seen.program", "\x7fELF", "MZ\x90\0"],
  ["rtf", "other", "seen.rtf", "{\\rtf"],
];

const USABLE: ReadonlySet<string> = new Set([
  ...["jpeg", "png", "webp", "gif", "tiff", "avif", "heic"],
  ...["mp3", "mp4", "webm", "wav", "opus", "oga", "flac", "aac", "aiff", "caf", "amr", "wma"],
]);

/** How a camera's raw file begins. Some are TIFF files, which sharp would take for their thumbnail. */
const RAW_BEGINNINGS = [
  "II*\0????CR",
  "FUJIFILMCCD-RAW",
  "IIRO",
  "IIRS",
  "MMOR",
  "IIU\0",
  "FOVb",
  "\0MRM",
  "????ftypcrx ",
];
/** In a TIFF: what DNG files alone have, and what only a thumbnail is. Source: DNG 1.7, TIFF 6.0. */
const DNG_VERSION_TAG = 50706;
const SUBFILE_TYPE_TAG = 254;
const REDUCED_RESOLUTION = 1;

function known(name: string, group: Sniffed["group"], key: Key): Sniffed {
  return { name, group, words: { key }, isUsable: USABLE.has(name) };
}

function sniffRawPhoto(text: string): Sniffed | undefined {
  const isRaw = RAW_BEGINNINGS.some((beginning) => beginsWith(text, beginning)) || isRawTiff(text);
  return isRaw ? known("raw", "photo", "seen.raw") : undefined;
}

function isRawTiff(text: string): boolean {
  const isLittle = text.startsWith("II*\0");
  if (!isLittle && !text.startsWith("MM\0*")) return false;
  const bytes = Buffer.from(text, "latin1");
  const at16 = (at: number) =>
    at + 2 > bytes.length ? 0 : isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  const at32 = (at: number) =>
    at + 4 > bytes.length ? 0 : isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  const directory = at32(4);
  for (let field = 0; field < at16(directory); field += 1) {
    const at = directory + 2 + field * 12;
    const tag = at16(at);
    if (tag === DNG_VERSION_TAG) return true;
    if (tag === SUBFILE_TYPE_TAG && at32(at + 8) === REDUCED_RESOLUTION) return true;
    if (at > bytes.length) return false;
  }
  return false;
}

function sniffMagic(text: string): Sniffed | undefined {
  for (const [name, group, key, ...beginnings] of MAGIC) {
    if (beginnings.some((beginning) => beginsWith(text, beginning))) return known(name, group, key);
  }
  return undefined;
}

function beginsWith(text: string, beginning: string): boolean {
  if (text.length < beginning.length) return false;
  for (let i = 0; i < beginning.length; i += 1) {
    if (beginning[i] !== "?" && beginning[i] !== text[i]) return false;
  }
  return true;
}

/** MP4 and its relatives all begin with an `ftyp` box; its brands say which they are. */
function sniffBaseMedia(text: string): Sniffed | undefined {
  // Old QuickTime has no such box.
  if (text.startsWith("\0") && /^(moov|mdat|wide|free|skip)$/.test(text.slice(4, 8)))
    return known("mp4", "sound", "seen.quicktime");
  if (text.slice(4, 8) !== "ftyp") return undefined;
  const boxSize = (text.charCodeAt(2) << 8) | text.charCodeAt(3);
  const brands = text.slice(8, Math.max(12, Math.min(boxSize, 256)));
  if (/avi[fs]/.test(brands)) return known("avif", "photo", "seen.avif");
  if (/hei[cmsx]|hev[cmx]|mif1|msf1/.test(brands)) return known("heic", "photo", "seen.heic");
  if (brands.startsWith("M4A")) return known("mp4", "sound", "seen.m4a");
  if (brands.startsWith("qt  ")) return known("mp4", "sound", "seen.quicktime");
  return known("mp4", "sound", "seen.mp4");
}

function sniffMarkup(text: string): Sniffed | undefined {
  const start = text.replace(/^\xef\xbb\xbf/, "").trimStart();
  if (/^<!doctype html|^<(html|head|body)[\s>]/i.test(start)) return HTML;
  // Comments and an XML declaration may come first.
  if (/^<(!--|\?xml|!doctype svg|svg)/i.test(start)) {
    if (/<svg[\s>]/i.test(start)) return known("svg", "photo", "seen.svg");
    if (/<(!doctype )?html/i.test(start)) return HTML;
  }
  return undefined;
}

const HTML = known("html", "other", "seen.html");

/** Programs that read them fetch what they name, files and addresses alike. */
function sniffPlaylist(text: string): Sniffed | undefined {
  const start = text.replace(/^\xef\xbb\xbf/, "").trimStart();
  return /^(#EXTM3U|ffconcat|file\s|\[playlist\]|\[reference\])|<asx[\s>]|<(smil|mpd|playlist)[\s>]/i.test(
    start,
  )
    ? known("playlist", "other", "seen.playlist")
    : undefined;
}

function sniffText(text: string): Sniffed | undefined {
  if (!/^[\t\n\r -~\x80-\xff]+$/.test(text)) return undefined;
  return known("text", "other", "seen.text");
}
