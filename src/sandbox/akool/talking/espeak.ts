/**
 * Speech by eSpeak NG, which is a robot's and nobody else's, in about a hundred languages. It is GPL-3.0: a tool for
 * development that the app itself never loads.
 */
import makeEspeak from "@echogarden/espeak-ng-emscripten";
import { createMp3Encoder } from "wasm-media-encoders";

const BITRATE_KBPS = 48;
/** Words a minute, at the usual speed. */
const RATE = 165;
/** eSpeak NG's names where they are not the language's own code; of Portuguese, what most speak. */
const NAMES: Readonly<Record<string, string>> = {
  en: "en-us",
  zh: "cmn",
  pt: "pt-br",
  no: "nb",
  tl: "en-us",
};
/** Its variants of a voice. */
const VARIANTS = { Female: ["f2", "f3", "f4", "f5"], Male: ["m1", "m3", "m4", "m7"] } as const;
/** Around 50, the usual pitch, by so much up and down. */
const PITCH_RANGE = 12;
/** Silence at both ends, as a recording has it. */
const PAUSE_SECONDS = 0.15;

export interface Utterance {
  readonly text: string;
  /** ISO 639-1. */
  readonly language: string;
  readonly gender: keyof typeof VARIANTS;
  /** Any number from 0 on: voices with different ones differ. */
  readonly kind: number;
  /** 1 is usual. */
  readonly speed: number;
}

export interface Spoken {
  readonly mp3: Uint8Array;
  readonly seconds: number;
}

export async function loadEspeak(): Promise<(utterance: Utterance) => Promise<Spoken>> {
  const espeak = await makeEspeak();
  const engine = await new espeak.eSpeakNGWorker();
  const sampleRate = engine.get_samplerate();
  return async ({ text, language, gender, kind, speed }) => {
    const variants = VARIANTS[gender];
    const voice = `${NAMES[language] ?? language}+${variants[kind % variants.length]}`;
    // What it has no voice for is read as English.
    if (engine.set_voice(voice) !== 0) engine.set_voice(`en-us+${variants[kind % variants.length]}`);
    engine.set_rate(Math.round(RATE * speed));
    engine.set_pitch(50 + (kind % (PITCH_RANGE * 2 + 1)) - PITCH_RANGE);
    const pause = new Int16Array(Math.round(sampleRate * PAUSE_SECONDS));
    const parts = [pause];
    engine.synthesize(text, (sound) => {
      if (sound) parts.push(sound.slice());
      return false;
    });
    parts.push(pause);
    const samples = parts.reduce((sum, { length }) => sum + length, 0);
    if (samples === pause.length * 2) throw new Error("eSpeak NG said nothing");
    return { mp3: await encode(parts, sampleRate), seconds: samples / sampleRate };
  };
}

async function encode(parts: readonly Int16Array[], sampleRate: number): Promise<Uint8Array> {
  const encoder = await createMp3Encoder();
  encoder.configure({ channels: 1, sampleRate, bitrate: BITRATE_KBPS });
  // Copied, because the encoder reuses its memory.
  const encoded = parts.map((part) =>
    Buffer.from(encoder.encode([Float32Array.from(part, (sample) => sample / 32_768)])),
  );
  return Buffer.concat([...encoded, Buffer.from(encoder.finalize())]);
}
