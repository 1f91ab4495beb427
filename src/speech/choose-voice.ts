import { createHash } from "node:crypto";
import type { Habits } from "../job/habits.ts";
import type { UserId, WorkspaceId } from "../job/ids.ts";
import { installationOf, type Job } from "../job/job.ts";
import type { ChosenVoice } from "../job/request.ts";
import type { Voice, VoiceList } from "../job/speech-api.ts";
import { guessLanguage } from "./guess-language.ts";

/** Where nobody has a habit and the words do not tell. */
const OTHERWISE = "en";

export interface VoiceHabits {
  findHabits(
    workspaceId: WorkspaceId,
    whose: Job["place"]["channelId"] | UserId,
  ): Promise<Habits | undefined>;
}

/**
 * The voice for a job's words: the person's own habit, else the channel's, else one that speaks the language the
 * words are in. Undefined when AKOOL's voices cannot be had now.
 */
export async function chooseVoice(
  job: Job,
  { voices, habits, signal }: { voices: VoiceList; habits: VoiceHabits; signal: AbortSignal },
): Promise<ChosenVoice | undefined> {
  const { requesterId, workspaceId, place, request } = job;
  if (request.speech.type !== "words") return undefined;
  for (const whose of [requesterId, place.channelId]) {
    const habit = await habits.findHabits(workspaceId, whose);
    if (habit?.voice) return habit.voice;
  }
  const all = await voices.voices(signal);
  const voice = voiceFor(await guessLanguage(request.speech.text), all);
  return voice && asChosen(voice);
}

/** The first that speaks the language, else one of English, else any. */
export function voiceFor(language: string | undefined, voices: readonly Voice[]): Voice | undefined {
  const speaks = (wanted: string) => voices.find((voice) => voice.language === wanted);
  return (language === undefined ? undefined : speaks(language)) ?? speaks(OTHERWISE) ?? voices[0];
}

export function asChosen({ id, name, language }: Voice): ChosenVoice {
  return { id, name, ...(language === undefined ? {} : { language }) };
}

/** The same for the same words in the same voice in one installation: what was spoken there once is not paid again. */
export function speechKeyOf(job: Job, text: string, voice: ChosenVoice): string {
  return createHash("sha256")
    .update(JSON.stringify([installationOf(job), voice.id, text]))
    .digest("hex");
}
