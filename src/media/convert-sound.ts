import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { decodeChunked } from "audio-decode";
import { createMp3Encoder, type WasmMediaEncoder } from "wasm-media-encoders";

const BITRATE_KBPS = 128;
/** Samples a channel handed to the encoder at once; it keeps a buffer of that size. */
const BLOCK_SAMPLES = 65_536;

/** What audio-decode can be told to decode, and `sniff`'s name for it. */
export const DECODERS = {
  mp4: "m4a",
  webm: "webm",
  wav: "wav",
  opus: "opus",
  oga: "oga",
  flac: "flac",
  aac: "aac",
  aiff: "aiff",
  caf: "caf",
  amr: "amr",
  wma: "wma",
} as const;

/**
 * Decodes and encodes piece by piece; stops early once `stopAfterSeconds` have been decoded, whatever the
 * header said. Heavy to import and holds its thread: for the worker only.
 * @returns the seconds of sound that were decoded
 * @throws Error from the decoder, or a system error from the disk
 */
export async function convertSound(
  inPath: string,
  outPath: string,
  decoder: (typeof DECODERS)[keyof typeof DECODERS],
  stopAfterSeconds: number,
): Promise<number> {
  const encoder = await createMp3Encoder();
  let seconds = 0;

  async function* mp3(): AsyncGenerator<Buffer> {
    let format: { readonly channels: 1 | 2; readonly sampleRate: number } | undefined;
    for await (const { channelData, sampleRate } of decodeChunked(pieces(inPath), decoder)) {
      format ??= configure(encoder, channelData.length, sampleRate);
      if (sampleRate !== format.sampleRate) throw new Error("the sample rate changes half way");
      const channels = toChannels(channelData, format.channels);
      const samples = channels[0]?.length ?? 0;
      for (let start = 0; start < samples; start += BLOCK_SAMPLES) {
        const block = channels.map((channel) => channel.subarray(start, start + BLOCK_SAMPLES));
        // Copied, because the encoder reuses its memory.
        yield Buffer.from(encoder.encode(block));
      }
      seconds += samples / sampleRate;
      if (seconds > stopAfterSeconds) return;
    }
    if (format) yield Buffer.from(encoder.finalize());
  }

  await pipeline(mp3, createWriteStream(outPath, { flags: "wx", mode: 0o600 }));
  return seconds;
}

/**
 * The file's bytes, each piece in memory of its own. The samples of a WAV begin a new piece: the decoder
 * reads 32-bit samples in place, which fails when a header of odd length lies before them.
 */
async function* pieces(path: string): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    const isWav = isFirst && chunk.toString("latin1", 8, 12) === "WAVE";
    const samplesAt = isWav ? chunk.indexOf("data") + "data".length + 4 : 0;
    isFirst = false;
    if (samplesAt > 0) yield new Uint8Array(chunk.subarray(0, samplesAt));
    yield new Uint8Array(chunk.subarray(samplesAt));
  }
}

function configure(encoder: WasmMediaEncoder<"audio/mpeg">, inputChannels: number, sampleRate: number) {
  const channels: 1 | 2 = inputChannels === 2 ? 2 : 1;
  encoder.configure({
    channels,
    sampleRate,
    bitrate: BITRATE_KBPS,
    outputSampleRate: sampleRate === 48_000 ? 48_000 : 44_100,
  });
  return { channels, sampleRate };
}

/** One or two channels from any number. A decoder may fold equal channels together from piece to piece. */
function toChannels(data: readonly Float32Array[], count: 1 | 2): readonly Float32Array[] {
  if (data.length === count) return data;
  const mixed = data.length === 1 ? (data[0] ?? new Float32Array()) : average(data);
  return count === 1 ? [mixed] : [mixed, mixed];
}

function average(data: readonly Float32Array[]): Float32Array {
  const mixed = new Float32Array(data[0]?.length ?? 0);
  for (const channel of data) {
    for (let i = 0; i < mixed.length; i += 1) mixed[i] = (mixed[i] ?? 0) + (channel[i] ?? 0) / data.length;
  }
  return mixed;
}
