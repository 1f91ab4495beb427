import { expect, it, vi } from "vitest";
import type { AkoolSandbox } from "../../src/sandbox/akool/start-akool.ts";
import { CREATE, get, photo, post, start } from "./akool-world.ts";

/**
 * What the stand-in answers, beside the examples of AKOOL's API reference ("VoiceLab", "Audio", "Detect Faces"):
 * every documented field, with a value of its kind.
 */
const SPEAK = "/api/open/v4/voice/tts";
const OLD_SPEAK = "/api/open/v3/audio/create";
const FACES = "/interface/detect-api/detect_faces";
const ID = expect.stringMatching(/^[0-9a-f]{24}$/);

const words = (akool: AkoolSandbox) => ({
  input_text: "Welcome to the Akool generative AI content creation tool.",
  voice_id: akool.voices[2]?.voiceId,
});
const detail = async (akool: AkoolSandbox, id: string) =>
  (await get(akool, `/api/open/v4/voice/resource/detail/${id}`)).body;
const oldDetail = async (akool: AkoolSandbox, id: string) =>
  (await get(akool, `/api/open/v3/audio/infobymodelid?audio_model_id=${id}`)).body;

it("answers an order of v4 as documented: queued, and without its address", async () => {
  const { akool } = await start({ autoSpeak: false });
  const { body } = await post(akool, SPEAK, { ...words(akool), language_code: "en", webhookUrl: "" });
  expect(body).toEqual({
    code: 1000,
    msg: "OK",
    data: {
      create_time: expect.any(Number),
      uid: expect.any(Number),
      team_id: ID,
      input_text: words(akool).input_text,
      preview: null,
      status: 1,
      webhookUrl: "",
      duration: 0,
      file_name: expect.stringMatching(/\.mp3$/),
      gender: "Female",
      deduction_credit: expect.closeTo(0.25, 1),
      name: expect.any(String),
      _id: ID,
      voice_model_id: ID,
      voice_id: words(akool).voice_id,
      voice_options: {},
    },
  });
  expect(akool.problems).toEqual([]);
});

it("keeps what becomes of a speech of v4 under data.result, and counts it apart from renders", async () => {
  const { akool } = await start({ speechSeconds: 0.03 });
  const { _id } = (await post(akool, SPEAK, words(akool))).body.data;
  await vi.waitFor(async () => expect((await detail(akool, _id)).data.result.status).toBe(3));
  const { result } = (await detail(akool, _id)).data;
  expect(result).toMatchObject({
    _id,
    preview: `${akool.url}/speeches/${_id}.mp3`,
    duration: 3500,
    deduction_credit: akool.speeches[0]?.deduction,
  });
  expect([akool.speechCreates, akool.creates]).toEqual([1, 0]);
  expect(akool.credit).toBeCloseTo(1000 - result.deduction_credit, 4);
  akool.expire(_id);
  expect((await fetch(result.preview)).status).toBe(404);
  expect(akool.problems).toEqual([]);
});

it("answers an order of v3 as documented: done within the call", async () => {
  const { akool } = await start();
  const { body } = await post(akool, OLD_SPEAK, { ...words(akool), rate: "100%", webhookUrl: "" });
  expect(body.data).toEqual({
    _id: ID,
    create_time: expect.any(Number),
    uid: expect.any(Number),
    from: 3,
    input_text: words(akool).input_text,
    rate: "100%",
    voice_model_id: ID,
    url: `${akool.url}/speeches/${body.data._id}.mp3`,
    status: 3,
    __v: 0,
  });
  expect(await oldDetail(akool, body.data._id)).toEqual(body);
  // Each API knows only its own.
  expect((await detail(akool, body.data._id)).code).toBe(1008);
});

it("has speeches fail, and be done before they have an address, when it is told to", async () => {
  const { akool } = await start({ autoSpeak: false });
  const failed = (await post(akool, SPEAK, words(akool))).body.data._id;
  await akool.failSpeech(failed, { reason: "not spoken" });
  const result = (await detail(akool, failed)).data.result;
  expect(result).toMatchObject({ status: 4, preview: null, error_reason: "not spoken" });

  const done = (await post(akool, SPEAK, words(akool))).body.data._id;
  await akool.speechDoneWithoutUrl();
  expect((await detail(akool, done)).data.result).toMatchObject({ status: 3, preview: null });
  await akool.finishSpeech();
  expect((await detail(akool, done)).data.result.preview).toContain(done);
});

it("answers 404 without a code for all of v4 when the account does not have it, and holds it against nobody", async () => {
  const { akool } = await start({ voiceLab: false });
  for (const answer of [
    await post(akool, SPEAK, words(akool)),
    await get(akool, "/api/open/v4/voice/list?type=2"),
    await get(akool, "/api/open/v4/voice/resource/detail/64dd92c1f0b6684651e90e09"),
  ])
    expect(answer).toEqual({ status: 404, body: { status: 404, msg: expect.any(String) } });
  expect((await get(akool, "/api/open/v3/voice/list?from=3")).body.data).toHaveLength(28);
  expect([akool.speechCreates, akool.problems]).toEqual([0, []]);
});

it("lists voices page by page, with every documented field and a sample to listen to", async () => {
  const { akool } = await start();
  const { body } = await get(akool, "/api/open/v4/voice/list?type=2&page=2&size=10");
  expect(body.data).toEqual({ result: expect.any(Array), count: 28, page: 2, size: 10 });
  expect(body.data.result).toHaveLength(10);
  expect(body.data.result[0]).toEqual({
    _id: ID,
    create_time: expect.any(Number),
    uid: expect.any(Number),
    team_id: ID,
    voice_id: expect.any(String),
    gender: "Female",
    name: expect.any(String),
    preview: expect.stringMatching(/\.mp3$/),
    text: expect.any(String),
    duration: expect.any(Number),
    status: 3,
    style: expect.any(Array),
    scenario: expect.any(Array),
    age: expect.any(Array),
    language: expect.any(String),
    locale: expect.stringMatching(/^[a-z]{2}$/),
    voice_model_name: expect.stringMatching(/^Akool Multilingual \d$/),
    support_stream: true,
    deduction_credit: 0,
    webhookUrl: "",
  });
  const sample = await fetch(body.data.result[0].preview);
  expect([sample.status, sample.headers.get("content-type")]).toEqual([200, "audio/mpeg"]);
  await sample.arrayBuffer();
  expect((await get(akool, "/api/open/v4/voice/list?type=1")).body.data.result).toHaveLength(2);
  expect(akool.problems).toEqual([]);
});

it("lists the old API's voices at once, with the old fields", async () => {
  const { akool } = await start();
  const { body } = await get(akool, "/api/open/v3/voice/list?from=3");
  expect(body.data[0]).toEqual({
    _id: ID,
    create_time: expect.any(Number),
    uid: 1,
    from: 3,
    voice_id: expect.any(String),
    gender: "Female",
    accent: "american",
    name: "Nicole",
    description: expect.any(String),
    useCase: expect.any(String),
    type: 1,
    preview: expect.any(String),
    __v: 0,
  });
  expect((await get(akool, "/api/open/v3/voice/list")).body.data).toHaveLength(30);
});

it.each(["", "type=3", "type=1&page=0", "type=1&size=many", "type=1&limit=5"])(
  "answers 1003 to a voice list asked for with %j and reports it",
  async (query) => {
    const { akool } = await start();
    expect((await get(akool, `/api/open/v4/voice/list?${query}`)).body.code).toBe(1003);
    expect(akool.problems).toHaveLength(1);
  },
);

it("finds one face in the middle of any picture, in detect_faces' own envelope", async () => {
  const { akool } = await start();
  const { body } = await post(akool, FACES, { img: photo.toString("base64"), single_face: false });
  const integers = [expect.any(Number), expect.any(Number), expect.any(Number), expect.any(Number)];
  expect(body).toEqual({
    error_code: 0,
    error_msg: "SUCCESS",
    faces_obj: {
      "0": {
        landmarks: [expect.any(Array)],
        landmarks_str: [expect.any(String)],
        region: [integers],
        removed: [],
        frame_time: null,
      },
    },
  });
  expect(body.faces_obj["0"].landmarks[0]).toHaveLength(5);
});

it("finds the faces that a test says, of that very picture", async () => {
  const { akool } = await start();
  const ask = async (more = {}) =>
    (await post(akool, FACES, { img: photo.toString("base64"), ...more })).body.faces_obj;
  akool.faces = [];
  expect((await ask())["0"].region).toEqual([]);
  akool.faces = ({ width, height, bytes }) => (bytes.equals(photo) ? [[0, 0, width, height]] : []);
  expect((await ask({ img: `data:image/jpeg;base64,${photo.toString("base64")}` }))["0"].region).toHaveLength(
    1,
  );
  akool.faces = [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ];
  expect((await ask({ single_face: true }))["0"].region).toEqual([[1, 2, 3, 4]]);
  akool.faces = () => {
    throw new Error("Failed to process media");
  };
  expect(await ask()).toEqual({});
  expect(akool.problems).toEqual([]);
});

it.each([
  ["no picture", {}],
  ["an address as well", { img: "aGk=", url: "https://example.com/a.jpg" }],
  ["a word for a yes", { img: "aGk=", single_face: "yes" }],
  ["a field that AKOOL does not have", { img: "aGk=", faces: 1 }],
  ["no whole number of frames", { img: "aGk=", num_frames: 0.5 }],
  ["a word for an address that is wanted", { img: "aGk=", return_face_url: "yes" }],
])("answers HTTP 400 to a search for faces with %s and reports it", async (_name, body) => {
  const { akool } = await start();
  const answer = await post(akool, FACES, body);
  expect(answer).toMatchObject({ status: 400, body: { error_code: 1, faces_obj: {} } });
  expect(akool.problems).toHaveLength(1);
});

it("shows a speech in the log of calls from its order to its file", async () => {
  const { akool, order } = await start({ autoSpeak: false });
  await post(akool, SPEAK, words(akool));
  const { id, url } = await akool.finishSpeech();
  await (await fetch(url)).arrayBuffer();
  await post(akool, CREATE, { ...order, audio_url: url });
  // The second time it is AKOOL itself that fetches its speech, for the render.
  await vi.waitFor(() =>
    expect(akool.calls.map(({ endpoint, renderId, phase }) => [endpoint, renderId, phase])).toEqual([
      ["speak", id, "answered"],
      ["speech_file", id, "answered"],
      ["create", akool.renders[0]?.id, "answered"],
      ["speech_file", id, "answered"],
    ]),
  );
  expect(akool.renders[0]?.seconds).toBeCloseTo(3.5, 0);
});
