import { newId, type VideoStatus } from "./renders.ts";
import type { Generation, SpeechOrder } from "./speech-order.ts";
import { secondsOf } from "./speech-sound.ts";
import type { SandboxVoice } from "./voices.ts";
import type { News } from "./webhooks.ts";

/** Credits for 1000 characters, on the smallest plan. */
const CREDITS_PER_1000 = 4.4;

/** One paid speech: what was asked for and what became of it. */
export interface SandboxSpeech {
  /** AKOOL's `_id`. */
  readonly id: string;
  /** By which of AKOOL's two APIs it was ordered. */
  readonly generation: Generation;
  readonly order: SpeechOrder;
  readonly voice: SandboxVoice;
  readonly createdAt: Date;
  readonly webhookUrl: string | undefined;
  /** About as long as it will be, until it is spoken. */
  seconds: number;
  /** 1 queued, 2 processing, 3 completed, 4 failed. */
  status: VideoStatus;
  /** Empty until there is a file; a completed speech can still be without one. */
  url: string;
  /** Credits taken; 0 until it is done, and for good when it fails. */
  deduction: number;
  failReason: string | undefined;
  /** True once its file is gone, as after AKOOL's 7 days. */
  expired: boolean;
}

export class Speeches {
  readonly all: SandboxSpeech[] = [];

  add(made: Pick<SandboxSpeech, "generation" | "order" | "voice">): SandboxSpeech {
    const createdAt = new Date();
    const speech: SandboxSpeech = {
      ...made,
      id: newId(createdAt),
      createdAt,
      webhookUrl: made.order.webhookUrl || undefined,
      seconds: secondsOf(made.order.input_text),
      status: 1,
      url: "",
      deduction: 0,
      failReason: undefined,
      expired: false,
    };
    this.all.push(speech);
    return speech;
  }

  find(id: string, generation?: Generation): SandboxSpeech | undefined {
    return this.all.find(
      (speech) => speech.id === id && speech.generation === (generation ?? speech.generation),
    );
  }

  get(id: string): SandboxSpeech {
    const speech = this.find(id);
    if (!speech) throw new Error(`the AKOOL sandbox has no speech ${id}`);
    return speech;
  }

  /** The oldest that is still to be finished. */
  findOpen(): SandboxSpeech | undefined {
    return this.all.find(({ status, url }) => status < 3 || (status === 3 && !url));
  }
}

export function creditsForText(text: string): number {
  return Math.round(text.length * CREDITS_PER_1000 * 10) / 10_000;
}

/** What its webhook says. The type of a speech of v4 is not documented; that of v3 is this. */
export function newsOfSpeech({ id, webhookUrl, status, url, deduction }: SandboxSpeech): News {
  return { id, webhookUrl, status, type: "audio", url, deduction };
}

/** `data` of v4 `voice/tts`: the speech as it was queued, however fast it was. Source: AKOOL API reference, "VoiceLab". */
export function queuedSpeechData(speech: SandboxSpeech): Record<string, unknown> {
  const { order, voice } = speech;
  return {
    ...commonData(speech),
    preview: null,
    status: 1,
    duration: 0,
    voice_model_id: voice.id,
    voice_id: voice.voiceId,
    voice_options: order.voice_options ?? {},
  };
}

/** `data.result` of v4 `voice/resource/detail`. A failure's reason has no documented place. */
export function speechData(speech: SandboxSpeech): Record<string, unknown> {
  return {
    ...commonData(speech),
    update_time: 0,
    rate: "100%",
    preview: speech.url || null,
    status: speech.status,
    duration: speech.url ? Math.round(speech.seconds * 1000) : 0,
    priority: 2,
    ...(speech.order.language_code && { language_code: speech.order.language_code }),
    ...(speech.failReason && { error_reason: speech.failReason }),
    __v: 0,
  };
}

function commonData({ id, createdAt, order, voice }: SandboxSpeech): Record<string, unknown> {
  return {
    create_time: createdAt.getTime(),
    uid: 101400,
    team_id: "6805fb69e92d9edc7ca0b409",
    input_text: order.input_text,
    webhookUrl: order.webhookUrl ?? "",
    file_name: `${id}.mp3`,
    gender: voice.gender,
    deduction_credit: creditsForText(order.input_text),
    name: id,
    _id: id,
  };
}

/** `data` of v3 `audio/create` and `audio/infobymodelid`. Source: AKOOL API reference, "Audio". */
export function oldSpeechData(speech: SandboxSpeech): Record<string, unknown> {
  const { order, voice } = speech;
  return {
    _id: speech.id,
    create_time: speech.createdAt.getTime(),
    uid: 101690,
    from: voice.own ? 4 : 3,
    input_text: order.input_text,
    rate: order.rate,
    voice_model_id: voice.id,
    url: speech.url,
    status: speech.status,
    ...(speech.failReason && { error_reason: speech.failReason }),
    __v: 0,
  };
}
