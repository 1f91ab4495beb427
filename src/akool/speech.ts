import type { SpeechId } from "../job/ids.ts";
import type { SpeakAnswer, SpeechApi } from "../job/speech-api.ts";
import type { Made, Uncreated } from "./answers.ts";
import type { Caller } from "./caller.ts";
import { getSpeechCode } from "./codes.ts";
import type { AkoolCall } from "./errors.ts";
import { createdSpeech, type Generation, spokenInfo } from "./speech-schemas.ts";

const CREATE: Record<Generation, AkoolCall> = { v4: "POST voice/tts", v3: "POST audio/create" };
const READ: Record<Generation, AkoolCall> = {
  v4: "GET voice/resource/detail",
  v3: "GET audio/infobymodelid",
};

/**
 * Before the `_id` of a speech that only the old API knows. Without it stands AKOOL's bare `_id`: one of today's
 * API, or one that a webhook has named, which does not say to which API it belongs.
 */
const OLD = "v3:";

/**
 * AKOOL's two generations of text to speech. Source: AKOOL API reference, "VoiceLab" (v4, current) and "Audio"
 * (v3, out of the navigation and what every integration seen still uses; reference/akool.md 5). An account that
 * has no v4 is told so before anything is started, and only then is v3 asked.
 */
export function createSpeechApi(caller: Caller): SpeechApi {
  const reading = (generation: Generation) => ({
    made: createdSpeech(generation),
    missing: "no speech id in the answer",
    codeOf: getSpeechCode,
  });

  const look = (generation: Generation, id: string, signal: AbortSignal | undefined) => {
    const name = READ[generation];
    const asked = encodeURIComponent(id);
    return generation === "v4"
      ? caller.look({ name, path: `/api/open/v4/voice/resource/detail/${asked}`, signal }, spokenInfo.v4)
      : caller.look(
          { name, path: `/api/open/v3/audio/infobymodelid?audio_model_id=${asked}`, signal },
          spokenInfo.v3,
        );
  };

  return {
    async createSpeech({ text, voiceId, languageCode, webhookUrl }, signal) {
      const body = { input_text: text, voice_id: voiceId, webhookUrl };
      const today = await caller.pay(
        {
          name: CREATE.v4,
          path: "/api/open/v4/voice/tts",
          body: { ...body, language_code: languageCode },
          signal,
        },
        reading("v4"),
      );
      if (!today.absent) return named("", today.answer);
      const old = await caller.pay(
        { name: CREATE.v3, path: "/api/open/v3/audio/create", body: { ...body, rate: "100%" }, signal },
        reading("v3"),
      );
      return named(OLD, old.answer);
    },

    async readSpeech(speechId, signal) {
      if (speechId.startsWith(OLD)) return look("v3", speechId.slice(OLD.length), signal);
      const today = await look("v4", speechId, signal);
      if (today.type !== "unknown") return today;
      // The bare id of a webhook may be the old API's.
      const old = await look("v3", speechId, signal);
      return old.type === "unknown" ? today : old;
    },
  };
}

function named(prefix: string, answer: Made | Uncreated): SpeakAnswer {
  if (answer.type !== "created") return answer;
  const { id, url } = answer;
  const speechId = `${prefix}${id}` as SpeechId; // the boundary where a string becomes one
  return { type: "created", speechId, ...(url !== undefined && { url }) };
}
