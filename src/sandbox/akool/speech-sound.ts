/**
 * What the stand-in says: no words, but a buzz that rises and falls in syllables, in a real MP3 as long as the text
 * would take. One file is made for each length and pitch; a tag in front tells texts and voices apart.
 */
import { createHash } from "node:crypto";
import { createMp3Encoder } from "wasm-media-encoders";

const SECONDS_PER_CHARACTER = 0.06;
const [SHORTEST_SECONDS, LONGEST_SECONDS] = [1, 60];
const SAMPLE_RATE = 24_000;
const BITRATE_KBPS = 48;
const SYLLABLES_PER_SECOND = 4;
const HERTZ = { Male: 115, Female: 205 } as const;

const files = new Map<string, Promise<Buffer>>();

/** In steps of half a second. */
export function secondsOf(text: string): number {
  const seconds = Math.round(text.length * SECONDS_PER_CHARACTER * 2) / 2;
  return Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, seconds));
}

/** The same bytes for the same text in the same voice, and for no other. */
export async function speechSound(
  text: string,
  { voiceId, gender }: { readonly voiceId: string; readonly gender: keyof typeof HERTZ },
): Promise<Buffer> {
  const seconds = secondsOf(text);
  const key = `${gender} ${seconds}`;
  let file = files.get(key);
  if (!file) {
    file = buzz(seconds, HERTZ[gender]);
    files.set(key, file);
  }
  const title = createHash("sha256")
    .update(JSON.stringify([voiceId, text]))
    .digest("hex");
  return Buffer.concat([titleTag(title), await file]);
}

async function buzz(seconds: number, hertz: number): Promise<Buffer> {
  const encoder = await createMp3Encoder();
  encoder.configure({ channels: 1, sampleRate: SAMPLE_RATE, bitrate: BITRATE_KBPS });
  const parts: Buffer[] = [];
  for (let from = 0; from < seconds * SAMPLE_RATE; from += SAMPLE_RATE) {
    const length = Math.min(SAMPLE_RATE, seconds * SAMPLE_RATE - from);
    // Copied, because the encoder reuses its memory.
    parts.push(Buffer.from(encoder.encode([voice(from, length, hertz)])));
  }
  parts.push(Buffer.from(encoder.finalize()));
  return Buffer.concat(parts);
}

/** `length` samples from sample number `from` on. */
function voice(from: number, length: number, hertz: number): Float32Array {
  const samples = new Float32Array(length);
  for (let nth = 0; nth < length; nth += 1) {
    const at = (from + nth) / SAMPLE_RATE;
    const loudness = Math.sin(Math.PI * SYLLABLES_PER_SECOND * at) ** 2;
    const phase = 2 * Math.PI * hertz * at + 2 * Math.sin(2 * Math.PI * 0.7 * at);
    samples[nth] =
      0.35 * loudness * (Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.3 * Math.sin(5 * phase));
  }
  return samples;
}

/** An ID3v2.3 tag with a title of up to 100 characters, so that every size fits into one byte. */
function titleTag(title: string): Buffer {
  const frame = Buffer.from(`TIT2\0\0\0\0\0\0\0${title}`, "latin1");
  frame.writeUInt32BE(title.length + 1, 4);
  const head = Buffer.from("ID3\x03\0\0\0\0\0\0", "latin1");
  head[9] = frame.length;
  return Buffer.concat([head, frame]);
}
