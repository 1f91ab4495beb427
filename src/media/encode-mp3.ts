import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createMp3Encoder, type WasmMediaEncoder } from "wasm-media-encoders";
import type { SoundPiece } from "./sound-meter.ts";

const BITRATE_KBPS = 128;
/** Samples a channel handed to the encoder at once; it keeps a buffer of that size. */
const BLOCK_SAMPLES = 65_536;

/** Writes an MP3, piece by piece. @throws what `pieces` throws, or a system error from the disk */
export async function encodeMp3(pieces: AsyncIterable<SoundPiece>, outPath: string): Promise<void> {
  const encoder = await createMp3Encoder();

  async function* mp3(): AsyncGenerator<Buffer> {
    let isConfigured = false;
    for await (const { channels, sampleRate } of pieces) {
      if (!isConfigured) configure(encoder, channels.length, sampleRate);
      isConfigured = true;
      const samples = channels[0]?.length ?? 0;
      for (let start = 0; start < samples; start += BLOCK_SAMPLES) {
        const block = channels.map((channel) => channel.subarray(start, start + BLOCK_SAMPLES));
        // Copied, because the encoder reuses its memory.
        yield Buffer.from(encoder.encode(block));
      }
    }
    if (isConfigured) yield Buffer.from(encoder.finalize());
  }

  // Opened first: a stream that opens by itself may do so after sound that cannot be read was given up, file and all.
  const out = await open(outPath, "wx", 0o600);
  await pipeline(mp3, out.createWriteStream());
}

function configure(encoder: WasmMediaEncoder<"audio/mpeg">, channels: number, sampleRate: number): void {
  encoder.configure({
    channels: channels === 2 ? 2 : 1,
    sampleRate,
    bitrate: BITRATE_KBPS,
    outputSampleRate: sampleRate === 48_000 ? 48_000 : 44_100,
  });
}
