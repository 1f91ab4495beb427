/** Who says what is ordered: a buzz at once, for tests, or a voice out of an npm package. */
import { createHash } from "node:crypto";
import type { ReportProblem } from "./envelope.ts";
import { secondsOf, speechSound } from "./speech-sound.ts";
import type { Spoken } from "./talking/espeak.ts";
import type { Studio } from "./talking/studio.ts";
import type { SandboxVoice } from "./voices.ts";

export interface Words {
  readonly text: string;
  readonly voice: SandboxVoice;
  /** ISO 639-1; the voice's own where it is not said. */
  readonly language?: string | undefined;
  /** 1 is usual. */
  readonly speed?: number | undefined;
}

/** The same bytes for the same words, and for no others. */
export interface Speaker {
  /** An MP3. */
  speak(words: Words): Promise<Buffer>;
  measureSeconds(words: Words): Promise<number>;
}

export const buzzer: Speaker = {
  speak: ({ text, voice }) => speechSound(text, voice),
  measureSeconds: async ({ text }) => secondsOf(text),
};

/** Buzzes where the voice cannot be had. */
export function makeRealSpeaker(
  studio: Pick<Studio, "speak">,
  { reportProblem, closing }: { readonly reportProblem: ReportProblem; readonly closing: AbortSignal },
): Speaker {
  const spoken = new Map<string, Promise<Spoken>>();

  async function say({ text, voice, language = voice.locale, speed = 1 }: Words): Promise<Spoken> {
    try {
      return await studio.speak({ text, language, gender: voice.gender, kind: kindOf(voice), speed });
    } catch (error) {
      if (!closing.aborted) reportProblem(`the sandbox could not speak: ${error}`);
      return { mp3: await speechSound(text, voice), seconds: secondsOf(text) };
    }
  }

  function sayOnce(words: Words): Promise<Spoken> {
    const key = JSON.stringify([words.voice.voiceId, words.text, words.language, words.speed]);
    const known = spoken.get(key) ?? say(words);
    spoken.set(key, known);
    return known;
  }

  return {
    speak: async (words) => Buffer.from((await sayOnce(words)).mp3),
    measureSeconds: async (words) => (await sayOnce(words)).seconds,
  };
}

/** Always the same for a voice. */
function kindOf({ voiceId }: SandboxVoice): number {
  return createHash("sha256").update(voiceId).digest().readUInt16BE();
}
