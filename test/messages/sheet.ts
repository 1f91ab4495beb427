import { breakLines } from "./lay-out.ts";
import { type Run, readMrkdwn } from "./read-mrkdwn.ts";

/** What pictures are drawn on: an SVG that grows downwards. The same strokes always give the same bytes. */

export const LINE = 21;
export const SIZE = 15;
export const SMALL = 12.5;
export const GAP = 8;
export const COLOURS = {
  ink: "#1d1c1d",
  primary: "#007a5a",
  danger: "#c2185b",
  link: "#1264a3",
  faint: "#616061",
  line: "#bbb",
} as const;

/** The people and channels of the examples. */
const NAMES: Readonly<Record<string, string>> = {
  U1: "Anna",
  U2: "Ben",
  C1: "spring-campaign",
  C2: "team-berlin",
};

/** What has been drawn so far, from the top. */
export interface Sheet {
  y: number;
  readonly parts: string[];
  readonly left: number;
  /** Up to where text may go, from `left`. */
  readonly room: number;
}

interface Look {
  readonly room?: number;
  readonly size?: number;
  readonly fill?: string;
}

/** Text that breaks where it has to; what comes next goes below it. */
export function write(
  sheet: Sheet,
  runs: readonly Run[],
  { room = sheet.room, size = SIZE, fill }: Look = {},
): void {
  for (const line of breakLines(runs, room, size)) {
    putLine(sheet, line, { size, ...(fill === undefined ? {} : { fill }) });
    sheet.y += Math.round((LINE * size) / SIZE);
  }
}

/** One line where the sheet ends just now, without going on from there. */
export function putLine(sheet: Sheet, line: readonly Run[], { size = SIZE, fill }: Look = {}): void {
  if (line.length === 0) return;
  const spans = line.map((run) => `<tspan${styleOf(run)}>${escaped(run.text)}</tspan>`).join("");
  const look = `${size === SIZE ? "" : ` font-size="${size}"`}${fill === undefined ? "" : ` fill="${fill}"`}`;
  sheet.parts.push(
    `<text x="${sheet.left}" y="${sheet.y + size}" xml:space="preserve"${look}>${spans}</text>`,
  );
}

/** The whole picture: what was drawn, on a card that is as readable on a dark page as on a light one. */
export function finished(
  sheet: Sheet,
  {
    width,
    title,
    paper = "#fff",
  }: { readonly width: number; readonly title: string; readonly paper?: string },
): string {
  const height = sheet.y + 12;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img"`,
    `  font-family="Lato, 'Helvetica Neue', Helvetica, Arial, sans-serif" font-size="${SIZE}" fill="${COLOURS.ink}">`,
    `<title>${escaped(title)}</title>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="${paper}" stroke="#ddd"/>`,
    ...sheet.parts,
    "</svg>",
    "",
  ].join("\n");
}

export function runsOf(text: { readonly type: string; readonly text: string }): Run[] {
  return text.type === "mrkdwn" ? readMrkdwn(text.text, NAMES) : [{ look: "plain", text: text.text }];
}

export function plainText(mrkdwn: string): string {
  return readMrkdwn(mrkdwn, NAMES)
    .map((run) => run.text)
    .join("");
}

export function channelName(id: string): string {
  return `#${NAMES[id] ?? id}`;
}

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function styleOf({ look }: Run): string {
  switch (look) {
    case "plain":
      return "";
    case "bold":
      return ' font-weight="700"';
    case "italic":
      return ' font-style="italic"';
    case "code":
      return ' font-family="Menlo, Consolas, monospace" font-size="13" fill="#c01343"';
    case "link":
      return ` fill="${COLOURS.link}"`;
  }
}
