import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import type { Misbehaviour } from "../../src/sandbox/akool/misbehaviour.ts";
import { findClosedPort, sendJson, startFarEnd } from "./far-end.ts";
import { clientOf, startWithClient } from "./sandbox-client.ts";

const PORTRAIT = fileURLToPath(new URL("../fixtures/media/portrait.jpg", import.meta.url));
const MAX_PICTURE_BYTES = 8 * 1024 * 1024;

async function findIn(body: unknown, httpStatus = 200) {
  const { url } = await startFarEnd((_request, response) => sendJson(response, body, httpStatus));
  return clientOf(url).findFaces(PORTRAIT);
}

async function makeFile(sizeBytes: number): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "faces-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, "picture.jpg");
  await writeFile(path, "");
  await truncate(path, sizeBytes);
  return path;
}

it("sends the picture itself and finds the one face in it", async () => {
  const { akool, client } = await startWithClient();
  let size: { width: number; height: number } | undefined;
  akool.faces = ({ width, height }) => {
    size = { width, height };
    return [[10, 20, 30, 40]];
  };
  expect(await client.findFaces(PORTRAIT)).toEqual([{ left: 10, top: 20, width: 30, height: 40 }]);
  expect(size).toEqual({ width: expect.any(Number), height: expect.any(Number) });
  expect(akool.problems).toEqual([]);
});

it("finds several from left to right, in whole pixels, cut off at the picture's edge", async () => {
  const { akool, client } = await startWithClient();
  akool.faces = [
    [200, 5, 50, 60],
    [-10, -4, 50, 60],
    [100.4, 5.4, 50.2, 60.2],
    [70, 70, 0, 10],
  ];
  expect(await client.findFaces(PORTRAIT)).toEqual([
    { left: 0, top: 0, width: 40, height: 56 },
    { left: 100, top: 5, width: 51, height: 61 },
    { left: 200, top: 5, width: 50, height: 60 },
  ]);
  expect(akool.problems).toEqual([]);
});

it("finds none where there is none, however AKOOL says so", async () => {
  const { akool, client } = await startWithClient();
  akool.faces = [];
  expect(await client.findFaces(PORTRAIT)).toEqual([]);
  expect(await findIn({ error_code: 0, error_msg: "SUCCESS", faces_obj: {} })).toEqual([]);
  expect(await findIn({ error_code: 1, error_msg: "No face detected" })).toEqual([]);
});

it("cannot tell when AKOOL could not look", async () => {
  const warnings: object[] = [];
  const log = { warn: (facts: object) => void warnings.push(facts) };
  const { akool, client } = await startWithClient({}, { log });
  akool.faces = () => {
    throw new Error("Failed to process media");
  };
  expect(await client.findFaces(PORTRAIT)).toBeUndefined();
  expect(warnings).toEqual([
    expect.objectContaining({
      err: expect.objectContaining({
        message: "AKOOL POST detect_faces: picture not looked at (code 1)",
      }),
    }),
  ]);
});

it.each<[string, Misbehaviour]>([
  ["a dropped connection", { kind: "drop" }],
  ["HTTP 500", { kind: "status", status: 500 }],
  ["HTTP 404", { kind: "status", status: 404 }],
  ["a web page", { kind: "html" }],
  ["an answer cut short", { kind: "cut_body" }],
  ["too many calls", { kind: "429" }],
  ["a refused key", { kind: "code", code: 1101 }],
])("cannot tell after %s", async (_name, how) => {
  const { akool, client } = await startWithClient();
  akool.misbehave("faces", how);
  expect(await client.findFaces(PORTRAIT)).toBeUndefined();
});

it.each<[string, unknown]>([
  ["no faces_obj", { error_code: 0 }],
  ["a null faces_obj", { error_code: 0, faces_obj: null }],
  ["a list for faces_obj", { error_code: 0, faces_obj: [] }],
  ["another frame than the first", { error_code: 0, faces_obj: { "7": { region: [] } } }],
  ["no region", { error_code: 0, faces_obj: { "0": {} } }],
  ["a region of three numbers", { error_code: 0, faces_obj: { "0": { region: [[1, 2, 3]] } } }],
  ["a region of words", { error_code: 0, faces_obj: { "0": { region: [["1", "2", "3", "4"]] } } }],
  ["an error_code in words", { error_code: "0", faces_obj: { "0": { region: [] } } }],
  ["the envelope of the open API", { code: 1000, data: { "0": { region: [] } } }],
  ["a JSON null", null],
])("cannot tell from an answer with %s", async (_name, body) => {
  expect(await findIn(body)).toBeUndefined();
});

it("cannot tell when AKOOL says nothing, or nobody listens", async () => {
  const { akool, client } = await startWithClient({}, { timeouts: { readMs: 1000 } });
  akool.misbehave("faces", { kind: "hang" });
  expect(await client.findFaces(PORTRAIT)).toBeUndefined();
  const closed = clientOf(`http://127.0.0.1:${await findClosedPort()}`);
  expect(await closed.findFaces(PORTRAIT)).toBeUndefined();
});

it("cannot tell when it is stopped, and has nothing to warn of then", async () => {
  const warnings: object[] = [];
  const log = { warn: (facts: object) => void warnings.push(facts) };
  const { akool, client } = await startWithClient({}, { log });
  const stop = new AbortController();
  akool.onCall = () => stop.abort();
  expect(await client.findFaces(PORTRAIT, stop.signal)).toBeUndefined();
  expect(warnings).toEqual([]);
});

it("does not send a picture that is too big, or none", async () => {
  const { akool, client } = await startWithClient();
  expect(await client.findFaces(await makeFile(MAX_PICTURE_BYTES + 1))).toBeUndefined();
  expect(await client.findFaces(`${PORTRAIT}.gone`)).toBeUndefined();
  expect(akool.calls).toEqual([]);
  await client.findFaces(await makeFile(MAX_PICTURE_BYTES));
  expect(akool.calls).toHaveLength(1);
});
