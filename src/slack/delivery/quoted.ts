/**
 * What somebody has typed, cut to so many characters. Slack's own signs are no signs here: it calls nobody, and leads
 * nowhere.
 */
export function quoted(text: string, mostCharacters: number): string {
  const characters = [...text];
  const short =
    characters.length > mostCharacters ? `${characters.slice(0, mostCharacters).join("")}…` : text;
  return escaped(short);
}

/** Source: docs.slack.dev, "Formatting text for app surfaces". */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
