/**
 * The ids that travel through the program, branded so that one kind cannot pass for another.
 * They are made where the outside world is parsed, by a cast at that boundary, and nowhere else.
 */
export type JobId = string & { readonly brand: "JobId" };
/** AKOOL's `_id`: 24 hex digits in practice; treated as opaque. */
export type RenderId = string & { readonly brand: "RenderId" };
/** Slack's team id, `T…`. */
export type WorkspaceId = string & { readonly brand: "WorkspaceId" };
/** Under whose token a workspace is served: its own team id, or the enterprise id (`E…`) of an org-wide install. */
export type InstallationId = string & { readonly brand: "InstallationId" };
/** `U…` or `W…` */
export type UserId = string & { readonly brand: "UserId" };
/** `C…`, `G…` or `D…` */
export type ChannelId = string & { readonly brand: "ChannelId" };
/** `F…` */
export type SlackFileId = string & { readonly brand: "SlackFileId" };
/** A Slack message's `ts`, its id within one channel: "1700000000.000100". */
export type MessageTs = string & { readonly brand: "MessageTs" };
/** SHA-256 of an attempt token, hex. The token itself is only ever in URLs and memory. */
export type AttemptKey = string & { readonly brand: "AttemptKey" };
/** AKOOL's id of a speech, with `v3:` before it where it is the old API's: opaque outside `akool/`. */
export type SpeechId = string & { readonly brand: "SpeechId" };
