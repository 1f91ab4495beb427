/** What the workspace is made of. */
import type { Block, ViewContent } from "./block-kit.ts";
import type { SlackFile } from "./file-room.ts";

export interface User {
  readonly id: string;
  readonly name: string;
  readonly isBot: boolean;
  /** Of their Slack: "en-US", "pt-BR". */
  readonly locale: string;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: "public" | "private" | "im";
  readonly members: Set<string>;
  /** The workspace of an organisation that it belongs to. */
  readonly teamId: string;
  archived: boolean;
  readonly messages: Message[];
}

export interface Message {
  readonly channel: string;
  readonly ts: string;
  readonly user: string;
  readonly byApp: boolean;
  readonly threadTs: string | undefined;
  readonly subtype: string | undefined;
  readonly clientMsgId: string | undefined;
  text: string;
  blocks: Block[];
  files: SlackFile[];
  /** The message that this one forwards. */
  readonly forwards: Message | undefined;
  metadata: unknown;
  deleted: boolean;
  /** What the message said before each edit, oldest first. */
  readonly edits: { readonly text: string; readonly blocks: Block[]; readonly editedAt: number }[];
}

/** What one person alone sees. */
export interface Ephemeral {
  readonly channel: string;
  readonly ts: string;
  readonly user: string;
  readonly threadTs: string | undefined;
  readonly from: "app" | "slackbot";
  text: string;
  blocks: Block[];
  gone: boolean;
}

export interface View {
  readonly id: string;
  readonly user: string;
  content: ViewContent;
  hash: string;
  state: "open" | "submitted" | "closed";
}

export interface ResponseUrl {
  readonly url: string;
  readonly channel: string;
  readonly user: string;
  readonly expiresAt: number;
  readonly original: Message | Ephemeral | undefined;
  uses: number;
}

export interface WorkspaceEvents {
  message: [Message];
  edit: [Message];
  delete: [Message];
  ephemeral: [Ephemeral];
  file: [SlackFile, Message];
  view: [View];
  /** Fired with each of the others. */
  change: [];
}
