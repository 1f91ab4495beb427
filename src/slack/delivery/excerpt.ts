/** What somebody has typed, cut to so many characters. Not yet escaped. */
export function excerpt(text: string, mostCharacters: number): string {
  const characters = [...text];
  return characters.length > mostCharacters ? `${characters.slice(0, mostCharacters).join("")}…` : text;
}
