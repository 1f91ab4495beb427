/** The bodies of v4 `voice/tts` and v3 `audio/create`, field by field as the API document has them. */

export type Generation = "v4" | "v3";

/** The order as it was sent. */
export interface SpeechOrder {
  readonly input_text: string;
  readonly voice_id: string;
  readonly webhookUrl?: string;
  /** Of v4. */
  readonly language_code?: string;
  readonly voice_options?: Record<string, unknown>;
  readonly extra_options?: Record<string, unknown>;
  /** Of v3. */
  readonly rate?: string;
}

/** Of the smallest plan that has the API. */
const MAX_CHARACTERS = 5000;

const EMOTIONS = ["happy", "sad", "angry", "fearful", "disgusted", "surprised", "neutral"];

type Check = (value: unknown) => string | undefined;

const text: Check = (value) => {
  if (typeof value !== "string" || value.trim() === "") return "is not a text with something in it";
  return value.length > MAX_CHARACTERS ? `has more than ${MAX_CHARACTERS} characters` : undefined;
};
const name: Check = (value) => (typeof value === "string" && value !== "" ? undefined : "is not a string");
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value);
const object: Check = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? undefined : "is not an object";
const between =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === "number" && value >= least && value <= most
      ? undefined
      : `is not a number from ${least} to ${most}`;
const yesOrNo: Check = (value) => (typeof value === "boolean" ? undefined : "is not a boolean");
const emotion: Check = (value) =>
  EMOTIONS.some((each) => each === value) ? undefined : `is none of ${EMOTIONS.join(", ")}`;
const url: Check = (value) => {
  if (typeof value !== "string") return "is not a string";
  return value === "" || /^https?:\/\//.test(URL.parse(value)?.href ?? "") ? undefined : "is not a URL";
};
const language: Check = (value) =>
  typeof value === "string" && /^[a-z]{2}$/.test(value) ? undefined : "is not a code of ISO 639-1";
const rate: Check = (value) =>
  typeof value === "string" && /^(?:100|\d{1,2})%$/.test(value) ? undefined : 'is not a string like "100%"';

const FIELDS: Record<Generation, Record<string, Check>> = {
  v4: {
    input_text: text,
    voice_id: name,
    voice_options: maybe(object),
    language_code: maybe(language),
    pitch: maybe(between(-12, 12)),
    extra_options: maybe(object),
    webhookUrl: maybe(url),
  },
  v3: { input_text: text, voice_id: name, rate, webhookUrl: maybe(url) },
};

/** Of v4's `voice_options`. */
const VOICE_OPTIONS: Record<string, Check> = {
  stability: maybe(between(0, 1)),
  similarity_boost: maybe(between(0, 1)),
  style: maybe(between(0, 1)),
  speed: maybe(between(0.7, 1.2)),
  speaker_boost: maybe(yesOrNo),
  emotion: maybe(emotion),
  volume: maybe(between(0, 100)),
};

/** The order, or what is wrong with it: one sentence per fault, without the values. */
export function readSpeechOrder(
  generation: Generation,
  body: unknown,
): { readonly order: SpeechOrder } | { readonly faults: readonly string[] } {
  if (object(body)) return { faults: ["the body is not a JSON object"] };
  const fields = body as Record<string, unknown>; // just checked
  const faults = faultsIn(fields, FIELDS[generation]);
  if (generation === "v4" && !object(fields.voice_options)) {
    faults.push(...faultsIn({ ...(fields.voice_options as object) }, VOICE_OPTIONS)); // just checked
  }
  return faults.length > 0 ? { faults } : { order: fields as unknown as SpeechOrder }; // each field was checked
}

function faultsIn(fields: Record<string, unknown>, known: Record<string, Check>): string[] {
  const faults = Object.entries(known).flatMap(([field, check]) => {
    const wrong = check(fields[field]);
    return wrong ? [`${field} ${wrong}`] : [];
  });
  const unknown = Object.keys(fields).filter((field) => !(field in known));
  return [...faults, ...unknown.map((field) => `unknown field ${field}`)];
}
