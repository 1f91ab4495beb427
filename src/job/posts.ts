import type { ChannelId, MessageTs, SlackFileId, UserId } from "./ids.ts";

/** What a job has posted in Slack, and what is still to be done to each post. */

export type JobMessage =
  /** Requests that are refused outright have only their notice. */
  | { readonly status: "none" }
  | { readonly status: "unposted" }
  /** `seenTs`: Slack has shown us the post before its answer came, or instead of it. */
  | { readonly status: "posting"; readonly seenTs?: MessageTs }
  | {
      readonly status: "posted";
      readonly ts: MessageTs;
      readonly shown: string;
      /** The moment whose minutes it tells. */
      readonly editedAt: number;
      readonly retryAt?: number;
      readonly tries: number;
      /** Slack would not show the photo in it. */
      readonly noThumbnail?: true;
      /** Slack refused the last edit: it is not tried again for another minute's sake. */
      readonly refused?: true;
    }
  /** The answer to the post was lost: it may be there, but it cannot be edited, and it is not posted again. */
  | { readonly status: "lost" };

/** A new post that mentions the person, at most once in the thread; where that is impossible, privately. */
export interface Notice {
  readonly kind:
    | "failed"
    | "slow"
    | "overdue"
    | "asking"
    | "choosing"
    | "undeliverable"
    | "deciding"
    | "ended"
    | "not_removed";
  readonly stage: "todo" | "sending" | "private";
  readonly tries: number;
  readonly retryAt?: number;
}

/** The post with the video, or with its link. Every call about it may be repeated: edits and removals are. */
export interface Finish {
  /** Unknown where Slack has not shown us the post. */
  readonly ts?: MessageTs;
  /**
   * `bare`: it is to get its buttons. `dressed`: it has them. `plain`: it cannot have any, and the job message has
   * them instead. `removing`: somebody wants it gone.
   */
  readonly stage: "bare" | "dressed" | "plain" | "removing" | "removed";
  readonly tries: number;
  readonly retryAt?: number;
  /** Who wants it gone. */
  readonly removedBy?: UserId;
  /** Slack's own words for why it stays. */
  readonly refusal?: string;
}

/** Where the video is shown first. Every call about the post may be repeated: it is edited, and its file deleted. */
export interface Preview {
  /** The direct message; noted before anything is sent there. */
  readonly channelId?: ChannelId;
  readonly fileId?: SlackFileId;
  /** Unknown where Slack has not shown us the post. */
  readonly ts?: MessageTs;
  /** What the post says, see `previewSays`; absent: what it was shared with, without buttons. */
  readonly says?: string;
  /** Slack does not let it be edited: the job message has the buttons instead. */
  readonly closed?: true;
  /** "Post it": from then on the video goes to the place asked for. */
  readonly approved?: true;
  readonly tries: number;
  readonly retryAt?: number;
}
