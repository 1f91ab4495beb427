/** All that is needed to draw a video: made once, handed to the threads that draw its parts. */
import decodeAudio from "audio-decode";
import { decodePhoto } from "./decode-photo.ts";
import { FaceDrawing } from "./draw-face.ts";
import { drawLevel } from "./draw-level.ts";
import type { FaceModels } from "./face-models.ts";
import { type FaceShape, shapeOf } from "./face-shape.ts";
import { findFaces } from "./find-faces.ts";
import { measureSound } from "./measure-sound.ts";
import { type Pose, planMovements } from "./plan-movements.ts";
import { copyPlanes, type Planes, toPlanes, viewPlanes } from "./planes.ts";
import { makeMark, makeNotice, NO_FACE, press } from "./stamp.ts";

export interface TalkingPhotoMedia {
  readonly photo: Uint8Array;
  /** MP3, or AAC in MP4 or ADTS: what fits into an mp4 without being encoded again. */
  readonly speech: Uint8Array;
  readonly resolution: "720" | "1080";
}

export interface Film {
  readonly width: number;
  readonly height: number;
  /** The photo's planes, as `viewPlanes` takes them. */
  readonly photo: Uint8Array;
  readonly seconds: number;
  /** One for each frame. */
  readonly frames: readonly FilmFrame[];
  /** Undefined where no face was found. */
  readonly shape: FaceShape | undefined;
}

export interface FilmFrame {
  readonly pose: Pose;
  readonly loud: number;
}

export const FRAMES_PER_SECOND = 25;
/** AKOOL's own are larger; these are made on the spot, on any laptop. */
const LONGEST_SIDE_PX = { "720": 512, "1080": 640 } as const;

export async function planFilm(
  { photo, speech, resolution }: TalkingPhotoMedia,
  models: () => Promise<FaceModels>,
): Promise<Film> {
  const picture = await decodePhoto(photo, LONGEST_SIDE_PX[resolution]);
  const { channelData, sampleRate } = await decodeAudio(speech);
  const samples = mixed(channelData);
  if (samples.length === 0) throw new Error("the recording holds no sound");
  const moments = measureSound(samples, sampleRate, FRAMES_PER_SECOND);
  const poses = planMovements(moments, FRAMES_PER_SECOND);
  const [largest] = await findFaces(picture, await models());
  return {
    width: picture.width,
    height: picture.height,
    photo: toPlanes(picture).all,
    seconds: samples.length / sampleRate,
    frames: poses.map((pose, nth) => ({ pose, loud: moments[nth]?.loud ?? 0 })),
    shape: largest && shapeOf(largest),
  };
}

function mixed(channels: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(), ...others] = channels;
  if (others.length === 0) return first;
  return first.map(
    (sample, nth) => others.reduce((sum, other) => sum + (other[nth] ?? 0), sample) / channels.length,
  );
}

/** The frames from `from` on and before `to`. Each is overwritten by the next. */
export async function* drawFrames(film: Film, from: number, to: number): AsyncGenerator<Planes> {
  const draw = await makeDrawing(film);
  for (const frame of film.frames.slice(from, to)) yield draw(frame);
}

async function makeDrawing(film: Film): Promise<(frame: FilmFrame) => Planes> {
  const { width, height, shape } = film;
  const photo = viewPlanes(width, height, film.photo);
  const mark = await makeMark(photo);
  if (shape) {
    const face = new FaceDrawing(photo, shape);
    return ({ pose }) => {
      const planes = face.draw(pose);
      press(planes, mark);
      return planes;
    };
  }
  const notice = await makeNotice(NO_FACE, photo);
  const planes = copyPlanes(photo);
  return ({ loud }) => {
    planes.all.set(photo.all);
    drawLevel(planes, loud);
    press(planes, notice);
    press(planes, mark);
    return planes;
  };
}
