import type { ChosenVoice } from "../../job/request.ts";
import type { Voice, VoiceList } from "../../job/speech-api.ts";
import type { Say } from "../../words/say.ts";
import type { Locale } from "../../words/sentences.ts";

/** As Slack wants one choice of a list. */
export interface Option {
  readonly text: { readonly type: "plain_text"; readonly text: string };
  readonly value: string;
}

/** Slack's limits: of one list, of what is shown, of a value. */
const MOST_OPTIONS = 100;
const MOST_CHARACTERS = 75;
const MOST_OF_VALUE = 150;
/** Slack waits 3 s; whoever types asks again. */
const ANSWER_WITHIN_MS = 2000;
const SEPARATOR = " · ";

/** The voices that fit all that was typed: name, language and gender, in the reader's words, in English or in itself. */
export function voiceOptions(say: Say, voices: readonly Voice[], typed: string): Option[] {
  const wanted = wordsOf(typed);
  return voices
    .filter(({ id, name }) => id !== "" && id.length <= MOST_OF_VALUE && name !== "")
    .filter((voice) => {
      const known = wordsOf(searchable(say, voice));
      // By beginnings, not anywhere in a word: "male" is no "female".
      return wanted.every((word) => known.some((has) => has.startsWith(word)));
    })
    .slice(0, MOST_OPTIONS)
    .map((voice) => voiceOption(say, voice));
}

export function voiceOption(say: Say, voice: ChosenVoice & Pick<Voice, "gender">): Option {
  const { name, language, gender } = voice;
  const parts = [
    name,
    ...(language === undefined ? [] : [languageName(say.locale, language) ?? language]),
    ...(gender === undefined ? [] : [say.plain(`voice.${gender}`)]),
  ];
  return {
    text: { type: "plain_text", text: shortened(parts.join(SEPARATOR)) },
    value: voice.id,
  };
}

/** The voice behind a choice; one that is not in the list just now goes by what the choice says. */
export function voiceBehind(
  { text, value }: { readonly text: { readonly text: string }; readonly value: string },
  voices: readonly Voice[],
): ChosenVoice & Pick<Voice, "previewUrl"> {
  const known = voices.find(({ id }) => id === value);
  if (!known) return { id: value, name: text.text.split(SEPARATOR)[0] ?? text.text };
  const { id, name, language, previewUrl } = known;
  return {
    id,
    name,
    ...(language === undefined ? {} : { language }),
    ...(previewUrl === undefined ? {} : { previewUrl }),
  };
}

/** The list as far as it can be had while Slack waits: it goes on being fetched, for the next time. */
export async function voicesSoon(list: VoiceList): Promise<readonly Voice[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Voice[]>((resolve) => {
    timer = setTimeout(() => resolve([]), ANSWER_WITHIN_MS);
  });
  return Promise.race([list.voices(), late]).finally(() => clearTimeout(timer));
}

function searchable(say: Say, { name, language, gender }: Voice): string {
  const names =
    language === undefined
      ? []
      : [languageName(say.locale, language), languageName("en", language), nameInItself(language), language];
  const genders = gender === undefined ? [] : [say.plain(`voice.${gender}`), gender];
  return [name, ...names, ...genders].filter(Boolean).join(" ");
}

const namers = new Map<Locale, Intl.DisplayNames>();

function languageName(locale: Locale, code: string): string | undefined {
  const known = namers.get(locale);
  const namer = known ?? new Intl.DisplayNames([locale], { type: "language", fallback: "none" });
  if (!known) namers.set(locale, namer);
  return nameIn(namer, code);
}

const inItself = new Map<string, string | undefined>();

/** Kept: it is asked for each voice at every letter, and takes a while to look up. */
function nameInItself(code: string): string | undefined {
  if (!inItself.has(code)) {
    const names = Intl.DisplayNames.supportedLocalesOf([code].filter(isLanguageCode)).length > 0;
    const own = names ? new Intl.DisplayNames([code], { type: "language", fallback: "none" }) : undefined;
    inItself.set(code, own && nameIn(own, code));
  }
  return inItself.get(code);
}

function isLanguageCode(code: string): boolean {
  return /^[a-z]{2,3}$/.test(code);
}

/** What is no language code makes `of` throw. */
function nameIn(names: Intl.DisplayNames, code: string): string | undefined {
  try {
    return names.of(code);
  } catch {
    return undefined;
  }
}

/** "Zoë" is found as "zoe". */
function wordsOf(text: string): string[] {
  return text
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}

function shortened(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 1)}…`;
}
