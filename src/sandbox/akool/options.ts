import type { CallRecord } from "./call-log.ts";

/**
 * How often a finished render's, or speech's, webhook is sent. Several go out at the same time. `early`: the render is done
 * and its webhook answered before the create call is. `late`: `lateWebhookMs` after the render is done.
 * `early_without_url_then_with`: first a completion without its URL, then the real one, as seen live.
 * `forged`: first one of a failure by somebody who does not know the secret, then the real one.
 */
export type WebhookMode =
  | "once"
  | "twice"
  | "ten"
  | "never"
  | "early"
  | "late"
  | "early_without_url_then_with"
  | "forged"
  | number;

export interface AkoolOptions {
  /** 32 characters. The API key is the client secret. */
  readonly apiKey?: string;
  /** 24 characters ending in `==`. */
  readonly clientId?: string;
  /** What webhooks are encrypted with; the API key unless a test wants them to differ. */
  readonly clientSecret?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** From create to done, when renders finish by themselves. Default 0.2. */
  readonly renderSeconds?: number;
  /** How renders end by themselves. `done_without_url`: their URL comes `urlLateSeconds` later. Default `done`. */
  readonly renderEnd?: "done" | "done_without_url" | "failed";
  /** Default 4. */
  readonly urlLateSeconds?: number;
  /** Default true; with false a test finishes each render by hand. */
  readonly autoFinish?: boolean;
  /** Default true; with false a test finishes each speech by hand. Renders have `autoFinish`. */
  readonly autoSpeak?: boolean;
  /** From order to done, when speeches finish by themselves. Default 0.1. */
  readonly speechSeconds?: number;
  /** Whether the old API's speeches are done within the call, as in its documented answer. Default true. */
  readonly oldSpeechAtOnce?: boolean;
  /** Whether the account has v4 speech and voices; with false they are answered 404, as for a path that is not there. Default true. */
  readonly voiceLab?: boolean;
  /**
   * `real` makes the photo talk, speaks text and finds faces, in threads; `tiny`, the default, serves a canned mp4 of
   * 2 kB at once, buzzes, and has one face in the middle of every picture.
   */
  readonly renderer?: "real" | "tiny";
  /** The account's balance. Default 1000. */
  readonly credit?: number;
  /** `host:port` in result URLs, when it is not the stand-in's own. */
  readonly resultHost?: string;
  readonly webhookMode?: WebhookMode;
  /** Deliveries of one webhook until a plain 200. Default 5. */
  readonly webhookTries?: number;
  readonly webhookSpacingMs?: number;
  readonly lateWebhookMs?: number;
  /** HTTP status of codes 1101 and 1102, which is not documented. Default 200. */
  readonly authStatus?: 200 | 401;
  /** Serves this many made-up bytes, paced, as every result: a film with a head and no pictures. */
  readonly bigResult?: { readonly bytes: number; readonly bytesPerSecond: number };
  /** Called at each phase of each call; whoever kills the app from here chooses the exact point. */
  readonly onCall?: (call: CallRecord) => void | Promise<void>;
}

type Changeable = "renderSeconds" | "renderEnd" | "webhookMode";
/** What may be changed while it runs; holds for what ends from then on. */
export type Changes = { -readonly [Name in Changeable]: Required<AkoolOptions>[Name] };

export type Settings = Required<
  Omit<AkoolOptions, "port" | "bigResult" | "resultHost" | "onCall" | Changeable>
> &
  Changes &
  Pick<AkoolOptions, "bigResult" | "resultHost">;

export function settle(options: AkoolOptions): Settings {
  const apiKey = options.apiKey ?? "sandbox-akool-key-0123456789abcd";
  return {
    apiKey,
    // With + and /, which sort differently under anything but code units.
    clientId: options.clientId ?? "c2FuZGJv+C/jbGllbnRpZA==",
    clientSecret: options.clientSecret ?? apiKey,
    renderSeconds: options.renderSeconds ?? 0.2,
    renderEnd: options.renderEnd ?? "done",
    urlLateSeconds: options.urlLateSeconds ?? 4,
    autoFinish: options.autoFinish ?? true,
    autoSpeak: options.autoSpeak ?? true,
    speechSeconds: options.speechSeconds ?? 0.1,
    oldSpeechAtOnce: options.oldSpeechAtOnce ?? true,
    voiceLab: options.voiceLab ?? true,
    renderer: options.renderer ?? "tiny",
    credit: options.credit ?? 1000,
    webhookMode: options.webhookMode ?? "once",
    webhookTries: options.webhookTries ?? 5,
    webhookSpacingMs: options.webhookSpacingMs ?? 50,
    lateWebhookMs: options.lateWebhookMs ?? 1000,
    authStatus: options.authStatus ?? 200,
    ...(options.bigResult && { bigResult: options.bigResult }),
    ...(options.resultHost && { resultHost: options.resultHost }),
  };
}

/** Webhooks of one finished render. */
export function countOf(mode: WebhookMode): number {
  if (typeof mode === "number") return mode;
  if (mode === "never") return 0;
  if (mode === "twice") return 2;
  return mode === "ten" ? 10 : 1;
}
