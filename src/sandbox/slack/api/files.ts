import { z } from "zod";
import { parseBlocks } from "../block-kit.ts";
import { malformed, Refusal } from "../refusal.ts";
import { json, type Method, method, timestamp, type World, wholeNumber } from "./method.ts";
import { getPostable } from "./post-target.ts";

const getUploadUrl = method({
  name: "files.getUploadURLExternal",
  takesJson: false,
  scope: "files:write",
  args: z.object({
    filename: z.string().min(1),
    length: wholeNumber,
    alt_txt: z.string().max(1000).optional(),
    alt_text: z.string().max(1000).optional(),
    snippet_type: z.string().optional(),
  }),
  run({ filename, length, alt_txt, alt_text }, { uploads }) {
    if (length <= 0) throw malformed("missing_argument", ["length must be more than 0"]);
    const { url, fileId } = uploads.open({ filename, length, altText: alt_txt ?? alt_text });
    return { upload_url: url, file_id: fileId };
  },
});

const completeUpload = method({
  name: "files.completeUploadExternal",
  scope: "files:write",
  args: z.object({
    files: json.pipe(z.array(z.strictObject({ id: z.string().min(1), title: z.string().optional() })).min(1)),
    channel_id: z.string().min(1).optional(),
    channels: z.string().min(1).optional(),
    thread_ts: timestamp.optional(),
    initial_comment: z.string().optional(),
    blocks: json.optional(),
  }),
  run({ files: wanted, channel_id, channels, thread_ts, initial_comment, blocks }, world) {
    const channelId = channel_id ?? channels;
    if (thread_ts && !channelId) throw malformed("invalid_arguments", ["thread_ts needs channel_id"]);
    let place: Parameters<World["uploads"]["complete"]>[1];
    if (channelId) {
      // Unlike chat.postMessage: no user ids, and no posting into a public channel from outside.
      const channel = getPostable(world, channelId, { forFiles: true });
      place = {
        channel,
        threadTs: world.workspace.getThread(channel, thread_ts),
        text: initial_comment ?? "",
        blocks: blocks !== undefined && initial_comment === undefined ? parseBlocks(blocks) : [],
      };
    }
    const files = world.uploads.complete(wanted, place);
    return {
      files: files.map((file) => ({
        ...world.files.wire(file, { scanned: false }),
        shares: {},
        channels: [],
        groups: [],
        ims: [],
      })),
    };
  },
});

const info = method({
  name: "files.info",
  takesJson: false,
  scope: "files:read",
  args: z.object({
    file: z.string().min(1),
    count: wholeNumber.optional(),
    page: wholeNumber.optional(),
    cursor: z.string().optional(),
    limit: wholeNumber.optional(),
  }),
  run({ file: id }, { files }) {
    const file = files.files.get(id);
    if (!file || !files.canBotRead(file)) throw new Refusal("file_not_found");
    if (file.deleted) throw new Refusal("file_deleted");
    return {
      file: files.wireWithShares(file),
      comments: [],
      response_metadata: { next_cursor: "" },
    };
  },
});

const remove = method({
  name: "files.delete",
  scope: "files:write",
  args: z.object({ file: z.string().min(1) }),
  run({ file: id }, { files, workspace }) {
    const file = files.files.get(id);
    if (!file || !files.canBotRead(file)) throw new Refusal("file_not_found");
    if (file.deleted) throw new Refusal("file_deleted");
    if (file.user !== workspace.settings.botUserId) throw new Refusal("cant_delete_file");
    file.deleted = true;
    return {};
  },
});

export const fileMethods: readonly Method[] = [getUploadUrl, completeUpload, info, remove];
