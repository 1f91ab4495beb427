import type { KnownBlock } from "@slack/web-api";
import { breakLines, widthOf } from "./lay-out.ts";
import { type Run, readMrkdwn } from "./read-mrkdwn.ts";

/**
 * A message as Slack would show it, as an SVG: the same blocks always give the same bytes. It knows the blocks and
 * elements that the app sends, and no others.
 */

const WIDTH = 680;
const LEFT = 60;
const ROOM = WIDTH - LEFT - 24;
const LINE = 21;
const SIZE = 15;
const SMALL = 12.5;
const BUTTON_SIZE = 13.5;
const BUTTON_HEIGHT = 30;
const GAP = 8;
const THUMBNAIL = 72;
const NAMES: Readonly<Record<string, string>> = { U1: "Anna", C1: "spring-campaign" };
const COLOURS = { primary: "#007a5a", danger: "#c2185b", link: "#1264a3", faint: "#616061" } as const;

export interface Picture {
  readonly text: string;
  readonly blocks?: readonly KnownBlock[];
  /** Only one person sees it. */
  readonly isPrivate?: boolean;
  /** The title of its file, which is shown under the text. */
  readonly video?: string;
}

/** What has been drawn so far, from the top. */
interface Sheet {
  y: number;
  readonly parts: string[];
}

export function drawMessage({ text, blocks, isPrivate = false, video }: Picture): string {
  const sheet: Sheet = { y: 16, parts: [] };
  if (isPrivate) {
    put(sheet, [{ look: "plain", text: "Only visible to you" }], SMALL, COLOURS.faint);
    sheet.y += LINE;
  }
  const top = sheet.y;
  sheet.parts.push(...appAt(top));
  sheet.y += LINE + 3;
  const whole: KnownBlock = { type: "section", text: { type: "mrkdwn", text } };
  for (const block of blocks ?? [whole]) draw(block, sheet);
  if (video !== undefined) drawVideo(video, sheet);
  const height = Math.max(sheet.y, top + 36) + 12;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img"`,
    `  font-family="Lato, 'Helvetica Neue', Helvetica, Arial, sans-serif" font-size="${SIZE}" fill="#1d1c1d">`,
    `<title>${escaped(plainText(text))}</title>`,
    `<rect x=".5" y=".5" width="${WIDTH - 1}" height="${height - 1}" rx="8" fill="${isPrivate ? "#fbfaf3" : "#fff"}" stroke="#ddd"/>`,
    ...sheet.parts,
    "</svg>",
    "",
  ].join("\n");
}

function draw(block: KnownBlock, sheet: Sheet): void {
  switch (block.type) {
    case "section": {
      const { accessory } = block;
      const picture = accessory?.type === "image" ? accessory : undefined;
      const top = sheet.y;
      for (const text of [...(block.text ? [block.text] : []), ...(block.fields ?? [])])
        write(sheet, runsOf(text), { room: picture ? ROOM - THUMBNAIL - GAP : ROOM });
      if (picture) {
        sheet.parts.push(thumbnail(top, picture.alt_text));
        sheet.y = Math.max(sheet.y, top + THUMBNAIL);
      }
      sheet.y += GAP;
      return;
    }
    case "context":
      for (const element of block.elements)
        if ("text" in element) write(sheet, runsOf(element), { size: SMALL, fill: COLOURS.faint });
      sheet.y += GAP / 2;
      return;
    case "actions":
      drawButtons(block.elements, sheet);
      sheet.y += GAP / 2;
      return;
    default:
      throw new Error(`no picture for a block of type ${block.type}`);
  }
}

type Element = Extract<KnownBlock, { type: "actions" }>["elements"][number];

function drawButtons(elements: readonly Element[], sheet: Sheet): void {
  let x = LEFT;
  for (const element of elements) {
    if (element.type !== "button") throw new Error(`no picture for an element of type ${element.type}`);
    const label: Run = { look: "bold", text: element.text.text };
    const width = Math.round(widthOf(label, BUTTON_SIZE)) + 26;
    if (x > LEFT && x + width > LEFT + ROOM) {
      x = LEFT;
      sheet.y += BUTTON_HEIGHT + GAP;
    }
    const isPrimary = element.style === "primary";
    const ink = isPrimary ? "#fff" : element.style === "danger" ? COLOURS.danger : "#1d1c1d";
    sheet.parts.push(
      `<rect x="${x}" y="${sheet.y}" width="${width}" height="${BUTTON_HEIGHT}" rx="5" fill="${isPrimary ? COLOURS.primary : "#fff"}" stroke="#bbb"/>`,
      `<text x="${x + width / 2}" y="${sheet.y + 20}" text-anchor="middle" font-size="${BUTTON_SIZE}" font-weight="700" fill="${ink}">${escaped(label.text)}</text>`,
    );
    x += width + GAP;
  }
  sheet.y += BUTTON_HEIGHT + GAP / 2;
}

function drawVideo(title: string, sheet: Sheet): void {
  write(sheet, [{ look: "plain", text: title }], { size: SMALL, fill: COLOURS.faint });
  const y = sheet.y + 4;
  sheet.parts.push(
    `<rect x="${LEFT}" y="${y}" width="160" height="90" rx="8" fill="#2b2d6e"/><path d="M${LEFT + 70} ${y + 30}v30l26-15z" fill="#fff"/>`,
  );
  sheet.y += 106;
}

function write(
  sheet: Sheet,
  runs: readonly Run[],
  { room = ROOM, size = SIZE, fill }: { room?: number; size?: number; fill?: string },
): void {
  for (const line of breakLines(runs, room, size)) {
    put(sheet, line, size, fill);
    sheet.y += Math.round((LINE * size) / SIZE);
  }
}

function put(sheet: Sheet, line: readonly Run[], size: number, fill?: string): void {
  if (line.length === 0) return;
  const spans = line.map((run) => `<tspan${styleOf(run)}>${escaped(run.text)}</tspan>`).join("");
  const look = `${size === SIZE ? "" : ` font-size="${size}"`}${fill === undefined ? "" : ` fill="${fill}"`}`;
  sheet.parts.push(`<text x="${LEFT}" y="${sheet.y + size}" xml:space="preserve"${look}>${spans}</text>`);
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

function runsOf(text: { readonly type: string; readonly text: string }): Run[] {
  return text.type === "mrkdwn" ? readMrkdwn(text.text, NAMES) : [{ look: "plain", text: text.text }];
}

function plainText(text: string): string {
  return readMrkdwn(text, NAMES)
    .map((run) => run.text)
    .join("");
}

function appAt(y: number): string[] {
  return [
    `<g transform="translate(14 ${y})"><rect width="36" height="36" rx="8" fill="#2b2d6e"/><circle cx="18" cy="15" r="7" fill="#f4c9a8"/><path d="M6 34c1-8 7-11 12-11s11 3 12 11z" fill="#7c8cf8"/></g>`,
    `<text x="${LEFT}" y="${y + 13}" font-weight="700">Talking Photo</text>`,
    `<rect x="${LEFT + 122}" y="${y + 1}" width="30" height="15" rx="3" fill="#e8e8e8"/>`,
    `<text x="${LEFT + 137}" y="${y + 12}" text-anchor="middle" font-size="10" font-weight="700" fill="${COLOURS.faint}">APP</text>`,
  ];
}

function thumbnail(y: number, alt: string): string {
  return `<g transform="translate(${LEFT + ROOM - THUMBNAIL} ${y})"><title>${escaped(alt)}</title><rect width="${THUMBNAIL}" height="${THUMBNAIL}" rx="8" fill="#dfe7ef"/><circle cx="36" cy="30" r="15" fill="#f4c9a8"/><path d="M10 72c2-18 15-24 26-24s24 6 26 24z" fill="#7c8cf8"/></g>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
