import { createReadStream } from "node:fs";
import { decodeChunked } from "audio-decode";
import { openMp4Sound } from "./mp4-sound.ts";
import type { SoundPiece } from "./sound-meter.ts";

/** What audio-decode can be told to decode, by `sniff`'s name for it. */
const DECODERS = {
  mp3: "mp3",
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
 * Bytes handed to a decoder at once. A few can become very many samples (silence in FLAC: hundreds for each byte), but
 * the decoder of MP4 in fragments starts over with every piece until it has its header.
 */
const PIECE_BYTES = 16_384;
const FLAC_PIECE_BYTES = 4096;
const MP4_PIECE_BYTES = 1_048_576;

export type DecoderName = keyof typeof DECODERS;

export function isDecoderName(name: string | undefined): name is DecoderName {
  return name !== undefined && Object.hasOwn(DECODERS, name);
}

/**
 * Decodes piece by piece, in this process. Heavy to load and holds its thread: for the worker only.
 * @param seconds how much is wanted: there may come more
 * @throws Error from the decoder, or a system error from the disk
 */
export async function* decodeSound(
  path: string,
  name: DecoderName,
  seconds: number,
): AsyncGenerator<SoundPiece> {
  let format: { readonly count: 1 | 2; readonly sampleRate: number } | undefined;
  const source = name === "mp4" ? mp4PiecesOf(path, seconds) : piecesOf(path, name);
  for await (const { channelData, sampleRate } of decodeChunked(source, DECODERS[name])) {
    format ??= { count: channelData.length === 2 ? 2 : 1, sampleRate };
    if (sampleRate !== format.sampleRate) throw new Error("the sample rate changes half way");
    yield { channels: toChannels(channelData, format.count), sampleRate };
  }
}

async function* mp4PiecesOf(path: string, seconds: number): AsyncGenerator<Uint8Array> {
  const sound = openMp4Sound(path, seconds);
  if (sound) yield* sound;
  else yield* piecesOf(path, "mp4");
}

/**
 * The file's bytes, each piece in memory of its own. The samples of a WAV begin a new piece: the decoder
 * reads 32-bit samples in place, which fails when a header of odd length lies before them.
 */
async function* piecesOf(path: string, name: DecoderName): AsyncGenerator<Uint8Array> {
  const highWaterMark =
    name === "mp4" ? MP4_PIECE_BYTES : name === "flac" || name === "oga" ? FLAC_PIECE_BYTES : PIECE_BYTES;
  let isFirst = true;
  for await (const chunk of createReadStream(path, { highWaterMark }) as AsyncIterable<Buffer>) {
    const samplesAt = isFirst && name === "wav" ? chunk.indexOf("data") + "data".length + 4 : 0;
    isFirst = false;
    if (samplesAt > 0) yield new Uint8Array(chunk.subarray(0, samplesAt));
    yield new Uint8Array(chunk.subarray(samplesAt));
  }
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
