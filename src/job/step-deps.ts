import type { Delivery, SlackAnswer } from "./delivery.ts";
import type { Failure } from "./failure.ts";
import type { AttemptKey } from "./ids.ts";
import type { Job } from "./job.ts";
import type { Media } from "./media.ts";
import type { WebhookHealth } from "./poll-plan.ts";
import type { RenderApi } from "./render-api.ts";
import type { ChosenVoice } from "./request.ts";
import type { SpeechApi } from "./speech-api.ts";
import type { AuditLine, JobStore, Look, MediaLink } from "./store.ts";
import type { Waits } from "./waits.ts";

/** The addresses of one attempt: a secret of its own is in every URL; of those that lead here, hashes are stored. */
export interface AttemptAddresses {
  readonly key: AttemptKey;
  readonly links: readonly MediaLink[];
  readonly photoUrl: string;
  readonly speechUrl: string;
  readonly webhookUrl?: string;
}

/** How words become speech. */
export interface Speech {
  readonly api: SpeechApi;
  /** By the person's habit, else the channel's, else by the language of the words. Undefined: no voice can be had now. Never throws. */
  chooseVoice(job: Job, signal: AbortSignal): Promise<ChosenVoice | undefined>;
  /** The same for the same words in the same voice in one installation. */
  keyOf(job: Job, text: string, voice: ChosenVoice): string;
}

export interface StepDeps {
  readonly store: JobStore;
  readonly renderApi: RenderApi;
  readonly delivery: Delivery;
  readonly media: Media;
  readonly speech: Speech;
  /** Fresh ones for each attempt. Makes no call to anybody. */
  readonly mintAddresses: (job: Job, now: number) => Promise<AttemptAddresses>;
  /** For a call that needs no media. */
  readonly mintCallback: () => Pick<AttemptAddresses, "key" | "webhookUrl">;
  readonly waits: Waits;
  readonly now: () => number;
  /** AKOOL_MAX_CONCURRENT */
  readonly slots: number;
  readonly webhookHealth: WebhookHealth;
  /** Milliseconds that our last renders took. */
  readonly pastRenders: () => readonly number[];
  readonly noteRender: (ms: number, credits: number) => void;
  readonly noteSpeech: (credits: number) => void;
  readonly webhooks: boolean;
  readonly log: { warn(fields: object, message: string): void };
}

/** Commits what a pure change makes of the present row, and audit lines with it. */
export interface Save {
  (change: (current: Job) => Job, ...audit: AuditLine[]): Promise<Job>;
  /**
   * Commits what only the holder of the job may say: the intent to do something that must not happen twice, or that
   * nobody waits for its answer any more. @throws LeaseLostError
   */
  intent(change: (current: Job) => Job, ...audit: AuditLine[]): Promise<Job>;
}

export function saveTo(store: JobStore, job: Job): Save {
  const commit = (change: (current: Job) => Job, audit: readonly AuditLine[], look: Look) =>
    store.update(
      job.id,
      (current) => {
        const changed = change(current);
        return changed === current && audit.length === 0 ? undefined : { job: changed, audit };
      },
      look,
    );
  return Object.assign(
    (change: (current: Job) => Job, ...audit: AuditLine[]) => commit(change, audit, { patient: true }),
    {
      intent: (change: (current: Job) => Job, ...audit: AuditLine[]) =>
        commit(change, audit, { patient: true, intent: true }),
    },
  );
}

const CHANNEL_CLOSED: ReadonlySet<string> = new Set([
  "not_in_channel",
  "channel_not_found",
  "method_not_supported_for_channel_type",
]);
const CONNECTION_GONE: ReadonlySet<string> = new Set([
  "token_revoked",
  "invalid_auth",
  "account_inactive",
  "not_authed",
  "token_expired",
  "org_login_required",
]);

/** Slack's definite no, in our words. */
export function cannotPost(code: string): Failure {
  if (CHANNEL_CLOSED.has(code)) return { reason: "not_in_channel", code };
  if (CONNECTION_GONE.has(code)) return { reason: "slack_connection_revoked", code };
  return { reason: "cannot_post", code };
}

export function retryAfter(answer: SlackAnswer): number | undefined {
  return answer.type === "busy" ? answer.retryAfterMs : undefined;
}

export function audit(effect: AuditLine["effect"], attempt: number, answer: SlackAnswer): AuditLine {
  return { effect, attempt, outcome: answer.type === "refused" ? `refused: ${answer.code}` : answer.type };
}
