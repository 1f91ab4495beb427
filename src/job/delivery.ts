import type { ChannelId, MessageTs, SlackFileId } from "./ids.ts";
import type { Job } from "./job.ts";

/**
 * What one call to Slack came to. `refused` is Slack's own definite no, with its error code; `busy` and
 * `not_sent` are certain to have changed nothing; after `unclear` the effect may or may not be there.
 */
export type SlackAnswer<T = unknown> =
  | ({ readonly type: "ok" } & T)
  | { readonly type: "refused"; readonly code: string }
  | { readonly type: "busy"; readonly retryAfterMs: number }
  | { readonly type: "not_sent"; readonly error: Error }
  | { readonly type: "unclear"; readonly error: Error };

/**
 * Everything the app says or posts in Slack. Each method makes its call at most once (an edit may be made again
 * without the thumbnail) and never throws.
 */
export interface Delivery {
  /** The job's one message, posted as `shownBy(job)` describes it; `at` is the moment whose time it tells. */
  postJobMessage(job: Job, at: number): Promise<SlackAnswer<{ ts: MessageTs }>>;
  /** Repeatable: the last text wins. `withoutThumbnail`: Slack took it only without the photo. */
  editJobMessage(
    job: Job,
    ts: MessageTs,
    at: number,
  ): Promise<SlackAnswer<{ readonly withoutThumbnail?: true }>>;
  /** A new post in the job's thread that mentions the requester. */
  postNotice(job: Job): Promise<SlackAnswer>;
  /** The same words to the requester alone: answer to the command, else ephemeral, else a direct message. */
  tellPrivately(job: Job): Promise<SlackAnswer>;
  /** The requester's direct message with the app, opened where there is none yet. Repeatable. */
  openDirect(job: Job): Promise<SlackAnswer<{ channelId: ChannelId }>>;
  /** A ticket for one upload; harmless to repeat. */
  openUpload(job: Job, sizeBytes: number): Promise<SlackAnswer<{ fileId: SlackFileId; uploadUrl: string }>>;
  /** Makes the uploaded file visible where `shownWhere` says. Answers before the share exists. */
  shareFile(job: Job, fileId: SlackFileId): Promise<SlackAnswer>;
  /** Whether the file is visible where it should be, by Slack's own record. Repeatable. */
  findShare(job: Job, fileId: SlackFileId): Promise<SlackAnswer<{ sharedAs?: MessageTs }>>;
  /** The last resort: a post with the file's link. */
  postLink(job: Job, fileId: SlackFileId): Promise<SlackAnswer<{ ts: MessageTs }>>;
  /** Gives the post with the video its buttons. Repeatable: an edit to the same. */
  dressFinish(job: Job, ts: MessageTs): Promise<SlackAnswer>;
  /** Deletes the file and the post with it. Repeatable: what is gone already counts as deleted. */
  removeFinish(job: Job, fileId: SlackFileId, ts: MessageTs | undefined): Promise<SlackAnswer>;
  /**
   * Makes the post in the direct message say what `previewSays` names, with its buttons; thrown away, its file goes
   * first. Repeatable.
   */
  editPreview(job: Job): Promise<SlackAnswer>;
}
