import hme from "h264-mp4-encoder";
import type { Planes } from "./planes.ts";

/** Frames from one that needs no other to the next. */
export const GROUP_FRAMES = 25;
/** 10 is the best, 51 the smallest. */
const QUANTISER = 26;
/** 0 is the best, 10 the fastest. */
const SPEED = 10;

/** An mp4 with pictures only. The first frame needs no other. */
export async function encodeFrames(
  frames: AsyncIterable<Planes>,
  { width, height, framesPerSecond }: { width: number; height: number; framesPerSecond: number },
): Promise<Uint8Array> {
  const encoder = await hme.createH264MP4Encoder();
  try {
    encoder.width = width;
    encoder.height = height;
    encoder.frameRate = framesPerSecond;
    encoder.groupOfPictures = GROUP_FRAMES;
    encoder.quantizationParameter = QUANTISER;
    encoder.speed = SPEED;
    encoder.initialize();
    for await (const { all } of frames) encoder.addFrameYuv(all);
    encoder.finalize();
    const mp4 = encoder.FS.readFile(encoder.outputFilename).slice();
    encoder.FS.unlink(encoder.outputFilename);
    return mp4;
  } finally {
    encoder.delete();
  }
}
