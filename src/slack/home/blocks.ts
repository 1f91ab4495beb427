import { createHash } from "node:crypto";
import type { KnownBlock } from "@slack/web-api";
import { dialog } from "../delivery/messages.ts";
import type { Button } from "../delivery/question.ts";

/** Blocks within Slack's limits, whatever is put into them. */

const MOST_OF_SECTION = 3000;
const MOST_OF_HEADER = 150;

export interface HomeButton extends Button {
  /** A job's id and nothing else. */
  readonly value?: string;
}

export function header(text: string): KnownBlock {
  return { type: "header", text: { type: "plain_text", text: clipped(text, MOST_OF_HEADER) } };
}

/** Slack's marks in `text` are ours; nothing that was merely typed becomes one. */
export function section(text: string): KnownBlock {
  return { type: "section", text: { type: "mrkdwn", text: clipped(text, MOST_OF_SECTION), verbatim: true } };
}

export function note(text: string): KnownBlock {
  return {
    type: "context",
    elements: [{ type: "mrkdwn", text: clipped(text, MOST_OF_SECTION), verbatim: true }],
  };
}

export function buttons(list: readonly HomeButton[]): KnownBlock[] {
  if (list.length === 0) return [];
  return [
    {
      type: "actions",
      elements: list.map(({ text, action, style, confirm, value }) => ({
        type: "button",
        text: { type: "plain_text", text },
        action_id: action,
        ...(value === undefined ? {} : { value }),
        ...(style ? { style } : {}),
        ...(confirm ? { confirm: dialog(confirm) } : {}),
      })),
    },
  ];
}

/** What somebody has typed, in one line; it is escaped where it is said. */
export function excerpt(text: string, most: number): string {
  return clipped(text.replaceAll(/\s+/g, " ").trim(), most);
}

/** Never in the middle of a character that takes two. */
export function clipped(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text
    .slice(0, most - 1)
    .toWellFormed()
    .replace(/\uFFFD$/, "")}…`;
}

/** Slack keeps what is typed in a field for as long as its block has the same id: another value gets another one. */
export function fieldId(action: string, value: string | undefined): string {
  return `${action}.${createHash("sha256")
    .update(value ?? "")
    .digest("base64url")
    .slice(0, 8)}`;
}
