import sharp from "sharp";
import { createMp3Encoder } from "wasm-media-encoders";
import type { Inputs } from "./servers.ts";

const SIDE_PIXELS = 256;
const SAMPLES_PER_SECOND = 44_100;

/** The smallest that are taken without a question: what is measured is the jobs, and not JPEG and MP3. */
export async function makeTinyInputs(): Promise<Inputs> {
  const photo = await sharp({
    create: { width: SIDE_PIXELS, height: SIDE_PIXELS, channels: 3, background: "tan" },
  })
    .jpeg()
    .toBuffer();
  const encoder = await createMp3Encoder();
  encoder.configure({ sampleRate: SAMPLES_PER_SECOND, channels: 1, bitrate: 32 });
  const hum = Float32Array.from({ length: SAMPLES_PER_SECOND }, (_, at) => Math.sin(at / 20) / 2);
  // Its memory is used again by the next call.
  const speech = Buffer.concat([Buffer.from(encoder.encode([hum])), Buffer.from(encoder.finalize())]);
  return { photo, speech };
}
