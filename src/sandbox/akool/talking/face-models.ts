/**
 * The two models that find a face: BlazeFace, which says where faces are, and FaceMesh, which lays 468 points over
 * one. Both are in the npm package `@vladmandic/human`, whose own program wants the whole of TensorFlow.js; here they
 * run on its WASM backend alone.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { type GraphModel, loadGraphModel } from "@tensorflow/tfjs-converter";
import { io, setBackend, type Tensor, tensor, tidy } from "@tensorflow/tfjs-core";

/** Side of the square each model looks at, pixels. */
export const [DETECTOR_SIDE, MESH_SIDE] = [256, 192];
/** Numbers in the outputs of FaceMesh that are read: 468 points of three, and how sure it is. */
const [MESH_NUMBERS, FLAG_NUMBERS] = [1404, 1];
/** BlazeFace's boxes sit on two grids: cells of 16 pixels with two boxes each, cells of 32 with six. */
const GRIDS = [
  { stride: 16, boxes: 2 },
  { stride: 32, boxes: 6 },
] as const;
const NUMBERS_PER_BOX = 16;

/** In pixels of the square; `eyes` are the right one and the left one. */
export interface Candidate {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly eyes: readonly [readonly [number, number], readonly [number, number]];
  /** 0 to 1. */
  readonly score: number;
}

export interface FaceModels {
  /** `pixels` are RGB, 0 to 255, DETECTOR_SIDE squared. */
  readonly detect: (pixels: Float32Array) => Candidate[];
  /** `pixels` are RGB, 0 to 255, MESH_SIDE squared. x and y of each point in pixels of that square, and a score from 0 to 1. */
  readonly mesh: (pixels: Float32Array) => { readonly points: [number, number][]; readonly score: number };
}

export async function loadFaceModels(): Promise<FaceModels> {
  setWasmPaths(fileURLToPath(new URL(".", import.meta.resolve("@tensorflow/tfjs-backend-wasm"))));
  if (!(await setBackend("wasm"))) throw new Error("TensorFlow.js has no WASM backend");
  const [detector, mesh] = [await loadModel("blazeface"), await loadModel("facemesh")];
  return {
    detect: (pixels) => candidates(run(detector, normalised(pixels, 127.5, 1), DETECTOR_SIDE)),
    mesh: (pixels) => {
      const outputs = run(mesh, normalised(pixels, 255, 0), MESH_SIDE);
      const numbers = outputOf(outputs, MESH_NUMBERS);
      const points = Array.from({ length: MESH_NUMBERS / 3 }, (_, nth): [number, number] => [
        at(numbers, nth * 3),
        at(numbers, nth * 3 + 1),
      ]);
      return { points, score: at(outputOf(outputs, FLAG_NUMBERS), 0) };
    },
  };
}

async function loadModel(name: string): Promise<GraphModel> {
  const models = new URL("../models/", import.meta.resolve("@vladmandic/human"));
  const description = JSON.parse(await readFile(new URL(`${name}.json`, models), "utf8"));
  const weights = await readFile(new URL(`${name}.bin`, models));
  return loadGraphModel(
    io.fromMemory({
      ...description,
      weightSpecs: description.weightsManifest[0].weights,
      weightData: new Uint8Array(weights).buffer,
    }),
  );
}

function normalised(pixels: Float32Array, divisor: number, minus: number): Float32Array {
  return pixels.map((value) => value / divisor - minus);
}

function run(model: GraphModel, input: Float32Array, side: number): Float32Array[] {
  const outputs: Float32Array[] = [];
  tidy(() => {
    const answer = model.execute(tensor(input, [1, side, side, 3])) as Tensor | Tensor[]; // named outputs are not asked for
    for (const each of Array.isArray(answer) ? answer : [answer]) {
      outputs.push(Float32Array.from(each.dataSync()));
    }
  });
  return outputs;
}

/** Outputs have no order to rely on, but each a length of its own. */
function outputOf(outputs: readonly Float32Array[], numbers: number): Float32Array {
  const output = outputs.find(({ length }) => length === numbers);
  if (!output) throw new Error(`the model gave no output of ${numbers} numbers`);
  return output;
}

function candidates(outputs: readonly Float32Array[]): Candidate[] {
  const found: Candidate[] = [];
  for (const { stride, boxes } of GRIDS) {
    const cells = DETECTOR_SIDE / stride;
    const count = cells * cells * boxes;
    const [scores, numbers] = [outputOf(outputs, count), outputOf(outputs, count * NUMBERS_PER_BOX)];
    for (let nth = 0; nth < count; nth += 1) {
      const cell = Math.floor(nth / boxes);
      const anchorX = ((cell % cells) + 0.5) * stride;
      const anchorY = (Math.floor(cell / cells) + 0.5) * stride;
      const number = (index: number) => at(numbers, nth * NUMBERS_PER_BOX + index);
      const [width, height] = [number(2), number(3)];
      found.push({
        x: anchorX + number(0) - width / 2,
        y: anchorY + number(1) - height / 2,
        width,
        height,
        eyes: [
          [anchorX + number(4), anchorY + number(5)],
          [anchorX + number(6), anchorY + number(7)],
        ],
        score: 1 / (1 + Math.exp(-at(scores, nth))),
      });
    }
  }
  return found;
}

/** Of an array that is known to be long enough. */
function at(numbers: Float32Array, index: number): number {
  return numbers[index] ?? 0;
}
