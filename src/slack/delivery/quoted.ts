/**
 * What somebody has typed, cut to so many characters. Slack's own signs are no signs here: it calls nobody, and leads
 * nowhere.
 */
export function quoted(text: string, mostCharacters: number): string {
  const characters = [...text];
  const short =
    characters.length > mostCharacters ? `${characters.slice(0, mostCharacters).join("")}…` : text;
  return short.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
