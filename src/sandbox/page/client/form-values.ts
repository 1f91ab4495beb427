/** What is in a form: what Slack's client asks for before it sends, and what it sends. */
import type { Block, InputBlock } from "../../slack/block-kit.ts";
import { initialOf } from "./select-field.tsx";
import { keyOf, type Typed, type Value } from "./surface.ts";
import { areReady, idsOf, type Upload } from "./uploads.ts";

export type FilesByBlock = Readonly<Record<string, readonly Upload[]>>;

export const NOT_READY = "Wait until the upload is done, or remove the file.";

export function inputsOf(blocks: readonly Block[]): InputBlock[] {
  return blocks.filter((block) => block.type === "input");
}

/** By block id: what is wanting. */
export function missing(
  inputs: readonly InputBlock[],
  typed: Typed,
  files: FilesByBlock,
  here: string | undefined,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const block of inputs) {
    const problem = problemOf(block, typed, files[block.block_id] ?? [], here);
    if (problem !== undefined) found[block.block_id] = problem;
  }
  return found;
}

function problemOf(
  block: InputBlock,
  typed: Typed,
  files: readonly Upload[],
  here: string | undefined,
): string | undefined {
  const { element, optional } = block;
  if (element.type === "file_input") {
    if (!areReady(files)) return NOT_READY;
    return files.length === 0 && !optional ? "Choose a file first." : undefined;
  }
  const value = typed[keyOf(block.block_id, element.action_id)] ?? initialValue(element, here);
  const isEmpty = value === null || value === undefined || value.length === 0;
  if (isEmpty) return optional ? undefined : "Please fill in this field.";
  if (typeof value !== "string") return undefined;
  if (element.type === "url_text_input" && !URL.canParse(value)) return "That is no web address.";
  if (element.type === "plain_text_input" && value.length < (element.min_length ?? 0))
    return `At least ${element.min_length} letters.`;
  return undefined;
}

/** What was not touched is left out: it keeps what it came with. */
export function filled(
  inputs: readonly InputBlock[],
  typed: Typed,
  files: FilesByBlock,
  here: string | undefined,
): { values: Record<string, Value>; files: Record<string, string[]> } {
  const values: Record<string, Value> = {};
  const uploads: Record<string, string[]> = {};
  for (const { block_id, element } of inputs) {
    if (element.type === "file_input") {
      uploads[block_id] = idsOf(files[block_id] ?? []);
      continue;
    }
    const value = typed[keyOf(block_id, element.action_id)];
    if (value !== undefined) values[block_id] = value === "" ? null : value;
    else if (element.type === "conversations_select" && !element.initial_conversation) {
      const chosen = initialOf(element, here);
      if (chosen !== undefined) values[block_id] = chosen;
    }
  }
  return { values, files: uploads };
}

function initialValue(
  element: Exclude<InputBlock["element"], { type: "file_input" }>,
  here: string | undefined,
): Value | undefined {
  switch (element.type) {
    case "plain_text_input":
    case "url_text_input":
      return element.initial_value;
    case "radio_buttons":
    case "external_select":
      return element.initial_option?.value;
    case "checkboxes":
      return element.initial_options?.map(({ value }) => value);
    case "static_select":
    case "conversations_select":
    case "users_select":
      return initialOf(element, here);
  }
}
