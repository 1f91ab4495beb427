import { z } from "zod";
import type { ChannelId, JobId, MessageTs, UserId, WorkspaceId } from "../../job/ids.ts";

/**
 * What Slack sends, down to the fields this app reads; everything else passes. The shapes follow recorded
 * payloads: Bolt's own types lack fields that really come and promise some that do not.
 */

const workspaceId = z
  .string()
  .min(1)
  .transform((id) => id as WorkspaceId);
const userId = z
  .string()
  .min(1)
  .transform((id) => id as UserId);
const channelId = z
  .string()
  .min(1)
  .transform((id) => id as ChannelId);
const messageTs = z
  .string()
  .regex(/^\d+\.\d+$/)
  .transform((ts) => ts as MessageTs);

/** Slack leaves a field out, or sends null for it, as it pleases. */
function maybe<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

/** Form-encoded body of a slash command. Source: docs.slack.dev, "Slash commands", and Bolt's types/command. */
export const commandBody = z.object({
  team_id: workspaceId,
  channel_id: channelId,
  user_id: userId,
  command: z.string(),
  text: z.string().default(""),
  trigger_id: z.string().min(1),
  response_url: z.url().optional(),
});
export type CommandBody = z.output<typeof commandBody>;

/** A file as it stands in messages and forms. Labels are hints only: `mimetype` may be empty or wrong. */
export const slackFile = z.object({
  id: z.string().min(1),
  name: text,
  mode: maybe(z.string()),
  subtype: maybe(z.string()),
  mimetype: text,
  filetype: text,
  size: maybe(z.number()),
  url_private_download: maybe(z.string()),
  url_private: maybe(z.string()),
  is_external: maybe(z.boolean()),
  external_type: maybe(z.string()),
});
export type SlackFile = z.output<typeof slackFile>;

/**
 * Beside a post: a message that it forwards (`is_share`), whose files are all here, or the preview of a link.
 * Whatever another app has put there is passed over.
 */
const attachment = z.object({
  files: maybe(z.array(slackFile)).transform((files) => files ?? []),
  /** The picture of a link's preview. */
  image_url: maybe(z.string()),
});
const attachments = z
  .array(attachment.catch({ files: [], image_url: undefined }))
  .nullish()
  .catch(undefined)
  .transform((list) => list ?? []);

/** In an org-wide install Slack may leave the workspace out: then the person's own stands for it, or the organisation. */
const whose = {
  team: maybe(z.object({ id: workspaceId })),
  enterprise: maybe(z.object({ id: workspaceId })),
  user: z.object({ id: userId, team_id: maybe(workspaceId) }),
};

/** Puts `workspaceId` beside what is there; a payload that names no workspace at all is none of Slack's. */
function withWorkspaceId<T>(body: T, context: z.RefinementCtx, ...ids: (WorkspaceId | undefined)[]) {
  const found = ids.find((id) => id !== undefined);
  if (found !== undefined) return { ...body, workspaceId: found };
  context.addIssue({ code: "custom", message: "no workspace" });
  return z.NEVER;
}

function interaction<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object({ ...whose, ...shape }).transform((body, context) => {
    const { team, enterprise, user } = body as z.output<z.ZodObject<typeof whose>>;
    return withWorkspaceId(body, context, team?.id, user.team_id, enterprise?.id);
  });
}

/** `event` of a message (any subtype) or an app_mention: the two come for one post, in either order. */
export const postedMessage = z.object({
  type: z.enum(["message", "app_mention"]),
  subtype: maybe(z.string()),
  channel: channelId,
  channel_type: maybe(z.string()),
  user: maybe(userId),
  bot_id: maybe(z.string()),
  text,
  ts: messageTs,
  thread_ts: maybe(messageTs),
  client_msg_id: maybe(z.string()),
  files: maybe(z.array(slackFile)).transform((files) => files ?? []),
  attachments,
});
export type PostedMessage = z.output<typeof postedMessage>;

/** The first message of a thread, as `conversations.replies` gives it. */
export const threadRoot = z.object({
  ts: messageTs,
  files: maybe(z.array(slackFile)).transform((files) => files ?? []),
  attachments,
});

/** Our own job message, come back as an event: its metadata says which job's it is. */
export const ownJobMessage = z.object({
  bot_id: z.string(),
  channel: channelId,
  ts: messageTs,
  metadata: z.object({
    event_type: z.literal("talkingphoto_job"),
    event_payload: z.object({ job_id: z.string().transform((id) => id as JobId) }),
  }),
});
export type OwnJobMessage = z.output<typeof ownJobMessage>;

export const eventBody = z
  .object({
    team_id: maybe(workspaceId),
    enterprise_id: maybe(workspaceId),
    authorizations: maybe(
      z.array(
        z.object({
          user_id: z.string(),
          is_bot: maybe(z.boolean()),
          team_id: maybe(workspaceId),
          enterprise_id: maybe(workspaceId),
        }),
      ),
    ),
  })
  .transform((body, context) => {
    const [own] = body.authorizations ?? [];
    const ids = [body.team_id, own?.team_id, body.enterprise_id, own?.enterprise_id];
    return withWorkspaceId(body, context, ...ids);
  });

/** `event` of app_home_opened: one of the app's own tabs is looked at. `view` is what its Home shows by now. */
export const homeOpened = z.object({
  user: userId,
  channel: channelId,
  tab: z.string(),
  view: maybe(z.object({ hash: maybe(z.string()), private_metadata: text })),
});

/** `block_actions` for the button that opens the form. */
export const startBody = interaction({ response_url: z.url().optional(), trigger_id: z.string().min(1) });

/** `block_actions` anywhere in the Home tab, down to what its own controls need. */
export const homePressed = interaction({
  view: z.object({ type: z.literal("home"), private_metadata: text }),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        value: maybe(z.string()),
        selected_option: maybe(z.object({ text: z.object({ text: z.string() }), value: z.string() })),
        selected_conversation: maybe(channelId),
        selected_options: maybe(z.array(z.object({ value: z.string() }))),
      }),
    )
    .min(1),
});

/** `block_actions` for one of our buttons. */
export const buttonBody = interaction({
  response_url: z.url().optional(),
  container: maybe(z.object({ thread_ts: maybe(messageTs) })),
  trigger_id: maybe(z.string()),
  actions: z
    .array(z.object({ action_id: z.string(), value: z.string().transform((id) => id as JobId) }))
    .min(1),
});

/** `message_action`: a shortcut chosen on one message. */
export const shortcutBody = interaction({
  channel: z.object({ id: channelId }),
  trigger_id: z.string().min(1),
  response_url: z.url().optional(),
  message: z.object({
    ts: messageTs,
    thread_ts: messageTs.optional(),
    text,
    files: z.array(slackFile).default([]),
    attachments,
  }),
});

/** `shortcut`: chosen from anywhere, so it names no channel and nowhere to answer privately. */
export const globalShortcutBody = interaction({ trigger_id: z.string().min(1) });

const choice = z.object({ selected_option: z.object({ value: z.string() }).nullish() });
const choices = z.object({ selected_options: z.array(z.object({ value: z.string() })).nullish() });
const option = z.object({ text: z.object({ text: z.string() }), value: z.string() });

/** `block_suggestion`: somebody types into the list of voices. */
export const searchBody = interaction({ value: text });

/** `block_actions` in the form: a voice was chosen, or taken away. */
export const voiceChosenBody = interaction({
  actions: z.array(z.object({ selected_option: option.nullish() })).min(1),
  view: z.object({ id: z.string().min(1), hash: maybe(z.string()), private_metadata: z.string() }),
});

/** `view_submission` of the form; a missing input is null, absent or an empty list. */
export const formBody = interaction({
  view: z.object({
    id: z.string().min(1),
    private_metadata: z.string(),
    state: z.object({
      values: z.object({
        "talkingphoto.photo": z
          .object({ "talkingphoto.photo_file": z.object({ files: z.array(slackFile).nullish() }) })
          .optional(),
        "talkingphoto.speech": z
          .object({ "talkingphoto.speech_file": z.object({ files: z.array(slackFile).nullish() }) })
          .optional(),
        "talkingphoto.words": z
          .object({ "talkingphoto.words_text": z.object({ value: z.string().nullish() }) })
          .optional(),
        "talkingphoto.voice": z
          .object({ "talkingphoto.voice": z.object({ selected_option: option.nullish() }) })
          .optional(),
        "talkingphoto.remember": z
          .object({
            "talkingphoto.remember_voice": choices,
          })
          .optional(),
        "talkingphoto.where": z
          .object({ "talkingphoto.where_choice": z.object({ selected_conversation: channelId.nullish() }) })
          .optional(),
        "talkingphoto.resolution": z.object({ "talkingphoto.resolution_choice": choice }).optional(),
        "talkingphoto.gesture": z.object({ "talkingphoto.gesture_choice": choice }).optional(),
        "talkingphoto.gesture_words": z
          .object({ "talkingphoto.gesture_text": z.object({ value: z.string().nullish() }) })
          .optional(),
        "talkingphoto.show_first": z.object({ "talkingphoto.show_first_choice": choices }).optional(),
      }),
    }),
  }),
});
export type FormBody = z.output<typeof formBody>;
