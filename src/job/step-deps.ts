import type { Delivery, SlackAnswer } from "./delivery.ts";
import type { Failure } from "./failure.ts";
import type { AttemptKey } from "./ids.ts";
import type { Job } from "./job.ts";
import type { Media } from "./media.ts";
import type { WebhookHealth } from "./poll-plan.ts";
import type { RenderApi } from "./render-api.ts";
import type { AuditLine, JobStore, MediaLink } from "./store.ts";
import type { Waits } from "./waits.ts";

/** The addresses of one attempt: its token is in every URL, only hashes of it are stored. */
export interface AttemptAddresses {
  readonly key: AttemptKey;
  readonly links: readonly MediaLink[];
  readonly photoUrl: string;
  readonly speechUrl: string;
  readonly webhookUrl?: string;
}

export interface StepDeps {
  readonly store: JobStore;
  readonly renderApi: RenderApi;
  readonly delivery: Delivery;
  readonly media: Media;
  readonly mintAddresses: (job: Job, now: number) => AttemptAddresses;
  readonly waits: Waits;
  readonly now: () => number;
  /** AKOOL_MAX_CONCURRENT */
  readonly slots: number;
  readonly webhookHealth: WebhookHealth;
  /** Milliseconds that our last renders took. */
  readonly pastRenders: () => readonly number[];
  readonly noteRender: (ms: number, credits: number) => void;
  readonly webhooks: boolean;
  readonly log: { warn(fields: object, message: string): void };
}

/** Commits what a pure change makes of the present row, and audit lines with it. */
export type Save = (change: (current: Job) => Job, ...audit: AuditLine[]) => Promise<Job>;

export function saveTo(store: JobStore, job: Job): Save {
  return (change, ...audit) =>
    store.update(
      job.id,
      (current) => {
        const changed = change(current);
        return changed === current && audit.length === 0 ? undefined : { job: changed, audit };
      },
      { patient: true },
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
