/** The texts and elements that blocks are made of, with Slack's limits. */
import { z } from "zod";
import { newId } from "./wire.ts";

export const plain = (max: number) =>
  z.strictObject({
    type: z.literal("plain_text"),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  });
export const mrkdwn = (max: number) =>
  z.strictObject({
    type: z.literal("mrkdwn"),
    text: z.string().min(1).max(max),
    verbatim: z.boolean().optional(),
  });
export const anyText = (max: number) => z.discriminatedUnion("type", [plain(max), mrkdwn(max)]);
/** Slack makes one up where there is none, and so do we: everything stored has ids. */
const givenId = (prefix: string) =>
  z
    .string()
    .min(1)
    .max(255)
    .default(() => newId(prefix));
const actionId = givenId("action");
export const blockId = givenId("block");

const confirm = z.strictObject({
  title: plain(100),
  text: anyText(300),
  confirm: plain(30),
  deny: plain(30),
  style: z.enum(["primary", "danger"]).optional(),
});
const option = z.strictObject({
  text: anyText(75),
  value: z.string().min(1).max(150),
  description: anyText(75).optional(),
});
/** In a list only radio buttons and checkboxes may have markup. */
const suggested = option.extend({ text: plain(75), description: plain(75).optional() });
const options = (max: number) => z.array(option).min(1).max(max);

export const button = z.strictObject({
  type: z.literal("button"),
  text: plain(75),
  action_id: actionId,
  value: z.string().max(2000).optional(),
  url: z.url().max(3000).optional(),
  style: z.enum(["primary", "danger"]).optional(),
  confirm: confirm.optional(),
  accessibility_label: z.string().max(75).optional(),
});
const slackFile = z.union([
  z.strictObject({ id: z.string().min(1) }),
  z.strictObject({ url: z.url().max(3000) }),
]);
export const picture = {
  image_url: z.url().max(3000).optional(),
  slack_file: slackFile.optional(),
  alt_text: z.string().min(1).max(2000),
};
export const fromOneSource = (image: { image_url?: unknown; slack_file?: unknown }) =>
  Boolean(image.image_url) !== Boolean(image.slack_file);
export const imageElement = z
  .strictObject({ type: z.literal("image"), ...picture })
  .refine(fromOneSource, "either image_url or slack_file");
const choice = {
  action_id: actionId,
  confirm: confirm.optional(),
  focus_on_load: z.boolean().optional(),
};
const typing = {
  action_id: actionId,
  initial_value: z.string().optional(),
  placeholder: plain(150).optional(),
  focus_on_load: z.boolean().optional(),
  dispatch_action_config: z
    .strictObject({ trigger_actions_on: z.array(z.enum(["on_enter_pressed", "on_character_entered"])) })
    .optional(),
};
export const staticSelect = z.strictObject({
  type: z.literal("static_select"),
  ...choice,
  placeholder: plain(150).optional(),
  options: options(100),
  initial_option: option.optional(),
});
/** Its options come from the app, which Slack asks at every letter. */
export const externalSelect = z.strictObject({
  type: z.literal("external_select"),
  ...choice,
  placeholder: plain(150).optional(),
  initial_option: option.optional(),
  min_query_length: z.int().min(0).optional(),
});
/** What the app may answer to that. Source: docs.slack.dev, "Select menu element", "external data source". */
export const suggestions = z
  .union([
    z.strictObject({ options: z.array(suggested).max(100) }),
    z.strictObject({
      option_groups: z
        .array(z.strictObject({ label: plain(75), options: z.array(suggested).max(100) }))
        .max(100),
    }),
  ])
  .transform((answer) =>
    "options" in answer ? answer.options : answer.option_groups.flatMap((group) => group.options),
  );
export type Option = z.output<typeof suggested>;
export const overflow = z.strictObject({ type: z.literal("overflow"), ...choice, options: options(5) });
export const radioButtons = z.strictObject({
  type: z.literal("radio_buttons"),
  ...choice,
  options: options(10),
  initial_option: option.optional(),
});
export const checkboxes = z.strictObject({
  type: z.literal("checkboxes"),
  ...choice,
  options: options(10),
  initial_options: z.array(option).optional(),
});
export const conversationsSelect = z.strictObject({
  type: z.literal("conversations_select"),
  ...choice,
  placeholder: plain(150).optional(),
  initial_conversation: z.string().optional(),
  default_to_current_conversation: z.boolean().optional(),
  response_url_enabled: z.boolean().optional(),
  filter: z
    .strictObject({
      include: z
        .array(z.enum(["im", "mpim", "private", "public"]))
        .min(1)
        .optional(),
      exclude_external_shared_channels: z.boolean().optional(),
      exclude_bot_users: z.boolean().optional(),
    })
    .refine((filter) => Object.keys(filter).length > 0, "a filter needs a field")
    .optional(),
});
export const usersSelect = z.strictObject({
  type: z.literal("users_select"),
  ...choice,
  placeholder: plain(150).optional(),
  initial_user: z.string().optional(),
});
export const plainTextInput = z.strictObject({
  type: z.literal("plain_text_input"),
  ...typing,
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(3000).optional(),
  max_length: z.int().min(1).max(3000).optional(),
});
export const urlTextInput = z.strictObject({ type: z.literal("url_text_input"), ...typing });
export const fileInput = z.strictObject({
  type: z.literal("file_input"),
  action_id: actionId,
  filetypes: z.array(z.string().min(1)).min(1).optional(),
  max_files: z.int().min(1).max(10).optional(),
});
