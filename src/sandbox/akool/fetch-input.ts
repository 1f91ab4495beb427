/**
 * AKOOL downloads both inputs during the create call, without credentials, and looks at what it got. Whether it
 * follows redirects is not known; the stand-in does not, so that the app never relies on it.
 */
import { createHash } from "node:crypto";
import { ALL_FORMATS, BufferSource, Input } from "mediabunny";
import sharp from "sharp";
import { request } from "undici";

const FETCH_TIMEOUT_MS = 10_000;
const PHOTO_FORMATS = ["jpeg", "png", "webp"];
const SPEECH_CODECS = ["mp3", "aac"];

/** One download of an input, from its beginning. */
export interface FetchRecord {
  readonly url: string;
  readonly at: Date;
  endedAt: Date | undefined;
  /** The HTTP status; 0 when nothing answered. */
  status: number | undefined;
}

export interface FetchedInput {
  /** 0 when nothing answered. */
  readonly status: number;
  readonly contentType: string | undefined;
  readonly bytes: Buffer;
  /** Of the bytes, hex. */
  readonly sha256: string;
}

export async function fetchInput(url: string, signal: AbortSignal): Promise<FetchedInput> {
  try {
    const { statusCode, headers, body } = await request(url, {
      headers: { "user-agent": "akool-sandbox" },
      // A connection kept from before the app was restarted would look like a file that is not there.
      reset: true,
      signal: AbortSignal.any([signal, AbortSignal.timeout(FETCH_TIMEOUT_MS)]),
    });
    const bytes = Buffer.from(await body.arrayBuffer());
    const contentType = headers["content-type"]?.toString();
    return { status: statusCode, contentType, ...hashed(bytes) };
  } catch {
    return { status: 0, contentType: undefined, ...hashed(Buffer.alloc(0)) };
  }
}

/** Whether it is a picture that decodes to the last row. */
export async function isPhoto(bytes: Buffer): Promise<boolean> {
  try {
    const photo = sharp(bytes, { failOn: "truncated" });
    const { format } = await photo.metadata();
    await photo.resize(16).raw().toBuffer();
    return PHOTO_FORMATS.includes(format);
  } catch {
    return false;
  }
}

/** Seconds of sound, or undefined when it is none that AKOOL takes. */
export async function findSpeechSeconds(bytes: Buffer): Promise<number | undefined> {
  const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  try {
    const track = await input.getPrimaryAudioTrack();
    const codec = await track?.getCodec();
    const seconds = (await track?.computeDuration()) ?? 0;
    return codec && SPEECH_CODECS.includes(codec) && seconds > 0 ? seconds : undefined;
  } catch {
    return undefined;
  } finally {
    input.dispose();
  }
}

function hashed(bytes: Buffer): Pick<FetchedInput, "bytes" | "sha256"> {
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}
