/** AKOOL's face detection, which has an envelope of its own. Source: AKOOL API reference, "Detect Faces". */
import type { IncomingMessage } from "node:http";
import sharp from "sharp";
import { isObject, type ReportProblem, readJson } from "./envelope.ts";
import { json, type Reply } from "./misbehaviour.ts";
import type { Studio } from "./talking/studio.ts";

/** A picture of 8 MB as base64, and a little more. */
const MAX_BODY_BYTES = 12 * 1024 * 1024;
const FIELDS = ["url", "img", "single_face", "return_face_url", "num_frames"];

/** x, y, width and height in pixels. */
export type FaceRegion = readonly [number, number, number, number];

export interface PostedPicture {
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
}

/** The faces of every picture, or of the one that is looked at. What a function throws becomes `error_code` 1. */
export type Faces =
  | readonly FaceRegion[]
  | ((picture: PostedPicture) => readonly FaceRegion[] | Promise<readonly FaceRegion[]>);

/** One face in the middle, as large as it is in a portrait. */
export function oneCentralFace({ width, height }: Pick<PostedPicture, "width" | "height">): FaceRegion[] {
  const side = Math.round(Math.min(width, height) * 0.4);
  return [[Math.round((width - side) / 2), Math.round((height - side) / 2), side, side]];
}

/** Those that a model finds, in whole pixels. */
export function facesFoundBy(studio: Pick<Studio, "findFaces">) {
  return async ({ bytes }: PostedPicture): Promise<FaceRegion[]> =>
    (await studio.findFaces(bytes)).map(({ left, top, width, height }) => [
      Math.round(left),
      Math.round(top),
      Math.round(width),
      Math.round(height),
    ]);
}

export async function detectFaces(
  request: IncomingMessage,
  path: string,
  faces: Faces,
  reportProblem: ReportProblem,
): Promise<Reply> {
  const body = await readJson(request, path, reportProblem, MAX_BODY_BYTES);
  const faults = faultsOf(body);
  if (faults.length > 0) {
    for (const each of faults) reportProblem(`${path}: ${each}`);
    return failure(faults.join("; "), 400);
  }
  const { img, single_face: single } = body as { img: string; single_face?: boolean }; // just checked
  const picture = await readPicture(img);
  if (!picture) return failure("Failed to process media");
  try {
    const found = typeof faces === "function" ? await faces(picture) : faces;
    return json(200, answer(single ? found.slice(0, 1) : found), `${found.length} faces`);
  } catch (error) {
    return failure(error instanceof Error ? error.message : "Failed to process media");
  }
}

function faultsOf(body: unknown): string[] {
  if (!isObject(body)) return ["the body is not a JSON object, or too long"];
  const { img, single_face: single, return_face_url: faceUrl, num_frames: frames } = body;
  return [
    ...(typeof img === "string" && img !== "" ? [] : ["img is not a picture in base64"]),
    // AKOOL takes an address as well; the app has none to give before anything is paid.
    ...("url" in body ? ["url and img exclude each other"] : []),
    ...(single === undefined || typeof single === "boolean" ? [] : ["single_face is not a boolean"]),
    ...(faceUrl === undefined || typeof faceUrl === "boolean" ? [] : ["return_face_url is not a boolean"]),
    ...(frames === undefined || isFrames(frames) ? [] : ["num_frames is not a whole number from 1 to 100"]),
    ...Object.keys(body)
      .filter((name) => !FIELDS.includes(name))
      .map((name) => `unknown field ${name}`),
  ];
}

function isFrames(frames: unknown): boolean {
  return typeof frames === "number" && Number.isInteger(frames) && frames >= 1 && frames <= 100;
}

async function readPicture(img: string): Promise<PostedPicture | undefined> {
  const bytes = Buffer.from(img.replace(/^data:[^,]*,/, ""), "base64");
  try {
    const { width, height } = await sharp(bytes).metadata();
    return { bytes, width, height };
  } catch {
    return undefined;
  }
}

function answer(regions: readonly FaceRegion[]) {
  const landmarks = regions.map(([x, y, width, height]) => {
    const at = (right: number, down: number) => [
      Math.round(x + width * right),
      Math.round(y + height * down),
    ];
    return [at(0.3, 0.35), at(0.7, 0.35), at(0.5, 0.55), at(0.35, 0.75), at(0.65, 0.75)];
  });
  const frame = {
    landmarks,
    landmarks_str: landmarks.map((points) => points.map((point) => point.join(",")).join(":")),
    region: regions,
    removed: [],
    frame_time: null,
  };
  return { error_code: 0, error_msg: "SUCCESS", faces_obj: { "0": frame } };
}

function failure(error_msg: string, status = 200): Reply {
  return json(status, { error_code: 1, error_msg, faces_obj: {} }, "error_code 1");
}
