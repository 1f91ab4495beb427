/** AKOOL's speech, in its two generations: orders, what became of them, voices, and the files of both. */
import type { IncomingMessage } from "node:http";
import type { CallRecord } from "./call-log.ts";
import type { Route } from "./endpoints.ts";
import { fault, notThere, type ReportProblem, readJson, refusal, success } from "./envelope.ts";
import type { Reply } from "./misbehaviour.ts";
import type { Settings } from "./options.ts";
import { fileReply } from "./result-file.ts";
import type { Speaker } from "./speaker.ts";
import type { SpeechLife } from "./speech-life.ts";
import { type Generation, readSpeechOrder } from "./speech-order.ts";
import { creditsForText, oldSpeechData, queuedSpeechData, type Speeches, speechData } from "./speeches.ts";
import { oldVoiceData, type SandboxVoice, voiceData } from "./voices.ts";

/** AKOOL's default and maximum are not documented. */
const PAGE_SIZE = { default: 20, most: 100 };
const PREVIEW_TEXT = "This is a sample of the voice.";

const LIST_FIELDS = ["type", "page", "size", "style", "gender", "age", "scenario", "name", "support_stream"];

export type SpeechEndpoint = "speak" | "speech" | "voices" | "speak_v3" | "speech_v3" | "voices_v3";

export interface SpeechEndpointsDeps {
  readonly settings: Settings;
  readonly account: { readonly credit: number };
  readonly speeches: Speeches;
  readonly life: SpeechLife;
  readonly speaker: Speaker;
  readonly voices: () => readonly SandboxVoice[];
  readonly ownUrl: () => string;
  readonly reportProblem: ReportProblem;
}

export class SpeechEndpoints {
  readonly #deps: SpeechEndpointsDeps;

  constructor(deps: SpeechEndpointsDeps) {
    this.#deps = deps;
  }

  /** For somebody who may call. */
  async answer(
    request: IncomingMessage,
    route: Route & { readonly endpoint: SpeechEndpoint },
    call: CallRecord,
  ): Promise<Reply> {
    const generation: Generation = route.endpoint.endsWith("_v3") ? "v3" : "v4";
    if (generation === "v4" && !this.#deps.settings.voiceLab) {
      request.resume();
      return notThere();
    }
    switch (route.endpoint) {
      case "speak":
      case "speak_v3":
        return this.#speak(request, route, call, generation);
      case "speech":
        return this.#speech(route, generation, []);
      case "speech_v3":
        return this.#speech(route, generation, ["audio_model_id"]);
      case "voices":
        return this.#voices(route);
      case "voices_v3":
        return this.#oldVoices(route);
    }
  }

  /** The file of a speech, or of a voice's sample: public, as AKOOL's are. */
  async file({ endpoint, renderId = "" }: Route): Promise<Reply> {
    const { life, speaker, speeches, voices } = this.#deps;
    const voice = endpoint === "preview" ? voices().find(({ id }) => id === renderId) : undefined;
    const file = voice
      ? await speaker.speak({ text: PREVIEW_TEXT, voice })
      : await life.findFile(speeches.find(renderId));
    return file
      ? fileReply(file, "audio/mpeg")
      : { status: 404, body: Buffer.from("not found"), outcome: "404" };
  }

  async #speak(
    request: IncomingMessage,
    { url }: Route,
    call: CallRecord,
    generation: Generation,
  ): Promise<Reply> {
    const { account, life, speeches, voices, reportProblem } = this.#deps;
    const read = readSpeechOrder(generation, await readJson(request, url.pathname, reportProblem));
    if ("faults" in read) return fault(url.pathname, read.faults, reportProblem);
    const { order } = read;
    const voice = voices().find(({ voiceId }) => voiceId === order.voice_id);
    if (!voice) return refusal(1008, "content does not exist");
    if (account.credit < creditsForText(order.input_text)) return refusal(1104, "credit is insufficient");
    const speech = speeches.add({ generation, order, voice });
    call.renderId = speech.id;
    await life.begin(speech);
    // v3 answers with what it has by then.
    return success(generation === "v4" ? queuedSpeechData(speech) : oldSpeechData(speech));
  }

  #speech({ renderId, url }: Route, generation: Generation, fields: readonly string[]): Reply {
    const { speeches, reportProblem } = this.#deps;
    if (!renderId || [...url.searchParams.keys()].some((name) => !fields.includes(name)))
      return fault(
        url.pathname,
        [`takes the query parameters ${fields.join() || "none"}, and an id`],
        reportProblem,
      );
    const speech = speeches.find(renderId, generation);
    if (!speech) return refusal(1008, "content does not exist");
    return success(generation === "v4" ? { result: speechData(speech) } : oldSpeechData(speech));
  }

  #voices({ url }: Route): Reply {
    const { voices, reportProblem } = this.#deps;
    const query = url.searchParams;
    const type = query.get("type");
    const [page, size] = [Number(query.get("page") ?? 1), Number(query.get("size") ?? PAGE_SIZE.default)];
    const faults = [
      ...(type === "1" || type === "2" ? [] : ["type must be 1 or 2"]),
      ...([page, size].every((number) => Number.isInteger(number) && number > 0)
        ? []
        : ["page and size must be numbers from 1 on"]),
      ...[...query.keys()].filter((name) => !LIST_FIELDS.includes(name)).map((name) => `unknown ${name}`),
    ];
    if (faults.length > 0) return fault(url.pathname, faults, reportProblem);
    const all = voices().filter(({ own }) => own === (type === "1"));
    const given = Math.min(size, PAGE_SIZE.most);
    const result = all.slice((page - 1) * given, page * given);
    return success({
      result: result.map((voice) => voiceData(voice, this.#preview(voice))),
      count: all.length,
      page,
      size: given,
    });
  }

  #oldVoices({ url }: Route): Reply {
    const from = url.searchParams.get("from");
    if (![null, "3", "4"].includes(from))
      return fault(url.pathname, ["from must be 3 or 4"], this.#deps.reportProblem);
    const chosen = this.#deps.voices().filter(({ own }) => from === null || own === (from === "4"));
    return success(chosen.map((voice) => oldVoiceData(voice, this.#preview(voice))));
  }

  #preview({ id }: SandboxVoice): string {
    return `${this.#deps.ownUrl()}/voices/${id}.mp3`;
  }
}
