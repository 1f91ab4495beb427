/** A mistake somebody could make, and the test of the normal suite that would tell them. */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  /** Stands in `file` exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly caughtBy: { readonly file: string; readonly test: string };
}

const LIFE = { file: "test/job/life.test.ts", test: "unlucky histories" };

export const BUGS: readonly PlantedBug[] = [
  {
    name: "the create is repeated when its answer was unclear",
    file: "src/job/transitions.ts",
    find: `    case "unclear":
      return createLost(job, now, waits);`,
    replace: `    case "unclear":
      return retryLater({ ...job, state: backInLine(state.refusals) }, now, 1000);`,
    caughtBy: LIFE,
  },
  {
    name: "the create is repeated after a crash in the middle of it",
    file: "src/job/transitions.ts",
    find: `  if (state.status !== "creating") return job;
  const hinted = state.attempt.hintedRenderId;`,
    replace: `  if (state.status !== "creating") return job;
  const again = { prepared: state.prepared, queuedAt: now, attempts: state.attempt.number, refusals: 0 };
  if (now > 0) return advance(job, { status: "queued", ...again }, now, 1000);
  const hinted = state.attempt.hintedRenderId;`,
    caughtBy: LIFE,
  },
  {
    name: "the intent to create is not stored before the call",
    file: "src/job/run-step.ts",
    find: `      return renders.create(job, deps, save, signal);`,
    replace: `      await deps.renderApi.createRender({ photoUrl: "https://x/p", speechUrl: "https://x/s", resolution: "720", webhookUrl: "https://x/" + (await deps.mintAddresses(job, now())).key }, signal);
      return renders.create(job, deps, save, signal);`,
    caughtBy: LIFE,
  },
  {
    name: "nobody is asked before a second payment",
    file: "src/job/transitions.ts",
    find: `  return { ...asking, notice: newNotice("asking") };`,
    replace: `  return advance(asking, { status: "queued", prepared: state.prepared, queuedAt: now, attempts: state.attempt.number, refusals: 0 }, now);`,
    caughtBy: LIFE,
  },
  {
    name: "the same request again is made again",
    file: "src/job/transitions.ts",
    find: `  if (sameContent !== undefined && !job.evenIfRunning) {`,
    replace: `  if (sameContent !== undefined && job.evenIfRunning) {`,
    caughtBy: { file: "test/flow/same-request.test.ts", test: "another is made only on purpose" },
  },
  {
    name: "the job message is posted again when its answer was lost",
    file: "src/job/message-transitions.ts",
    find: `{ ...job, message: { status: "lost" }, dueAt:`,
    replace: `{ ...job, message: { status: "unposted" }, dueAt:`,
    caughtBy: { file: "test/flow/slack-trouble.test.ts", test: "the job message is not posted twice" },
  },
  {
    name: "a notice is posted again when its answer was lost",
    file: "src/job/message-steps.ts",
    find: `if (answer.type === "unclear") return to.noticeLost(current);`,
    replace: `if (answer.type === "unclear") return to.noticeLater(current, now(), 0, waits);`,
    caughtBy: LIFE,
  },
  {
    name: "a failure is told nobody",
    file: "src/job/moves.ts",
    find: `    notice: newNotice("failed"),`,
    replace: ``,
    caughtBy: { file: "test/flow/result.test.ts", test: "tells whoever asked" },
  },
  {
    name: "the share is asked for again as soon as its answer is unclear",
    file: "src/job/deliver-steps.ts",
    find: `    if (unclear) return deliver.shareCalled(current, answer.type === "ok", now(), waits);`,
    replace: `    if (unclear) return deliver.shareLater(current, now(), 0, waits);`,
    caughtBy: LIFE,
  },
  {
    name: "what is to be shown first is posted at once",
    file: "src/job/show-first.ts",
    find: `  return request.showFirst === true && preview?.approved !== true;`,
    replace: `  return request.showFirst === true && preview?.channelId !== undefined && preview.approved !== true;`,
    caughtBy: LIFE,
  },
  {
    name: "a new upload instead of the same file again",
    file: "src/job/deliver-transitions.ts",
    find: `  if (state.calls < SHARE_CALLS) return advance(job, { ...state, stage: "ready" }, now);`,
    replace: `  if (state.calls < SHARE_CALLS) return advance(job, { status: "rendered", render: state.render }, now);`,
    caughtBy: { file: "test/flow/delivery.test.ts", test: "asked for again with the same file" },
  },
  {
    name: "Slack's answer is taken for the share itself",
    file: "src/job/deliver-transitions.ts",
    find: `  if (job.state.status !== "sharing" || job.state.stage !== "calling") return job;`,
    replace: `  if (job.state.status !== "sharing" || job.state.stage !== "calling") return job;
  if (waits.sweep > 0) return delivered(job, "video", job.state.fileId, undefined, now);`,
    caughtBy: { file: "test/flow/delivery.test.ts", test: "asked for again with the same file" },
  },
  {
    name: "the webhook is believed without asking AKOOL",
    file: "src/akool/webhook-route.ts",
    find: `        const next = foreign ? current : webhookArrived(current, key, fact.renderId, news, now());`,
    replace: `        const next =
          fact.status === "failed" ? { ...current, state: { status: "failed" as const, failure: { reason: "render_failed" as const }, finishedAt: now() } } : webhookArrived(current, key, fact.renderId, news, now());`,
    caughtBy: { file: "test/flow/forged-webhook.test.ts", test: "of a failure fails nothing" },
  },
  {
    name: "done without a URL is taken for done",
    file: "src/akool/schemas.ts",
    find: `    if (!videoUrl) return { type: "pending" };`,
    replace: `    if (!videoUrl) return { type: "succeeded", videoUrl: "https://example.com/" };`,
    caughtBy: { file: "test/flow/result.test.ts", test: "is taken as still going on while there is no URL" },
  },
  {
    name: "the ack goes out before the commit",
    file: "src/store/group-commit.ts",
    find: `        if (waiting.length === 0) setImmediate(flush);`,
    replace: `        if (waiting.length === 0) setTimeout(flush, 20);
        if (/accept/.test(new Error().stack ?? "")) setImmediate(() => resolve({ job: {}, isNew: true } as T));`,
    caughtBy: { file: "test/store/sqlite-store.test.ts", test: "loses no acknowledged request" },
  },
  {
    name: "the key of a gesture is not looked at",
    file: "src/store/sqlite-store.ts",
    find: `          if (job) return { job, isNew: false };`,
    replace: ``,
    caughtBy: {
      file: "test/flow/share.test.ts",
      test: "is one job although Slack tells of it several times",
    },
  },
  {
    name: "the lease is forgotten",
    file: "src/store/sqlite-store.ts",
    find: `          leased.set(id, group);`,
    replace: ``,
    caughtBy: { file: "test/flow/result.test.ts", test: "is one video for a request by command" },
  },
  {
    name: "a slot is never given back",
    file: "src/job/job.ts",
    find: `  return HOLDS_SLOT.has(job.state.status) ||`,
    replace: `  return job.state.status === "delivered" || HOLDS_SLOT.has(job.state.status) ||`,
    caughtBy: { file: "test/flow/waiting-in-line.test.ts", test: "" },
  },
  {
    name: "media links outlive their job",
    file: "src/store/sqlite-rows.ts",
    find: `    if (!needsMedia(job) && needsMedia(before)) run("DELETE FROM media_links WHERE job_id = ?", job.id);`,
    replace: ``,
    caughtBy: { file: "test/store/conformance.test.ts", test: "media links" },
  },
  {
    name: "Slack's SDK repeats calls by itself",
    file: "src/slack/slack-call.ts",
    find: `    retryConfig: { retries: 0 },`,
    replace: `    retryConfig: { retries: 2, minTimeout: 10, maxTimeout: 20 },`,
    caughtBy: { file: "test/flow/slack-trouble.test.ts", test: "the job message is not posted twice" },
  },
  {
    name: "nothing is taken up after a restart",
    file: "src/main.ts",
    find: `worker = startWorker({`,
    replace: `if (inFlight > 0) await new Promise(() => {});
worker = startWorker({`,
    caughtBy: { file: "test/flow/restart.test.ts", test: "by SIGKILL while AKOOL renders" },
  },
  {
    name: "a restored copy goes on where its original was",
    file: "src/main.ts",
    find: `if (await store.isRestored()) await endRestored();`,
    replace: ``,
    caughtBy: { file: "test/flow/restore.test.ts", test: "neither pays nor posts again" },
  },
  {
    name: "a backup does not know that it is a copy",
    file: "src/store/backup-database.ts",
    find: `    markAsCopy(db);
    const verdict`,
    replace: `    const verdict`,
    caughtBy: { file: "test/store/identity.test.ts", test: "is a copy wherever it is put" },
  },
  {
    name: "a request from the future is accepted",
    file: "src/slack/intake/verify-signature.ts",
    find: `Math.abs(nowMs / 1000 - Number(timestamp))`,
    replace: `(nowMs / 1000 - Number(timestamp))`,
    caughtBy: { file: "test/slack/verify-signature.test.ts", test: "" },
  },
];
