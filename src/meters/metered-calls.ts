import type { SlackAnswer } from "../job/delivery.ts";
import type { Media } from "../job/media.ts";
import type { RenderApi } from "../job/render-api.ts";
import type { FaceFinder, SpeechApi, Voice, VoiceList } from "../job/speech-api.ts";
import type { Meters } from "./meters.ts";

/** AKOOL's API, with the outcome of each call counted. A render that is found, in whatever state, is `ok`. */
export function meteredRenderApi(api: RenderApi, { akoolCalls }: Meters): RenderApi {
  return {
    async createRender(order, signal) {
      const answer = await api.createRender(order, signal);
      akoolCalls.add(["create", answer.type === "created" ? "ok" : answer.type]);
      return answer;
    },
    async readRender(renderId, signal) {
      const update = await api.readRender(renderId, signal);
      akoolCalls.add(["info", outcomeOf(update)]);
      return update;
    },
  };
}

/** The same for speech: `speak`, which is paid, and `speech`, a look at what became of it. */
export function meteredSpeechApi(api: SpeechApi, { akoolCalls }: Meters): SpeechApi {
  return {
    async createSpeech(order, signal) {
      const answer = await api.createSpeech(order, signal);
      akoolCalls.add(["speak", answer.type === "created" ? "ok" : answer.type]);
      return answer;
    },
    async readSpeech(speechId, signal) {
      const update = await api.readSpeech(speechId, signal);
      akoolCalls.add(["speech", outcomeOf(update)]);
      return update;
    },
  };
}

/** Each list that AKOOL has given, not each time that one is used; to have none yet is `unclear`. */
export function meteredVoiceList(list: VoiceList, { akoolCalls }: Meters): VoiceList {
  let last: readonly Voice[] | undefined;
  return {
    async voices(signal) {
      const voices = await list.voices(signal);
      if (voices.length === 0) akoolCalls.add(["voices", "unclear"]);
      else if (voices !== last) akoolCalls.add(["voices", "ok"]);
      last = voices;
      return voices;
    },
  };
}

/** A picture without a face is `ok`; `unclear` is one that was not looked at. */
export function meteredFaceFinder(finder: FaceFinder, { akoolCalls }: Meters): FaceFinder {
  return {
    async findFaces(jpegPath, signal) {
      const faces = await finder.findFaces(jpegPath, signal);
      akoolCalls.add(["faces", faces ? "ok" : "unclear"]);
      return faces;
    },
  };
}

function outcomeOf({ type }: { readonly type: string }): string {
  return type === "pending" || type === "succeeded" || type === "failed" ? "ok" : type;
}

/** The bytes of a video go to Slack past its Web API; they are counted as the method `upload`. */
export function meteredMedia(media: Media, { slackCalls }: Meters): Media {
  return {
    ...media,
    async relay(videoUrl, openUpload, signal) {
      const answer = await media.relay(videoUrl, openUpload, signal);
      if (answer.type === "uploaded") slackCalls.add(["upload", "ok"]);
      if (answer.type === "try_later" && answer.failure.reason === "cannot_post")
        slackCalls.add(["upload", "unclear"]);
      return answer;
    },
  };
}

/** Any other call to Slack that is one function. */
export function meteredSlackCall<A extends unknown[]>(
  method: string,
  call: (...args: A) => Promise<SlackAnswer>,
  { slackCalls }: Meters,
): (...args: A) => Promise<SlackAnswer> {
  return async (...args) => {
    const answer = await call(...args);
    slackCalls.add([method, answer.type]);
    return answer;
  };
}
