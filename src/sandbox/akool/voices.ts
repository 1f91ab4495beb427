/** The voices of the stand-in: two clones of the account's own and what AKOOL offers, in the shapes of both APIs. */
import { createHash } from "node:crypto";

export interface SandboxVoice {
  /** The document's id, which no order names. */
  readonly id: string;
  /** What an order names: 24 hex digits, 20 characters or a long token, as AKOOL's are. */
  readonly voiceId: string;
  readonly name: string;
  readonly gender: "Female" | "Male";
  /** "Polish" */
  readonly language: string;
  /** "pl" */
  readonly locale: string;
  /** A clone of the account's own. */
  readonly own: boolean;
}

const CREATED_AT = 1_751_350_015_709;

const OWN = [
  ["My Voice", "Female", "English", "en"],
  ["Chairman", "Male", "German", "de"],
] as const;
const OFFERED = [
  ["Nicole", "Female", "English", "en"],
  ["Adam", "Male", "English", "en"],
  ["Charlotte", "Female", "English", "en"],
  ["George", "Male", "English", "en"],
  ["Katja", "Female", "German", "de"],
  ["Conrad", "Male", "German", "de"],
  ["Denise", "Female", "French", "fr"],
  ["Henri", "Male", "French", "fr"],
  ["Elvira", "Female", "Spanish", "es"],
  ["Alvaro", "Male", "Spanish", "es"],
  ["Isabella", "Female", "Italian", "it"],
  ["Diego", "Male", "Italian", "it"],
  ["Francisca", "Female", "Portuguese", "pt"],
  ["Antonio", "Male", "Portuguese", "pt"],
  ["Zofia", "Female", "Polish", "pl"],
  ["Marek", "Male", "Polish", "pl"],
  ["Svetlana", "Female", "Russian", "ru"],
  ["Dmitry", "Male", "Russian", "ru"],
  ["Xiaoxiao", "Female", "Chinese", "zh"],
  ["Yunxi", "Male", "Chinese", "zh"],
  ["Nanami", "Female", "Japanese", "ja"],
  ["Keita", "Male", "Japanese", "ja"],
  ["SunHi", "Female", "Korean", "ko"],
  ["InJoon", "Male", "Korean", "ko"],
  ["Swara", "Female", "Hindi", "hi"],
  ["Madhur", "Male", "Hindi", "hi"],
  ["Zariyah", "Female", "Arabic", "ar"],
  ["Hamed", "Male", "Arabic", "ar"],
] as const;

export function makeVoices(): SandboxVoice[] {
  const offered = OFFERED.map((row, nth) => makeVoice(row, false, nth));
  return [...OWN.map((row, nth) => makeVoice(row, true, nth)), ...offered];
}

function makeVoice(
  [name, gender, language, locale]: (typeof OWN | typeof OFFERED)[number],
  own: boolean,
  nth: number,
): SandboxVoice {
  const hash = createHash("sha512").update(`${own} ${name}`);
  const hex = hash.copy().digest("hex");
  const letters = hash.digest("base64url").replaceAll(/[-_]/g, "x");
  const voiceId = own ? letters.slice(0, 64) : nth % 2 === 0 ? letters.slice(0, 20) : hex.slice(24, 48);
  return { id: hex.slice(0, 24), voiceId, name, gender, language, locale, own };
}

/** An entry of `data.result` of v4 `voice/list`. Source: AKOOL API reference, "VoiceLab". */
export function voiceData(voice: SandboxVoice, previewUrl: string): Record<string, unknown> {
  return {
    _id: voice.id,
    create_time: CREATED_AT,
    uid: 101400,
    team_id: "6805fb69e92d9edc7ca0b409",
    voice_id: voice.voiceId,
    gender: voice.gender,
    name: voice.name,
    preview: previewUrl,
    text: "This is a sample of the voice.",
    duration: 2000,
    status: 3,
    style: ["Calm", "Confident"],
    scenario: ["Advertisenment"],
    age: ["Middle"],
    language: voice.language,
    locale: voice.locale,
    voice_model_name: voice.own ? "Akool Multilingual 1" : "Akool Multilingual 3",
    support_stream: true,
    deduction_credit: 0,
    webhookUrl: "",
  };
}

/** An entry of `data` of v3 `voice/list`. Source: AKOOL API reference, "Audio". */
export function oldVoiceData(voice: SandboxVoice, previewUrl: string): Record<string, unknown> {
  return {
    _id: voice.id,
    create_time: CREATED_AT,
    uid: 1,
    from: voice.own ? 4 : 3,
    voice_id: voice.voiceId,
    gender: voice.gender,
    accent: voice.locale === "en" ? "american" : voice.language.toLowerCase(),
    name: voice.name,
    description: "calm",
    useCase: "narration",
    type: 1,
    preview: previewUrl,
    __v: 0,
  };
}
