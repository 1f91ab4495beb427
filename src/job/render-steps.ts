import { renderLooked } from "./deliver-transitions.ts";
import type { Job } from "./job.ts";
import { logFields } from "./log-fields.ts";
import { slowAfterMs } from "./past-renders.ts";
import { nextLook } from "./poll-plan.ts";
import { slowNoticed } from "./slow.ts";
import type { Save, StepDeps } from "./step-deps.ts";
import type { AuditLine } from "./store.ts";
import * as to from "./transitions.ts";

/** Steps that talk to AKOOL: the one paid call, and the free looks at what became of it. */

export async function create(job: Job, deps: StepDeps, save: Save, signal: AbortSignal): Promise<Job> {
  const { store, waits, now } = deps;
  const addresses = await deps.mintAddresses(job, now());
  const intended = await store.update(
    job.id,
    (current, view) => {
      const next = to.createIntended(current, addresses.key, { ...view, slots: deps.slots }, now(), waits);
      if (next.state.status !== "creating" || next.state.attempt.key !== addresses.key) return { job: next };
      return {
        job: next,
        attempt: { key: addresses.key, number: next.state.attempt.number, links: addresses.links },
      };
    },
    { line: true, intent: true },
  );
  if (intended.state.status !== "creating" || intended.state.attempt.key !== addresses.key) return intended;
  const { resolution, gesturePrompt } = job.request;
  const answer = await deps.renderApi.createRender(
    {
      photoUrl: addresses.photoUrl,
      speechUrl: addresses.speechUrl,
      resolution,
      ...(gesturePrompt === undefined ? {} : { gesturePrompt }),
      ...(addresses.webhookUrl === undefined ? {} : { webhookUrl: addresses.webhookUrl }),
    },
    signal,
  );
  if (answer.type === "unclear" || answer.type === "not_sent")
    deps.log.warn({ ...logFields(intended), err: answer.error }, `create: ${answer.type}`);
  const firstLook = nextLook(0, deps.pastRenders(), deps.webhookHealth.reliable(), false, waits);
  const outcome =
    answer.type === "refused"
      ? `refused: ${answer.code}`
      : answer.type === "created"
        ? `created: ${answer.renderId}`
        : answer.type;
  const line: AuditLine = { effect: "create", attempt: intended.state.attempt.number, outcome };
  const learned = (current: Job) =>
    to.createAnswered(current, addresses.key, answer, now(), waits, firstLook);
  if (answer.type !== "created") return save(learned, line);
  // The render id and the end of the intent in one transaction: a paid render's id is never half known.
  return store.update(
    job.id,
    (current) => ({
      job: learned(current),
      audit: [line],
      render: { key: addresses.key, renderId: answer.renderId },
    }),
    { patient: true },
  );
}

export async function look(job: Job, deps: StepDeps, save: Save, signal: AbortSignal): Promise<Job> {
  if (job.state.status !== "rendering") return job;
  const { state } = job;
  const update = await deps.renderApi.readRender(state.renderId, signal);
  const age = deps.now() - state.attempt.startedAt;
  if (update.type === "succeeded" && !state.afterAll) {
    deps.noteRender(age, update.credits ?? 0);
    if (deps.webhooks && !state.webhookSeen) deps.webhookHealth.missed();
  }
  const next = nextLook(age, deps.pastRenders(), deps.webhookHealth.reliable(), state.overdue, deps.waits);
  const slowAfter =
    update.type === "pending" && !state.afterAll ? slowAfterMs(deps.pastRenders()) : undefined;
  return save((current) => {
    const looked = renderLooked(current, update, deps.now(), deps.waits, next);
    return slowNoticed(looked, slowAfter, deps.now());
  });
}
