import type { KnownBlock } from "@slack/web-api";
import { parseBlocks } from "../../src/sandbox/slack/block-kit.ts";
import { drawBlocks } from "./draw-blocks.ts";
import { COLOURS, finished, LINE, plainText, putLine, type Sheet, SMALL, write } from "./sheet.ts";

/** A message as Slack would show it. */

const WIDTH = 680;
const LEFT = 60;

export interface MessagePicture {
  readonly text: string;
  readonly blocks?: readonly KnownBlock[];
  /** Only one person sees it. */
  readonly isPrivate?: boolean;
  /** The title of its file, which is shown under the text. */
  readonly video?: string;
}

export function drawMessage({ text, blocks, isPrivate = false, video }: MessagePicture): string {
  const sheet: Sheet = { y: 16, parts: [], left: LEFT, room: WIDTH - LEFT - 24 };
  if (isPrivate) {
    putLine(sheet, [{ look: "plain", text: "Only visible to you" }], { size: SMALL, fill: COLOURS.faint });
    sheet.y += LINE;
  }
  const top = sheet.y;
  sheet.parts.push(...appAt(top));
  sheet.y += LINE + 3;
  const whole: KnownBlock = { type: "section", text: { type: "mrkdwn", text } };
  drawBlocks(parseBlocks(blocks ?? [whole]), sheet);
  if (video !== undefined) drawVideo(video, sheet);
  sheet.y = Math.max(sheet.y, top + 36);
  return finished(sheet, { width: WIDTH, title: plainText(text), paper: isPrivate ? "#fbfaf3" : "#fff" });
}

function drawVideo(title: string, sheet: Sheet): void {
  write(sheet, [{ look: "plain", text: title }], { size: SMALL, fill: COLOURS.faint });
  const y = sheet.y + 4;
  sheet.parts.push(
    `<rect x="${LEFT}" y="${y}" width="160" height="90" rx="8" fill="#2b2d6e"/><path d="M${LEFT + 70} ${y + 30}v30l26-15z" fill="#fff"/>`,
  );
  sheet.y += 106;
}

function appAt(y: number): string[] {
  return [
    `<g transform="translate(14 ${y})">${APP_ICON}</g>`,
    `<text x="${LEFT}" y="${y + 13}" font-weight="700">Talking Photo</text>`,
    `<rect x="${LEFT + 122}" y="${y + 1}" width="30" height="15" rx="3" fill="#e8e8e8"/>`,
    `<text x="${LEFT + 137}" y="${y + 12}" text-anchor="middle" font-size="10" font-weight="700" fill="${COLOURS.faint}">APP</text>`,
  ];
}

/** 36 pixels wide and high. */
export const APP_ICON =
  '<rect width="36" height="36" rx="8" fill="#2b2d6e"/><circle cx="18" cy="15" r="7" fill="#f4c9a8"/><path d="M6 34c1-8 7-11 12-11s11 3 12 11z" fill="#7c8cf8"/>';
