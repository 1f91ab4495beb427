/** What the sandbox page shows, as its server tells it: all of it, whole, at every change. */
import type { Block, ViewContent } from "../slack/block-kit.ts";
import type { Switches } from "./switches.ts";

export interface Snapshot {
  /** Who is looking. */
  readonly me: string;
  /** Everybody, the app among them; last Slackbot, which counts as an app. */
  readonly people: readonly PagePerson[];
  /** Those this person is in; the one with the app is of kind `im`. */
  readonly conversations: readonly PageConversation[];
  /** Forms of the app's that are open for this person; the last is on top. */
  readonly forms: readonly PageView[];
  /** The Home tab, once the app has shown one. */
  readonly home: PageView | null;
  readonly backstage: Backstage;
}

export interface PagePerson {
  readonly id: string;
  readonly name: string;
  /** "en-US", "de-DE". */
  readonly locale: string;
  readonly isApp: boolean;
}

export interface PageConversation {
  readonly id: string;
  readonly name: string;
  readonly kind: "public" | "private" | "im";
  readonly appIsIn: boolean;
  /** By `ts`, threads' replies and what only this person sees among them; none that is deleted. */
  readonly messages: readonly PageMessage[];
}

export interface PageMessage {
  readonly ts: string;
  readonly user: string;
  /** The root's `ts`, for a reply. */
  readonly threadTs: string | null;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly files: readonly PageFile[];
  readonly edited: boolean;
  /** Ephemeral. */
  readonly onlyYou: boolean;
  readonly forwards: Pick<PageMessage, "user" | "text" | "files"> | null;
}

export interface PageFile {
  readonly id: string;
  readonly name: string;
  readonly mimetype: string;
  readonly bytes: number;
  /** Of this page's server; takes ranges. A block's `slack_file: { id }` is at `/files/<id>`, too. */
  readonly url: string;
  /** Recorded in Slack's own composer. */
  readonly isClip: boolean;
}

export interface PageView {
  readonly id: string;
  /** Changes with the content. */
  readonly hash: string;
  readonly content: ViewContent;
}

/** The other side. */
export interface Backstage {
  readonly app: "starting" | "running" | "stopped";
  /** In the order in which they began, the newest last; a few hundred at most. */
  readonly calls: readonly PageCall[];
  /** Newest first. */
  readonly jobs: readonly PageJob[];
  readonly switches: Switches;
  /** AKOOL's, of the stand-in's account. */
  readonly credit: number;
}

export type Party = "Slack" | "app" | "AKOOL";

export interface PageCall {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly from: Party;
  readonly to: Party;
  /** "chat.postMessage", "POST /api/open/v3/talkingphoto/create", "webhook", "slash command". */
  readonly what: string;
  /** "ok", "200", "ratelimited", "no answer"; empty while it is on its way. */
  readonly outcome: string;
  readonly isTrouble: boolean;
  /** Null while it is on its way, and where it is not known. */
  readonly tookMs: number | null;
}

export interface PageJob {
  readonly id: string;
  readonly requester: string;
  /** The states it was seen in, oldest first; the last is the present one. */
  readonly states: readonly { readonly state: string; readonly at: number }[];
  readonly isOver: boolean;
}
