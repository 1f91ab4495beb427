/**
 * Block Kit as Slack checks it: the blocks and elements a bot can send, with their limits. Anything else, and any
 * field that Slack does not have, is refused. Source: docs.slack.dev/reference/block-kit.
 */
import { z } from "zod";
import {
  anyText,
  blockId,
  button,
  checkboxes,
  conversationsSelect,
  externalSelect,
  fileInput,
  fromOneSource,
  imageElement,
  mrkdwn,
  overflow,
  picture,
  plain,
  plainTextInput,
  radioButtons,
  staticSelect,
  urlTextInput,
  usersSelect,
} from "./block-elements.ts";
import { malformed } from "./refusal.ts";

const MAX_MESSAGE_BLOCKS = 50;
const MAX_VIEW_BLOCKS = 100;

const actionElement = z.discriminatedUnion("type", [
  button,
  staticSelect,
  externalSelect,
  overflow,
  radioButtons,
  checkboxes,
  conversationsSelect,
  usersSelect,
]);
const accessory = z.discriminatedUnion("type", [
  button,
  imageElement,
  staticSelect,
  externalSelect,
  overflow,
  radioButtons,
  checkboxes,
  conversationsSelect,
  usersSelect,
]);
const inputElement = z.discriminatedUnion("type", [
  plainTextInput,
  urlTextInput,
  fileInput,
  staticSelect,
  externalSelect,
  radioButtons,
  checkboxes,
  conversationsSelect,
  usersSelect,
]);

const section = z
  .strictObject({
    type: z.literal("section"),
    block_id: blockId,
    text: anyText(3000).optional(),
    fields: z.array(anyText(2000)).min(1).max(10).optional(),
    accessory: accessory.optional(),
    expand: z.boolean().optional(),
  })
  .refine((block) => block.text || block.fields, "a section needs text or fields");
const imageBlock = z
  .strictObject({ type: z.literal("image"), block_id: blockId, title: plain(2000).optional(), ...picture })
  .refine(fromOneSource, "either image_url or slack_file");

const block = z.discriminatedUnion("type", [
  section,
  imageBlock,
  z.strictObject({ type: z.literal("header"), block_id: blockId, text: plain(150) }),
  z.strictObject({ type: z.literal("divider"), block_id: blockId }),
  z.strictObject({
    type: z.literal("context"),
    block_id: blockId,
    elements: z
      .array(z.discriminatedUnion("type", [plain(3000), mrkdwn(3000), imageElement]))
      .min(1)
      .max(10),
  }),
  z.strictObject({
    type: z.literal("actions"),
    block_id: blockId,
    elements: z.array(actionElement).min(1).max(25),
  }),
  z.strictObject({
    type: z.literal("input"),
    block_id: blockId,
    label: plain(2000),
    hint: plain(2000).optional(),
    optional: z.boolean().optional(),
    dispatch_action: z.boolean().optional(),
    element: inputElement,
  }),
  z.strictObject({
    type: z.literal("rich_text"),
    block_id: blockId,
    elements: z.array(z.record(z.string(), z.unknown())),
  }),
  z.strictObject({ type: z.literal("markdown"), block_id: blockId, text: z.string().min(1).max(12_000) }),
]);

const texts = {
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
  external_id: z.string().max(255).optional(),
};
const view = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("modal"),
    title: plain(24),
    submit: plain(24).optional(),
    close: plain(24).optional(),
    blocks: z.array(block).max(MAX_VIEW_BLOCKS),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    submit_disabled: z.boolean().optional(),
    ...texts,
  }),
  z.strictObject({ type: z.literal("home"), blocks: z.array(block).max(MAX_VIEW_BLOCKS), ...texts }),
]);

export type Block = z.output<typeof block>;
export type Element = z.output<typeof accessory> | z.output<typeof inputElement>;
export type Button = z.output<typeof button>;
export type InputBlock = Extract<Block, { type: "input" }>;
export type ViewContent = z.output<typeof view>;

/** The blocks of a message, or Slack's `invalid_blocks`. */
export function parseBlocks(value: unknown): Block[] {
  if (!Array.isArray(value)) throw malformed("invalid_blocks_format", ["blocks must be a JSON array"]);
  const parsed = z.array(block).max(MAX_MESSAGE_BLOCKS).safeParse(value);
  const errors = parsed.success ? contradictions(parsed.data, "message") : describe(parsed.error);
  if (!parsed.success || errors.length > 0) throw malformed("invalid_blocks", errors);
  return parsed.data;
}

/** A modal or an App Home, or Slack's `invalid_arguments`. */
export function parseView(value: unknown): ViewContent {
  const parsed = view.safeParse(value);
  const errors = parsed.success
    ? contradictions(parsed.data.blocks, parsed.data.type)
    : describe(parsed.error);
  if (parsed.success && parsed.data.type === "modal") {
    if (!parsed.data.submit && parsed.data.blocks.some((each) => each.type === "input"))
      errors.push("a modal with input blocks needs submit [json-pointer:/view/submit]");
  }
  if (!parsed.success || errors.length > 0) throw malformed("invalid_arguments", errors);
  return parsed.data;
}

/** Every picture in it that is a file of Slack's. */
export function slackFilesIn(blocks: readonly Block[]) {
  return blocks.flatMap((each) => {
    const elements = each.type === "context" ? each.elements : elementsOf(each);
    const pictures = each.type === "image" ? [each] : elements.filter((element) => element.type === "image");
    return pictures.flatMap(({ slack_file }) => slack_file ?? []);
  });
}

export function elementsOf(block: Block): Element[] {
  switch (block.type) {
    case "section":
      return block.accessory ? [block.accessory] : [];
    case "actions":
      return block.elements;
    case "input":
      return [block.element];
    case "image":
    case "header":
    case "divider":
    case "context":
    case "rich_text":
    case "markdown":
      return [];
  }
}

/** What no single block can get wrong by itself. */
function contradictions(blocks: readonly Block[], surface: "message" | "modal" | "home"): string[] {
  const errors: string[] = [];
  const blockIds = new Set<string>();
  for (const each of blocks) {
    // Source: docs.slack.dev, button element, `action_id`: unique in the containing block, so the same button may
    // stand beside each entry of a list.
    const actionIds = new Set<string>();
    if (blockIds.has(each.block_id)) errors.push(`block_id "${each.block_id}" already exists`);
    blockIds.add(each.block_id);
    if (each.type === "markdown" && surface !== "message")
      errors.push("a markdown block is for messages only");
    for (const element of elementsOf(each)) {
      if (element.type === "image") continue;
      if (actionIds.has(element.action_id)) errors.push(`action_id "${element.action_id}" already exists`);
      actionIds.add(element.action_id);
      if (element.type === "file_input" && surface !== "modal")
        errors.push("file_input is allowed in a modal only");
      if (element.type === "checkboxes" && element.initial_options) {
        const known = element.options.map(({ value }) => value);
        const unknown = element.initial_options.filter(({ value }) => !known.includes(value));
        if (unknown.length > 0) errors.push("initial_options are not among the options");
      }
      if ("options" in element && "initial_option" in element && element.initial_option) {
        const { value } = element.initial_option;
        if (!element.options.some((known) => known.value === value))
          errors.push(`initial_option "${value}" is not among the options`);
      }
    }
  }
  return errors;
}

function describe(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${issue.message} [json-pointer:/${issue.path.map(String).join("/")}]`);
}
