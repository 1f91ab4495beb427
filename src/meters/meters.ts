import { failureReasons } from "../job/failure-text.ts";
import { createCounter, createHistogram, type Meter } from "./tally.ts";

/** Seconds. Slack gives up on an ack after 3. */
const ACK_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3];
const STEP_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];
const RENDER_BUCKETS = [15, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600];

export const WEBHOOK_OUTCOMES = [
  "stored",
  "unknown",
  "malformed",
  "unauthentic",
  "too_large",
  "foreign",
] as const;
export type WebhookOutcome = (typeof WEBHOOK_OUTCOMES)[number];

const CALL_OUTCOMES = ["ok", "refused", "busy", "not_sent", "unclear"] as const;

export type Meters = ReturnType<typeof createMeters>;

/**
 * What this process counts, from its start on. Labels take few values, known beforehand: never an id, a path or
 * a text from outside. Series that an alert compares over time exist from the start, at 0.
 */
export function createMeters() {
  const httpRequests = createCounter(
    "http_requests_total",
    "Requests answered, by route and status; what is no route of ours is other",
    ["route", "status"],
  );
  const slackAck = createHistogram(
    "slack_ack_seconds",
    "From a signed request of Slack's to its 200",
    ACK_BUCKETS,
  );
  const accepted = createCounter("requests_accepted_total", "Requests saved and taken on, by door", ["door"]);
  const deliveries = createCounter("deliveries_total", "Videos posted, as what", ["as"]);
  const failures = createCounter("failures_total", "Requests that ended without a video, by reason", [
    "reason",
  ]);
  const steps = createHistogram("step_seconds", "One step of a job, by name", STEP_BUCKETS, ["step"]);
  const slackCalls = createCounter("slack_calls_total", "Calls to Slack, by method and outcome", [
    "method",
    "outcome",
  ]);
  const akoolCalls = createCounter("akool_calls_total", "Calls to AKOOL, by endpoint and outcome", [
    "endpoint",
    "outcome",
  ]);
  const webhooks = createCounter("webhooks_total", "Requests to AKOOL's webhook address, by outcome", [
    "outcome",
  ]);
  const renders = createHistogram("render_seconds", "From the order to the finished render", RENDER_BUCKETS);
  const credits = createCounter(
    "credits_used_total",
    "Credits that AKOOL names (deduction_lock_duration) for renders that were seen to finish",
  );

  for (const door of ["command", "form", "share"]) accepted.add([door], 0);
  for (const as of ["video", "link"]) deliveries.add([as], 0);
  for (const reason of failureReasons()) failures.add([reason], 0);
  for (const outcome of WEBHOOK_OUTCOMES) webhooks.add([outcome], 0);
  for (const outcome of CALL_OUTCOMES) {
    for (const endpoint of ["create", "info", "speak", "speech"]) akoolCalls.add([endpoint, outcome], 0);
    for (const method of ["chat.postMessage", "files.completeUploadExternal", "upload"])
      slackCalls.add([method, outcome], 0);
  }
  const all: readonly Meter[] = [
    httpRequests,
    slackAck,
    accepted,
    deliveries,
    failures,
    steps,
    slackCalls,
    akoolCalls,
    webhooks,
    renders,
    credits,
  ];
  return {
    all,
    httpRequests,
    slackAck,
    accepted,
    deliveries,
    failures,
    steps,
    slackCalls,
    akoolCalls,
    webhooks,
    renders,
    credits,
  };
}
