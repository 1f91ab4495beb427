import type { IncomingMessage, ServerResponse } from "node:http";
import { BodyTooLargeError, readBody } from "../http/read-body.ts";
import type { AttemptKey } from "../job/ids.ts";
import { logFields } from "../job/log-fields.ts";
import type { WebhookHealth } from "../job/poll-plan.ts";
import type { JobStore } from "../job/store.ts";
import { webhookArrived } from "../job/transitions.ts";
import { parseWebhook, WebhookError, type WebhookFact } from "./webhook.ts";

const MAX_BODY_BYTES = 64 * 1024;

export interface WebhookRouteDeps {
  readonly store: JobStore;
  readonly credentials: { readonly clientId: string; readonly clientSecret: string };
  readonly health: WebhookHealth;
  /** Attempt tokens are stored as hashes only. */
  readonly keyOf: (token: string) => AttemptKey;
  /** Once for each request, with what became of it. */
  readonly count: (
    outcome: "stored" | "unknown" | "malformed" | "unauthentic" | "too_large" | "foreign",
  ) => void;
  readonly now: () => number;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/**
 * `POST /akool/webhook/<attempt token>`. AKOOL's signature holds no secret, so the content is a hint: it is
 * stored, answered 200 (anything else makes AKOOL send it again), and the render is read back through the API.
 */
export function createWebhookRoute({ store, credentials, health, keyOf, count, now, log }: WebhookRouteDeps) {
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    params: Readonly<Record<string, string>>,
  ): Promise<void> => {
    const end = (status: number, body = "") => {
      response
        .writeHead(status, { "content-type": "application/json", "content-length": body.length })
        .end(body);
    };
    const key = keyOf(params.token ?? "");
    const attempt = await store.findAttempt(key);
    if (!attempt) {
      count("unknown");
      request.resume();
      return end(404);
    }
    let fact: WebhookFact;
    try {
      fact = parseWebhook(await readBody(request, MAX_BODY_BYTES), credentials);
    } catch (error) {
      if (!(error instanceof BodyTooLargeError) && !(error instanceof WebhookError)) throw error;
      const outcome = error instanceof WebhookError ? error.kind : "too_large";
      const status = { malformed: 400, unauthentic: 401, too_large: 413 }[outcome];
      count(outcome);
      const job = await store.find(attempt.jobId);
      log.warn({ ...(job && logFields(job)), status, err: error }, "a webhook was refused");
      return end(status);
    }
    const news = fact.status === "pending" ? "under_way" : "over";
    let foreign = false;
    const job = await store.update(
      attempt.jobId,
      (current, view) => {
        const owned = view.renderOwner !== undefined && view.renderOwner !== key;
        // Still unsettled although a render was named before: AKOOL did not know that one.
        const open = current.state.status === "unsettled" || current.state.status === "asking";
        const other = attempt.renderId !== undefined && attempt.renderId !== fact.renderId;
        foreign = owned || (other && !open);
        const next = foreign ? current : webhookArrived(current, key, fact.renderId, news, now());
        return next === current ? undefined : { job: next, render: { key, renderId: fact.renderId } };
      },
      { renderId: fact.renderId },
    );
    count(foreign ? "foreign" : "stored");
    if (foreign) {
      log.warn(logFields(job), "a webhook named another job's render");
      return end(400);
    }
    health.arrived();
    log.info({ ...logFields(job), renderStatus: fact.status, hasUrl: fact.hasUrl }, "webhook stored");
    end(200, "{}");
  };
}
