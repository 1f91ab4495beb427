/** The thread of one video: see render-video.ts. */
import { parentPort, workerData } from "node:worker_threads";
import decodeAudio from "audio-decode";
import hme from "h264-mp4-encoder";
import {
  ALL_FORMATS,
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  Mp4OutputFormat,
  Output,
} from "mediabunny";
import sharp from "sharp";
import type { TalkingPhotoMedia, WorkerAnswer } from "./render-video.ts";

const LONGEST_SIDE_PX = 512;
const FRAMES_PER_SECOND = 12;
const BAR_COLOUR = [255, 255, 255] as const;

interface Picture {
  /** RGBA, row by row. */
  readonly pixels: Buffer;
  readonly width: number;
  readonly height: number;
}

const { mp4, ...rest } = await makeVideo(workerData as TalkingPhotoMedia); // what renderTalkingPhoto hands over
parentPort?.postMessage({ mp4, ...rest } satisfies WorkerAnswer);

async function makeVideo({ photo, speech }: TalkingPhotoMedia): Promise<WorkerAnswer> {
  const picture = await decodePhoto(photo);
  const { channelData, sampleRate } = await decodeAudio(speech);
  const samples = channelData[0];
  if (!samples?.length) throw new Error("the recording holds no sound");
  const seconds = samples.length / sampleRate;
  const levels = measureLevels(samples, sampleRate, Math.ceil(seconds * FRAMES_PER_SECOND));
  const pictures = await encodePictures(picture, levels);
  return { mp4: await mux(pictures, speech), seconds, width: picture.width, height: picture.height };
}

/** Upright, at most LONGEST_SIDE_PX, and even on both sides, as H.264 wants it. */
async function decodePhoto(photo: Uint8Array): Promise<Picture> {
  const fitted = await sharp(photo)
    .autoOrient()
    .resize(LONGEST_SIDE_PX, LONGEST_SIDE_PX, { fit: "inside", withoutEnlargement: true })
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .png({ compressionLevel: 0 })
    .toBuffer({ resolveWithObject: true });
  const { data, info } = await sharp(fitted.data)
    .resize(even(fitted.info.width), even(fitted.info.height), { fit: "fill" })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height };
}

/** The encoder works in blocks of 16 pixels and takes nothing smaller. */
function even(side: number): number {
  return Math.max(16, side - (side % 2));
}

/** Loudness of each frame, 0 to 1 of the loudest. */
function measureLevels(samples: Float32Array, sampleRate: number, frames: number): number[] {
  const step = sampleRate / FRAMES_PER_SECOND;
  const loudness = Array.from({ length: frames }, (_, frame) => {
    const part = samples.subarray(Math.floor(frame * step), Math.floor((frame + 1) * step));
    let sum = 0;
    for (const sample of part) sum += sample * sample;
    return Math.sqrt(sum / Math.max(1, part.length));
  });
  const loudest = Math.max(...loudness, 1e-6);
  return loudness.map((level) => level / loudest);
}

/** An mp4 with the picture only. */
async function encodePictures({ pixels, width, height }: Picture, levels: number[]): Promise<Uint8Array> {
  const encoder = await hme.createH264MP4Encoder();
  encoder.width = width;
  encoder.height = height;
  encoder.frameRate = FRAMES_PER_SECOND;
  encoder.groupOfPictures = FRAMES_PER_SECOND * 2;
  encoder.quantizationParameter = 26;
  encoder.speed = 10;
  encoder.initialize();
  const barHeight = Math.max(2, Math.round(height / 64));
  const top = (height - barHeight) * width * 4;
  for (const level of levels) {
    const frame = Buffer.from(pixels);
    const barWidth = Math.round(level * width);
    for (let row = 0; row < barHeight; row += 1) {
      for (let column = 0; column < barWidth; column += 1) {
        frame.set(BAR_COLOUR, top + (row * width + column) * 4);
      }
    }
    encoder.addFrameRgba(frame);
  }
  encoder.finalize();
  return encoder.FS.readFile(encoder.outputFilename);
}

/** Picture and sound in one mp4, both copied packet by packet; the index comes first, so that it plays while it loads. */
async function mux(pictures: Uint8Array, speech: Uint8Array): Promise<Uint8Array> {
  const videoTrack = await open(pictures).getPrimaryVideoTrack();
  const audioTrack = await open(speech).getPrimaryAudioTrack();
  const videoConfig = await videoTrack?.getDecoderConfig();
  const audioConfig = await audioTrack?.getDecoderConfig();
  const audioCodec = await audioTrack?.getCodec();
  if (!videoTrack || !videoConfig || !audioTrack || !audioConfig) throw new Error("a track is missing");
  if (audioCodec !== "mp3" && audioCodec !== "aac") throw new Error(`cannot copy ${audioCodec} into an mp4`);

  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: "in-memory" }), target });
  const video = new EncodedVideoPacketSource("avc");
  const audio = new EncodedAudioPacketSource(audioCodec);
  output.addVideoTrack(video, { frameRate: FRAMES_PER_SECOND });
  output.addAudioTrack(audio);
  await output.start();
  for await (const packet of new EncodedPacketSink(videoTrack).packets()) {
    await video.add(packet, { decoderConfig: videoConfig });
  }
  video.close();
  for await (const packet of new EncodedPacketSink(audioTrack).packets()) {
    await audio.add(packet, { decoderConfig: audioConfig });
  }
  audio.close();
  await output.finalize();
  if (!target.buffer) throw new Error("no mp4 came out");
  return new Uint8Array(target.buffer);
}

function open(bytes: Uint8Array): Input {
  return new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
}
