/** Shorter texts say too little: "OK" is every language. */
const MIN_LETTERS = 4;

/** ISO 639-1 of the language that words are most likely in; undefined when they do not tell. */
export async function guessLanguage(text: string): Promise<string | undefined> {
  if ((text.match(/\p{L}/gu) ?? []).length < MIN_LETTERS) return undefined;
  // Loaded at the first words: a start need not wait for its tables.
  const { detect } = await import("tinyld");
  return detect(text) || undefined;
}
