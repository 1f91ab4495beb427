import type { ConfirmationDialog } from "@slack/web-api";
import { parseView } from "../../src/sandbox/slack/block-kit.ts";
import { drawBlocks, type Extras } from "./draw-blocks.ts";
import { drawLastButtons } from "./draw-elements.ts";
import { APP_ICON } from "./draw-message.ts";
import { COLOURS, escaped, finished, LINE, runsOf, type Sheet, write } from "./sheet.ts";

/** Modals, the Home tab and the dialogs before a press counts, as Slack would show them. */

const HOME_WIDTH = 680;
const MODAL_WIDTH = 520;
const DIALOG_WIDTH = 440;
const SIDE = 24;
const BAR_HEIGHT = 60;
const TITLE_SIZE = 18;

export interface ViewPicture extends Extras {
  /** As it goes to Slack. */
  readonly view: unknown;
}

export interface DialogPicture {
  readonly dialog: ConfirmationDialog;
}

export function drawView({ view, ...extras }: ViewPicture): string {
  const content = parseView(view);
  if (content.type === "home") {
    const sheet = sheetOf(HOME_WIDTH);
    sheet.parts.push(...homeBar());
    drawBlocks(content.blocks, sheet, extras);
    return finished(sheet, { width: HOME_WIDTH, title: "The Home tab" });
  }
  const sheet = sheetOf(MODAL_WIDTH);
  sheet.parts.push(
    `<g transform="translate(${SIDE} 16) scale(.78)">${APP_ICON}</g>`,
    titleAt(SIDE + 40, content.title.text),
    crossAt(MODAL_WIDTH - SIDE - 14),
    rule(MODAL_WIDTH, BAR_HEIGHT),
  );
  drawBlocks(content.blocks, sheet, extras);
  sheet.parts.push(rule(MODAL_WIDTH, sheet.y + 4));
  sheet.y += 18;
  const { close, submit } = content;
  drawLastButtons(
    [
      ...(close ? [{ text: close.text }] : []),
      ...(submit ? [{ text: submit.text, style: "primary" as const }] : []),
    ],
    sheet,
  );
  return finished(sheet, { width: MODAL_WIDTH, title: content.title.text });
}

export function drawDialog({ dialog: { title, text, confirm, deny, style } }: DialogPicture): string {
  const sheet = sheetOf(DIALOG_WIDTH);
  const head = title?.text ?? "";
  sheet.parts.push(titleAt(SIDE, head), crossAt(DIALOG_WIDTH - SIDE - 14));
  sheet.y -= 8;
  write(sheet, runsOf(text));
  sheet.y += 14;
  drawLastButtons(
    [
      { text: deny?.text ?? "Cancel" },
      { text: confirm?.text ?? "Yes", style: style === "danger" ? "filled danger" : "primary" },
    ],
    sheet,
  );
  return finished(sheet, { width: DIALOG_WIDTH, title: head });
}

function sheetOf(width: number): Sheet {
  return { y: BAR_HEIGHT + 16, parts: [], left: SIDE, room: width - 2 * SIDE };
}

function homeBar(): string[] {
  return [
    `<g transform="translate(${SIDE} 14) scale(.67)">${APP_ICON}</g>`,
    titleAt(SIDE + 34, "Talking Photo"),
    ...["Home", "Messages", "About"].map(
      (tab, index) =>
        `<text x="${SIDE + 190 + 90 * index}" y="${33}" font-size="13.5" font-weight="${index === 0 ? 700 : 400}" fill="${index === 0 ? COLOURS.ink : COLOURS.faint}">${tab}</text>`,
    ),
    `<rect x="${SIDE + 190}" y="${BAR_HEIGHT - 3}" width="42" height="3" fill="${COLOURS.primary}"/>`,
    rule(HOME_WIDTH, BAR_HEIGHT),
  ];
}

function titleAt(x: number, title: string): string {
  return `<text x="${x}" y="${16 + LINE - 3}" font-size="${TITLE_SIZE}" font-weight="700">${escaped(title)}</text>`;
}

function crossAt(x: number): string {
  return `<path d="M${x} 23l12 12m0-12l-12 12" stroke="${COLOURS.faint}" stroke-width="2"/>`;
}

function rule(width: number, y: number): string {
  return `<path d="M1 ${y}h${width - 2}" stroke="#ddd"/>`;
}
