import { open } from "node:fs/promises";

/** How many bytes from the start `sniff` wants; with fewer it does what it can. */
export const SNIFF_BYTES = 4096;

export interface Sniffed {
  readonly name: string;
  readonly group: "photo" | "sound" | "other";
  /** "an HEIC image": fits after "I cannot use …". */
  readonly words: string;
  /** Only of a photo or sound: whether we can make something of it. */
  readonly isUsable: boolean;
}

/** What a file is by its first bytes. Undefined when they look like nothing known. */
export function sniff(head: Uint8Array): Sniffed | undefined {
  if (head.length === 0) return { name: "empty", group: "other", words: "an empty file", isUsable: false };
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

/** Name, group, words, and how such a file begins; `?` stands for any byte. */
const MAGIC: readonly (readonly [string, Sniffed["group"], string, ...string[]])[] = [
  ["jpeg", "photo", "a JPEG photo", "\xff\xd8\xff"],
  ["png", "photo", "a PNG image", "\x89PNG\r\n\x1a\n"],
  ["webp", "photo", "a WebP image", "RIFF????WEBP"],
  ["gif", "photo", "a GIF image", "GIF87a", "GIF89a"],
  ["tiff", "photo", "a TIFF image", "II*\0", "MM\0*"],
  ["bmp", "photo", "a BMP image", "BM????\0\0\0\0"],
  ["ico", "photo", "an icon file", "\0\0\x01\0"],
  ["psd", "photo", "a Photoshop file", "8BPS"],
  ["jxl", "photo", "a JPEG XL image", "\xff\x0a", "\0\0\0\x0cJXL "],
  ["jp2", "photo", "a JPEG 2000 image", "\0\0\0\x0cjP  ", "\xff\x4f\xff\x51"],
  ["xcf", "photo", "a GIMP file", "gimp xcf"],
  ["exr", "photo", "an OpenEXR image", "\x76\x2f\x31\x01"],
  ["hdr", "photo", "a Radiance image", "#?RADIANCE"],
  ["dds", "photo", "a DDS image", "DDS "],
  [
    "emf",
    "photo",
    "a Windows drawing",
    "\xd7\xcd\xc6\x9a",
    "\x01\0\0\0????????????????????????????????????\x20EMF",
  ],
  ["eps", "other", "a PostScript drawing", "%!PS", "\xc5\xd0\xd3\xc6"],
  ["wav", "sound", "a WAV recording", "RIFF????WAVE"],
  ["webm", "sound", "a WebM recording", "\x1a\x45\xdf\xa3"],
  ["opus", "sound", "an Ogg recording", `OggS${"?".repeat(24)}OpusHead`],
  ["ogv", "sound", "an Ogg video", `OggS${"?".repeat(24)}\x80theora`],
  ["oga", "sound", "an Ogg recording", "OggS"],
  ["flac", "sound", "a FLAC recording", "fLaC"],
  ["aiff", "sound", "an AIFF recording", "FORM????AIFF", "FORM????AIFC"],
  ["caf", "sound", "a CAF recording", "caff\0"],
  ["amr", "sound", "an AMR recording", "#!AMR"],
  ["wma", "sound", "a WMA recording", "\x30\x26\xb2\x75\x8e\x66\xcf\x11"],
  ["midi", "sound", "a MIDI file", "MThd"],
  ["avi", "sound", "an AVI video", "RIFF????AVI "],
  ["flv", "sound", "a Flash video", "FLV\x01"],
  ["mpeg", "sound", "an MPEG video", "\0\0\x01\xba", "\0\0\x01\xb3"],
  ["au", "sound", "an AU recording", ".snd"],
  ["wv", "sound", "a WavPack recording", "wvpk"],
  ["ape", "sound", "a Monkey's Audio recording", "MAC "],
  ["ac3", "sound", "an AC-3 recording", "\x0b\x77"],
  ["silk", "sound", "a SILK voice message", "#!SILK", "\x02#!SILK"],
  ["realmedia", "sound", "a RealMedia recording", ".RMF", ".ra\xfd"],
  ["mpegts", "sound", "an MPEG video", `G${"?".repeat(187)}G${"?".repeat(187)}G`],
  ["mp2", "sound", "an MP2 recording", "\xff\xfd", "\xff\xfc"],
  ["mp3", "sound", "an MP3 recording", "ID3", "\xff\xfb", "\xff\xfa", "\xff\xf3", "\xff\xf2", "\xff\xe3"],
  ["aac", "sound", "an AAC recording", "\xff\xf1", "\xff\xf9", "\xff\xf0", "\xff\xf8"],
  ["pdf", "other", "a PDF", "%PDF-"],
  ["zip", "other", "a ZIP archive or Office document", "PK\x03\x04", "PK\x05\x06"],
  ["office", "other", "an Office document", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
  [
    "gzip",
    "other",
    "a compressed file",
    "\x1f\x8b",
    "BZh",
    "7z\xbc\xaf",
    "\xfd7zXZ",
    "Rar!\x1a\x07",
    "\x28\xb5\x2f\xfd",
  ],
  ["program", "other", "a program", "\x7fELF", "MZ\x90\0"],
  ["rtf", "other", "an RTF document", "{\\rtf"],
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

function known(name: string, group: Sniffed["group"], words: string): Sniffed {
  return { name, group, words, isUsable: USABLE.has(name) };
}

function sniffRawPhoto(text: string): Sniffed | undefined {
  const isRaw = RAW_BEGINNINGS.some((beginning) => beginsWith(text, beginning)) || isRawTiff(text);
  return isRaw ? known("raw", "photo", "a camera's raw file") : undefined;
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
  for (const [name, group, words, ...beginnings] of MAGIC) {
    if (beginnings.some((beginning) => beginsWith(text, beginning))) return known(name, group, words);
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
    return known("mp4", "sound", "a QuickTime video");
  if (text.slice(4, 8) !== "ftyp") return undefined;
  const boxSize = (text.charCodeAt(2) << 8) | text.charCodeAt(3);
  const brands = text.slice(8, Math.max(12, Math.min(boxSize, 256)));
  if (/avi[fs]/.test(brands)) return known("avif", "photo", "an AVIF image");
  if (/hei[cmsx]|hev[cmx]|mif1|msf1/.test(brands)) return known("heic", "photo", "an HEIC image");
  if (brands.startsWith("M4A")) return known("mp4", "sound", "an M4A recording");
  if (brands.startsWith("qt  ")) return known("mp4", "sound", "a QuickTime video");
  return known("mp4", "sound", "an MP4 video or recording");
}

function sniffMarkup(text: string): Sniffed | undefined {
  const start = text.replace(/^\xef\xbb\xbf/, "").trimStart();
  if (/^<!doctype html|^<(html|head|body)[\s>]/i.test(start)) return HTML;
  // Comments and an XML declaration may come first.
  if (/^<(!--|\?xml|!doctype svg|svg)/i.test(start)) {
    if (/<svg[\s>]/i.test(start)) return known("svg", "photo", "an SVG image");
    if (/<(!doctype )?html/i.test(start)) return HTML;
  }
  return undefined;
}

const HTML = known("html", "other", "a web page");

/** Programs that read them fetch what they name, files and addresses alike. */
function sniffPlaylist(text: string): Sniffed | undefined {
  const start = text.replace(/^\xef\xbb\xbf/, "").trimStart();
  return /^(#EXTM3U|ffconcat|file\s|\[playlist\]|\[reference\])|<asx[\s>]|<(smil|mpd|playlist)[\s>]/i.test(
    start,
  )
    ? known("playlist", "other", "a playlist")
    : undefined;
}

function sniffText(text: string): Sniffed | undefined {
  if (!/^[\t\n\r -~\x80-\xff]+$/.test(text)) return undefined;
  return known("text", "other", "a text file");
}
