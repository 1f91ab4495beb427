import { open } from "node:fs/promises";

/** How many bytes from the start `sniff` wants; with fewer it does what it can. */
export const SNIFF_BYTES = 4096;

export interface Sniffed {
  readonly name: string;
  readonly group: "photo" | "sound" | "other";
  /** "an HEIC image": fits after "I cannot use …". */
  readonly words: string;
}

/** What a file is by its first bytes. Undefined when they look like nothing known. */
export function sniff(head: Uint8Array): Sniffed | undefined {
  if (head.length === 0) return { name: "empty", group: "other", words: "an empty file" };
  // As Latin-1, one character is one byte.
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, SNIFF_BYTES)).toString(
    "latin1",
  );
  return sniffMagic(text) ?? sniffBaseMedia(text) ?? sniffMarkup(text) ?? sniffText(text);
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
  ["jp2", "photo", "a JPEG 2000 image", "\0\0\0\x0cjP  "],
  ["wav", "sound", "a WAV recording", "RIFF????WAVE"],
  ["webm", "sound", "a WebM recording", "\x1a\x45\xdf\xa3"],
  ["opus", "sound", "an Ogg recording", `OggS${"?".repeat(24)}OpusHead`],
  ["oga", "sound", "an Ogg recording", "OggS"],
  ["flac", "sound", "a FLAC recording", "fLaC"],
  ["aiff", "sound", "an AIFF recording", "FORM????AIFF", "FORM????AIFC"],
  ["caf", "sound", "a CAF recording", "caff\0"],
  ["amr", "sound", "an AMR recording", "#!AMR"],
  ["wma", "sound", "a WMA recording", "\x30\x26\xb2\x75\x8e\x66\xcf\x11"],
  ["midi", "sound", "a MIDI file", "MThd"],
  ["avi", "sound", "an AVI video", "RIFF????AVI "],
  ["mp3", "sound", "an MP3 recording", "ID3", "\xff\xfb", "\xff\xfa", "\xff\xf3", "\xff\xf2", "\xff\xe3"],
  ["aac", "sound", "an AAC recording", "\xff\xf1", "\xff\xf9", "\xff\xf0", "\xff\xf8"],
  ["pdf", "other", "a PDF", "%PDF-"],
  ["zip", "other", "a ZIP archive or Office document", "PK\x03\x04"],
  ["gzip", "other", "a compressed file", "\x1f\x8b", "BZh", "7z\xbc\xaf", "\xfd7zXZ"],
];

function sniffMagic(text: string): Sniffed | undefined {
  for (const [name, group, words, ...beginnings] of MAGIC) {
    if (beginnings.some((beginning) => beginsWith(text, beginning))) return { name, group, words };
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
  if (text.slice(4, 8) !== "ftyp") return undefined;
  const boxSize = (text.charCodeAt(2) << 8) | text.charCodeAt(3);
  const brands = text.slice(8, Math.max(12, Math.min(boxSize, 256)));
  if (/avi[fs]/.test(brands)) return { name: "avif", group: "photo", words: "an AVIF image" };
  if (/hei[cmsx]|hev[cmx]|mif1|msf1/.test(brands))
    return { name: "heic", group: "photo", words: "an HEIC image" };
  if (brands.startsWith("M4A")) return { name: "mp4", group: "sound", words: "an M4A recording" };
  return { name: "mp4", group: "sound", words: "an MP4 video or recording" };
}

function sniffMarkup(text: string): Sniffed | undefined {
  const start = text.replace(/^\xef\xbb\xbf/, "").trimStart();
  if (/^<!doctype html|^<(html|head|body)[\s>]/i.test(start)) return HTML;
  // Comments and an XML declaration may come first.
  if (/^<(!--|\?xml|!doctype svg|svg)/i.test(start)) {
    if (/<svg[\s>]/i.test(start)) return { name: "svg", group: "photo", words: "an SVG image" };
    if (/<(!doctype )?html/i.test(start)) return HTML;
  }
  return undefined;
}

const HTML: Sniffed = { name: "html", group: "other", words: "a web page" };

function sniffText(text: string): Sniffed | undefined {
  if (!/^[\t\n\r -~\x80-\xff]+$/.test(text)) return undefined;
  return { name: "text", group: "other", words: "a text file" };
}
