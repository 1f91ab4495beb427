import { expect, it } from "vitest";
import { CREATE, CREDIT, get, info, photo, post, start, TOKEN } from "./akool-world.ts";
import * as documented from "./documented-answers.ts";

/** Each answer of the stand-in has every key that AKOOL's API reference shows, with a value of its kind, and no other. */
const VOICE_OPTIONS = documented.SPEAK_ANSWER.data.voice_options;
const FACES = "/interface/detect-api/detect_faces";
type World = Awaited<ReturnType<typeof start>>;

async function create({ akool, order }: World) {
  return (await post(akool, CREATE, { ...order, prompt: "Wave." })).body;
}

async function speak({ akool }: World) {
  const order = {
    input_text: "Hello.",
    voice_id: akool.voices[3]?.voiceId,
    voice_options: VOICE_OPTIONS,
    language_code: "en",
  };
  return (await post(akool, "/api/open/v4/voice/tts", order)).body;
}

async function oldSpeak({ akool }: World) {
  const order = { input_text: "Hello.", voice_id: akool.voices[3]?.voiceId, rate: "100%", webhookUrl: "" };
  return (await post(akool, "/api/open/v3/audio/create", order)).body;
}

const ANSWERS: readonly [string, unknown, (world: World) => Promise<unknown>][] = [
  [
    "getToken",
    documented.TOKEN_ANSWER,
    async ({ akool }) =>
      (await post(akool, TOKEN, { clientId: akool.clientId, clientSecret: akool.apiKey }, {})).body,
  ],
  ["quota/info", documented.QUOTA_ANSWER, async ({ akool }) => (await get(akool, CREDIT)).body],
  ["createbytalkingphoto", documented.CREATE_ANSWER, create],
  [
    "video/infobymodelid",
    documented.INFO_ANSWER,
    async (world) => info(world.akool, (await create(world)).data._id),
  ],
  ["voice/tts", documented.SPEAK_ANSWER, speak],
  [
    "voice/resource/detail",
    documented.SPEECH_ANSWER,
    async (world) => {
      const id = (await speak(world)).data._id;
      return (await get(world.akool, `/api/open/v4/voice/resource/detail/${id}`)).body;
    },
  ],
  [
    "v4 voice/list",
    documented.VOICES_ANSWER,
    async ({ akool }) => (await get(akool, "/api/open/v4/voice/list?type=2")).body,
  ],
  ["audio/create", documented.OLD_SPEAK_ANSWER, oldSpeak],
  [
    "audio/infobymodelid",
    documented.OLD_SPEAK_ANSWER,
    async (world) => {
      const id = (await oldSpeak(world)).data._id;
      return (await get(world.akool, `/api/open/v3/audio/infobymodelid?audio_model_id=${id}`)).body;
    },
  ],
  [
    "v3 voice/list",
    documented.OLD_VOICES_ANSWER,
    async ({ akool }) => (await get(akool, "/api/open/v3/voice/list?from=3")).body,
  ],
  [
    "detect_faces",
    documented.FACES_ANSWER,
    async ({ akool }) => (await post(akool, FACES, { img: photo.toString("base64") })).body,
  ],
  [
    "detect_faces of what is no picture",
    documented.NO_PICTURE_ANSWER,
    async ({ akool }) => (await post(akool, FACES, { img: "aGk=" })).body,
  ],
];

it.each(ANSWERS)("answers %s in the documented shape", async (_name, example, ask) => {
  const world = await start({ speechSeconds: 60 });
  expect(kindsIn(await ask(world))).toEqual(kindsIn(example));
  expect(world.akool.problems).toEqual([]);
});

/** A list is one of what its members have in common: of nothing, if it has none. */
function kindsIn(value: unknown): unknown {
  if (value === null) return "null";
  if (Array.isArray(value)) return [...new Set(value.map((each) => JSON.stringify(kindsIn(each))))];
  if (typeof value !== "object") return typeof value;
  const entries = Object.entries(value).map(([key, each]) => [key, kindsIn(each)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
