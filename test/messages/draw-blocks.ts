import type { Block } from "../../src/sandbox/slack/block-kit.ts";
import { type Around, drawButtons, drawElement } from "./draw-elements.ts";
import { COLOURS, escaped, GAP, runsOf, type Sheet, SMALL, write } from "./sheet.ts";

const THUMBNAIL = 72;
const HEADER_SIZE = 18;

export interface Extras extends Around {
  /** What is said to a field, by its block. */
  readonly errors?: Readonly<Record<string, string>>;
}

/** Blocks as Slack shows them, for the ones that the app sends. */
export function drawBlocks(blocks: readonly Block[], sheet: Sheet, extras: Extras = {}): void {
  for (const block of blocks) drawBlock(block, sheet, extras);
}

function drawBlock(block: Block, sheet: Sheet, { errors = {}, ...around }: Extras): void {
  switch (block.type) {
    case "section": {
      const { accessory } = block;
      const picture = accessory?.type === "image" ? accessory : undefined;
      if (accessory && !picture) throw new Error(`no picture for a ${accessory.type} beside a section`);
      const top = sheet.y;
      for (const text of [...(block.text ? [block.text] : []), ...(block.fields ?? [])])
        write(sheet, runsOf(text), { room: picture ? sheet.room - THUMBNAIL - GAP : sheet.room });
      if (picture) {
        sheet.parts.push(thumbnail(sheet.left + sheet.room - THUMBNAIL, top, picture.alt_text));
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
    case "header":
      sheet.y += GAP;
      write(sheet, [{ look: "bold", text: block.text.text }], { size: HEADER_SIZE });
      sheet.y += GAP / 2;
      return;
    case "actions": {
      const { elements } = block;
      const buttons = elements.filter((element) => element.type === "button");
      if (buttons.length > 0) drawButtons(buttons, sheet);
      for (const element of elements) if (element.type !== "button") drawElement(element, sheet, around);
      sheet.y += GAP / 2;
      return;
    }
    case "input": {
      const { label, optional, hint, element, block_id: id } = block;
      const maybe = optional ? [{ look: "plain", text: " (optional)" } as const] : [];
      write(sheet, [{ look: "bold", text: label.text }, ...maybe]);
      sheet.y += 3;
      drawElement(element, sheet, around);
      const wrong = errors[id];
      if (wrong !== undefined)
        write(sheet, [{ look: "plain", text: `⚠ ${wrong}` }], { size: 13.5, fill: COLOURS.danger });
      if (hint) write(sheet, runsOf(hint), { size: SMALL, fill: COLOURS.faint });
      sheet.y += GAP + 2;
      return;
    }
    case "image":
    case "divider":
    case "rich_text":
    case "markdown":
      throw new Error(`no picture for a block of type ${block.type}`);
  }
}

function thumbnail(x: number, y: number, alt: string): string {
  return `<g transform="translate(${x} ${y})"><title>${escaped(alt)}</title><rect width="${THUMBNAIL}" height="${THUMBNAIL}" rx="8" fill="#dfe7ef"/><circle cx="36" cy="30" r="15" fill="#f4c9a8"/><path d="M10 72c2-18 15-24 26-24s24 6 26 24z" fill="#7c8cf8"/></g>`;
}
