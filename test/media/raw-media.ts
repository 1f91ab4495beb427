import { crc32 } from "node:zlib";
import HME from "h264-mp4-encoder";

/** Pieces of media files, put together by hand. */

export interface WavOptions {
  readonly seconds: number;
  readonly sampleRate: number;
  readonly channels: number;
  /** Of 32,767; what is beyond is cut off. */
  readonly volume?: number;
}

/** 16 bits, a tone of 440 Hz. */
export function wav({ seconds, sampleRate, channels, volume = 8000 }: WavOptions): Buffer {
  const samples = Math.round(seconds * sampleRate) * channels;
  const file = Buffer.alloc(44 + samples * 2);
  file.write("RIFF");
  file.writeUInt32LE(file.length - 8, 4);
  file.write("WAVEfmt ", 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channels, 22);
  file.writeUInt32LE(sampleRate, 24);
  file.writeUInt32LE(sampleRate * channels * 2, 28);
  file.writeUInt16LE(channels * 2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36);
  file.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i += 1) {
    const time = Math.floor(i / channels) / sampleRate;
    const sample = Math.round(volume * Math.sin(2 * Math.PI * 440 * time));
    file.writeInt16LE(Math.max(-32_768, Math.min(32_767, sample)), 44 + i * 2);
  }
  return file;
}

export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))]);
}

/** A canvas and one picture of that size, of which nothing follows. */
export function gifHeader(width: number, height: number): Buffer {
  const file = Buffer.from(
    "GIF89a....\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0....\0\x02\x02\x44\x01\0;",
    "latin1",
  );
  for (const at of [6, 24]) {
    file.writeUInt16LE(width, at);
    file.writeUInt16LE(height, at + 2);
  }
  return file;
}

/** Of ISO base media: MP4, HEIC. */
export function box(type: string, content: Buffer): Buffer {
  return Buffer.concat([uint32(8 + content.length), Buffer.from(type), content]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** H.264 alone, in MP4. */
export async function silentVideo(): Promise<Buffer> {
  const encoder = await HME.createH264MP4Encoder();
  Object.assign(encoder, { width: 64, height: 64, frameRate: 10 });
  encoder.initialize();
  for (let frame = 0; frame < 5; frame += 1)
    encoder.addFrameRgba(new Uint8Array(64 * 64 * 4).fill(frame * 40));
  encoder.finalize();
  return Buffer.from(encoder.FS.readFile(encoder.outputFilename));
}

/** An MP4 or QuickTime file whose index is its last box, with so many bytes of picture before the index. */
export function withPicture(file: Buffer, bytes: number): Buffer {
  const index = file.lastIndexOf("moov") - 4;
  return Buffer.concat([file.subarray(0, index), box("mdat", noise(bytes)), file.subarray(index)]);
}

/** The same file with its index before everything else, and its chunks where they are then. */
export function withIndexFirst(file: Buffer): Buffer {
  const at = file.lastIndexOf("moov") - 4;
  const index = Buffer.from(file.subarray(at));
  for (let table = index.indexOf("stco"); table >= 0; table = index.indexOf("stco", table + 4)) {
    const end = table + 12 + index.readUInt32BE(table + 8) * 4;
    for (let entry = table + 12; entry < end; entry += 4)
      index.writeUInt32BE(index.readUInt32BE(entry) + index.length, entry);
  }
  return Buffer.concat([index, file.subarray(0, at)]);
}

/** An MP4 or QuickTime file whose index is its last box, with that at the end of its first track. */
export function withInTrack(file: Buffer, content: Buffer): Buffer {
  const index = file.lastIndexOf("moov") - 4;
  const track = file.indexOf("trak", index) - 4;
  const end = track + file.readUInt32BE(track);
  const changed = Buffer.concat([file.subarray(0, end), content, file.subarray(end)]);
  for (const at of [index, track]) changed.writeUInt32BE(file.readUInt32BE(at) + content.length, at);
  return changed;
}

/** The table of an MP4 file in which all packets are of that size. */
export function packetsOfOneSize(bytes: number, count: number): Buffer {
  return box("stsz", Buffer.concat([uint32(0), uint32(bytes), uint32(count)]));
}

/** The same junk every time. */
export function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let i = 0; i < length; i += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    bytes[i] = state >> 16;
  }
  return bytes;
}
