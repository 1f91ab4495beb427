import type { Button, Element } from "../../src/sandbox/slack/block-kit.ts";
import { breakLines, widthOf } from "./lay-out.ts";
import type { Run } from "./read-mrkdwn.ts";
import { COLOURS, channelName, escaped, GAP, LINE, type Sheet, SIZE } from "./sheet.ts";

const BUTTON_SIZE = 13.5;
const BUTTON_HEIGHT = 30;
const FIELD_HEIGHT = 36;
const FIELD_WIDTH = 420;
const INSIDE = 12;
/** Of a field of several lines that is empty. */
const LINES_SHOWN = 3;

/** What is not in the blocks themselves. */
export interface Around {
  /** The choices of lists that hang open, by their actions. */
  readonly opened?: Readonly<Record<string, readonly string[]>>;
  /** The conversation that the person looks at. */
  readonly conversation?: string;
}

export function drawButtons(buttons: readonly Button[], sheet: Sheet): void {
  let x = sheet.left;
  for (const { text, style } of buttons) {
    const width = buttonWidth(text.text);
    if (x > sheet.left && x + width > sheet.left + sheet.room) {
      x = sheet.left;
      sheet.y += BUTTON_HEIGHT + GAP;
    }
    sheet.parts.push(...buttonAt(x, sheet.y, text.text, style));
    x += width + GAP;
  }
  sheet.y += BUTTON_HEIGHT + GAP / 2;
}

/** Those that end a dialog, from the left, against its right edge. */
export function drawLastButtons(
  buttons: readonly { readonly text: string; readonly style?: ButtonStyle }[],
  sheet: Sheet,
): void {
  let x = sheet.left + sheet.room;
  for (const { text, style } of buttons.toReversed()) {
    x -= buttonWidth(text);
    sheet.parts.push(...buttonAt(x, sheet.y, text, style));
    x -= GAP;
  }
  sheet.y += BUTTON_HEIGHT;
}

type ButtonStyle = "primary" | "danger" | "filled danger" | undefined;

function buttonWidth(label: string): number {
  return Math.round(widthOf({ look: "bold", text: label }, BUTTON_SIZE)) + 26;
}

function buttonAt(x: number, y: number, label: string, style: ButtonStyle): string[] {
  const paper = style === "primary" ? COLOURS.primary : style === "filled danger" ? COLOURS.danger : "#fff";
  const ink = paper !== "#fff" ? "#fff" : style === "danger" ? COLOURS.danger : COLOURS.ink;
  const width = buttonWidth(label);
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${BUTTON_HEIGHT}" rx="5" fill="${paper}" stroke="#bbb"/>`,
    `<text x="${x + width / 2}" y="${y + 20}" text-anchor="middle" font-size="${BUTTON_SIZE}" font-weight="700" fill="${ink}">${escaped(label)}</text>`,
  ];
}

/** What can be chosen or typed; below it what it holds open. */
export function drawElement(element: Element, sheet: Sheet, { opened = {}, conversation }: Around): void {
  switch (element.type) {
    case "plain_text_input":
      drawTextField(
        element.initial_value ?? element.placeholder?.text ?? "",
        { isFilled: element.initial_value !== undefined, lines: element.multiline ? LINES_SHOWN : 1 },
        sheet,
      );
      return;
    case "static_select":
    case "external_select":
      drawList(element.initial_option?.text.text, element.placeholder?.text, sheet);
      drawChoices(opened[element.action_id] ?? [], sheet);
      return;
    case "conversations_select": {
      const here = element.default_to_current_conversation ? conversation : undefined;
      const chosen = element.initial_conversation ?? here;
      drawList(chosen && channelName(chosen), element.placeholder?.text, sheet);
      return;
    }
    case "file_input":
      sheet.parts.push(...buttonAt(sheet.left, sheet.y, "Upload file", undefined));
      sheet.y += BUTTON_HEIGHT + GAP / 2;
      return;
    case "checkboxes":
      for (const { text } of element.options) {
        sheet.parts.push(
          `<rect x="${sheet.left + 1}" y="${sheet.y + 2}" width="16" height="16" rx="3" fill="#fff" stroke="${COLOURS.faint}"/>`,
          textAt(sheet.left + 26, sheet.y + SIZE, text.text, COLOURS.ink),
        );
        sheet.y += LINE + 3;
      }
      return;
    case "button":
    case "image":
    case "overflow":
    case "radio_buttons":
    case "users_select":
    case "url_text_input":
      throw new Error(`no picture for an element of type ${element.type}`);
  }
}

function drawTextField(
  text: string,
  { isFilled, lines }: { readonly isFilled: boolean; readonly lines: number },
  sheet: Sheet,
): void {
  const run: Run = { look: "plain", text };
  const shown = breakLines([run], sheet.room - 2 * INSIDE, SIZE);
  const height = Math.max(FIELD_HEIGHT, Math.max(lines, shown.length) * LINE + 2 * GAP);
  sheet.parts.push(boxAt(sheet.left, sheet.y, sheet.room, height));
  shown.forEach((line, index) => {
    const said = line.map((piece) => piece.text).join("");
    if (said !== "")
      sheet.parts.push(
        textAt(
          sheet.left + INSIDE,
          sheet.y + 23 + index * LINE,
          said,
          isFilled ? COLOURS.ink : COLOURS.faint,
        ),
      );
  });
  sheet.y += height + GAP / 2;
}

function drawList(chosen: string | undefined, placeholder: string | undefined, sheet: Sheet): void {
  const width = Math.min(FIELD_WIDTH, sheet.room);
  const right = sheet.left + width - 26;
  sheet.parts.push(
    boxAt(sheet.left, sheet.y, width, FIELD_HEIGHT),
    textAt(
      sheet.left + INSIDE,
      sheet.y + 23,
      chosen ?? placeholder ?? "Choose an option",
      chosen === undefined ? COLOURS.faint : COLOURS.ink,
    ),
    `<path d="M${right} ${sheet.y + 15}l6 6 6-6" fill="none" stroke="${COLOURS.faint}" stroke-width="2"/>`,
  );
  sheet.y += FIELD_HEIGHT + GAP / 2;
}

function drawChoices(choices: readonly string[], sheet: Sheet): void {
  if (choices.length === 0) return;
  const width = Math.min(FIELD_WIDTH, sheet.room);
  sheet.parts.push(boxAt(sheet.left, sheet.y, width, choices.length * (LINE + 6) + GAP));
  sheet.y += GAP / 2;
  for (const choice of choices) {
    sheet.parts.push(textAt(sheet.left + INSIDE, sheet.y + 18, choice, COLOURS.ink));
    sheet.y += LINE + 6;
  }
  sheet.y += GAP;
}

function boxAt(x: number, y: number, width: number, height: number): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="5" fill="#fff" stroke="${COLOURS.line}"/>`;
}

function textAt(x: number, y: number, text: string, fill: string): string {
  return `<text x="${x}" y="${y}" xml:space="preserve" fill="${fill}">${escaped(text)}</text>`;
}
