/** A hurried reader says some 20 letters a second; a character that stands for a syllable or more takes as long as three. */
const LETTERS_A_SECOND = 20;
const LETTERS_A_SYLLABLE = 3;
const SYLLABLES = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/** How long these words take at the very least, however fast the voice: what is over the limit then is not worth paying for. */
export function leastSeconds(text: string): number {
  const syllables = text.match(SYLLABLES)?.length ?? 0;
  const letters = Array.from(text).length - syllables;
  return (letters + syllables * LETTERS_A_SYLLABLE) / LETTERS_A_SECOND;
}
