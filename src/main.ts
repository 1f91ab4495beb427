import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import closeWithGrace from "close-with-grace";
import { createAkoolClient } from "./akool/client.ts";
import { createCreditLeft } from "./akool/credit-left.ts";
import { createWebhookRoute } from "./akool/webhook-route.ts";
import { steadyNow } from "./clock.ts";
import { type Config, ConfigError, loadConfig, secretsOf } from "./config.ts";
import { giveMemoryBack } from "./give-memory-back.ts";
import { createMetrics } from "./http/metrics.ts";
import { type Handler, type Route, startHttpServer } from "./http/server.ts";
import { afterRestore } from "./job/after-restore.ts";
import type { AttemptKey, JobId } from "./job/ids.ts";
import { hasEnded, needsMedia } from "./job/job.ts";
import { logFields } from "./job/log-fields.ts";
import { wakeAt } from "./job/next-step.ts";
import { usualMs } from "./job/past-renders.ts";
import { createWebhookHealth } from "./job/poll-plan.ts";
import { resumed } from "./job/resume.ts";
import { mediaFetched } from "./job/transitions.ts";
import { scaledWaits } from "./job/waits.ts";
import { boltLogger, createLogger } from "./logger.ts";
import { hashOf, mintAddresses, mintCallback } from "./media/attempt-addresses.ts";
import { createBucket } from "./media/bucket.ts";
import { createJobMedia } from "./media/job-media.ts";
import { openMediaHome, tidyMedia } from "./media/media-home.ts";
import { createOutbound } from "./media/outbound.ts";
import { CONTENT_TYPES } from "./media/prepared-media.ts";
import { createMediaHandler } from "./media/serve-media.ts";
import { createGauges } from "./meters/gauges.ts";
import {
  meteredFaceFinder,
  meteredMedia,
  meteredRenderApi,
  meteredSlackCall,
  meteredSpeechApi,
  meteredVoiceList,
} from "./meters/metered-calls.ts";
import { meteredStore } from "./meters/metered-store.ts";
import { createMeters } from "./meters/meters.ts";
import { createSlackApp } from "./slack/app.ts";
import { createAnswerPrivately } from "./slack/delivery/answer-privately.ts";
import { INSTALL_PATH, REDIRECT_PATH } from "./slack/installations/install-routes.ts";
import { WrongEncryptionKeyError } from "./slack/installations/reseal.ts";
import { chooseVoice, speechKeyOf } from "./speech/choose-voice.ts";
import { StoreInUseError } from "./store/open-database.ts";
import { openStore } from "./store/open-store.ts";
import { isPostgresTrouble } from "./store/postgres-trouble.ts";
import { startWorker, type Worker } from "./worker/worker.ts";

/** sysexits.h: EX_CONFIG */
const EXIT_BAD_CONFIG = 78;
/** A predecessor that is still draining gives its data folder up within this. */
const STORE_WAIT_MS = 12_000;
/** SIGTERM: running steps may end, then are told to stop, then whatever is left is taken up after the restart. */
const STOP_GRACE_MS = 6000;
const STOP_ABORT_MS = 2000;
const EXIT_WITHIN_MS = 9500;
/** A WebSocket whose other end is frozen closes late or never. */
const SOCKET_STOP_MS = 1000;
const REMEMBERED_RENDERS = 100;
/** Less is the time that a question to the database takes. */
const CLOCK_TOLERANCE_MS = 1000;

const config = settings();
const log = createLogger({ level: config.logLevel, secrets: secretsOf(config) });
/** Kept in step with the database's, where there is one: due times are compared with both. */
let clockAheadMs = 0;
const now = () => steadyNow() + clockAheadMs;
const waits = scaledWaits({ ...config, shared: config.databaseUrl !== undefined });
const manyWorkspaces = config.slack.kind === "oauth";
const meters = createMeters();
const outbound = createOutbound({ trustedHosts: config.trustedHosts });
const spoolDir = join(config.dataDir, "spool");

let phase: "starting" | "ready" | "draining" = "starting";
let worker: Worker | undefined;

// npm and process managers signal a whole group, so a signal may come twice: the second means nothing new.
const closing = closeWithGrace({ delay: EXIT_WITHIN_MS, logger: false, skip: ["SIGTERM", "SIGINT"] }, stop);
let toldToStop = false;
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    if (toldToStop) return;
    toldToStop = true;
    log.info({ signal }, "stopping");
    closing.close();
  });
}

const { store: plainStore, database } = await waitForStore();
const store = meteredStore(plainStore, meters);
const pastRenders = (await store.renderSeconds(REMEMBERED_RENDERS)).map((seconds) => seconds * 1000);
const bucket = config.mediaBucket && createBucket(config.mediaBucket, waits.retryFirst / 4);
const mediaDeps = {
  bucket,
  database,
  spoolDir,
  sweepAgainMs: waits.retryMax,
  isNeeded: isMediaNeeded,
  log,
};
const home = openMediaHome(mediaDeps);
const answerPrivately = meteredSlackCall("response_url", createAnswerPrivately(outbound), meters);
const akool = createAkoolClient({ ...config.akool, log });
const voices = meteredVoiceList(akool, meters);
const webhookHealth = createWebhookHealth(config.webhooks);
const slack = createSlackApp({
  store,
  installations: plainStore.installations,
  credentials: config.slack,
  slackApiUrl: config.slackApiUrl,
  authorizeUrl: config.slackAuthorizeUrl,
  publicUrl: publicUrl(config),
  answerPrivately,
  usualMs: () => usualMs(pastRenders),
  boltLogger: boltLogger(log),
  onAck: (seconds) => meters.slackAck.observe(seconds),
  onCall: (method, outcome) => meters.slackCalls.add([method, outcome]),
  access: config,
  isAllowedUrl,
  voices,
  creditLeft: createCreditLeft(akool, { now, log }),
  waits,
  now,
  log,
});

await slack.many?.checkSeals().catch((error: unknown) => {
  if (!(error instanceof WrongEncryptionKeyError)) throw error;
  log.fatal({ err: error }, error.message);
  process.exit(EXIT_BAD_CONFIG);
});
const socket = config.delivery.type === "socket" ? slack.socket(config.delivery.appToken) : undefined;
const server = await startHttpServer({
  host: config.host,
  port: config.port,
  routes: routes(),
  onAnswered: (route, status) => meters.httpRequests.add([route, String(status)]),
  log,
}).catch((error: unknown) => {
  log.fatal(
    { err: error, host: config.host, port: config.port },
    "cannot listen; is another process using this HOST and PORT?",
  );
  process.exit(1);
});

// Before the jobs of the process before are looked through: thousands of them are a burst of their own.
giveMemoryBack();
if (await store.isRestored()) await endRestored();
await tidyMedia(home, mediaDeps);
let inFlight = 0;
await store.resumeAll((job, index) => {
  if (!hasEnded(job)) inFlight += 1;
  return resumed(job, index, now(), waits);
});
if (inFlight > 0) log.info({ inFlight }, "taking up the jobs of the process before");
worker = startWorker({
  store,
  renderApi: meteredRenderApi(akool, meters),
  delivery: slack.delivery,
  media: meteredMedia(
    createJobMedia({
      outbound,
      spoolDir,
      home,
      maxAudioSeconds: config.maxAudioSeconds,
      ...(config.akool.faceCheck ? { faces: meteredFaceFinder(akool, meters) } : {}),
      tokenFor: slack.tokenFor,
      findFileUrl: slack.findFileUrl,
      findThreadPhoto: slack.findThreadPhoto,
    }),
    meters,
  ),
  speech: {
    api: meteredSpeechApi(akool, meters),
    chooseVoice: (job, signal) => chooseVoice(job, { voices, habits: store, signal }),
    keyOf: speechKeyOf,
  },
  onStep: (step, seconds) => meters.steps.observe(seconds, [step]),
  mintAddresses: (job, at) => {
    const { webhooks } = config;
    const { capabilityLife } = waits;
    return mintAddresses(job, { home, publicUrl: publicUrl(config), webhooks, capabilityLife }, at);
  },
  mintCallback: () => mintCallback(publicUrl(config), config.webhooks),
  waits,
  now,
  slots: config.akool.maxConcurrent,
  webhookHealth,
  pastRenders: () => pastRenders,
  noteRender: (ms, credits) => {
    meters.renders.observe(ms / 1000);
    meters.credits.add([], credits);
    pastRenders.unshift(ms);
    pastRenders.length = Math.min(pastRenders.length, REMEMBERED_RENDERS);
  },
  noteSpeech: (credits) => meters.credits.add([], credits),
  webhooks: config.webhooks,
  manyWorkspaces,
  log,
});
await socket?.start();
phase = "ready";
log.info({ port: server.port, delivery: config.delivery.type, webhooks: config.webhooks }, "ready");

function settings(): Config {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_BAD_CONFIG);
  }
}

function followClock(aheadMs: number): void {
  if (Math.abs(aheadMs) < CLOCK_TOLERANCE_MS) return;
  log.warn(
    { aheadMs: Math.round(aheadMs) },
    "the database's clock differs from this machine's: following it",
  );
  clockAheadMs += Math.round(aheadMs);
}

async function waitForStore() {
  for (const giveUpAt = now() + STORE_WAIT_MS; ; ) {
    try {
      return await openStore({
        dataDir: config.dataDir,
        databaseUrl: config.databaseUrl,
        onError: (err) => log.warn({ err }, "the database is in trouble"),
        onClock: followClock,
        now,
        wakeAt: (job) => wakeAt(job, waits),
        manyWorkspaces,
        onDue: () => worker?.wake(),
        responseUrlLife: waits.responseUrlLife,
      });
    } catch (error) {
      if (!(error instanceof StoreInUseError || isPostgresTrouble(error)) || now() > giveUpAt) {
        const where =
          config.databaseUrl === undefined ? { dataDir: config.dataDir } : { store: "DATABASE_URL" };
        log.fatal({ err: error, ...where }, "the store cannot be opened");
        process.exit(1);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** Before anything is taken up: what is unfinished in a copy may have been paid and posted by its original. */
async function endRestored(): Promise<void> {
  const ended = await store.endRestored((job, index) => afterRestore(job, index, now(), waits));
  for (const job of ended)
    log.warn(logFields(job), "not taken up: it may have been finished after the backup was made");
  log.warn({ jobs: ended.length }, "the store was restored from a copy; its unfinished jobs are ended");
}

function routes(): Route[] {
  const media = createMediaHandler({ findMedia, onHit: noteFetch });
  const list: Route[] = [
    {
      methods: ["GET", "HEAD"],
      path: "/media/:capability/:name",
      handle: (request, response, params) =>
        media(request, response, { capability: params.capability ?? "", name: params.name ?? "" }),
    },
    { methods: ["GET", "HEAD"], path: "/healthz", handle: plain(() => 200) },
    { methods: ["GET", "HEAD"], path: "/readyz", handle: plain(readiness) },
    { methods: ["GET"], path: "/metrics", handle: createMetrics([...meters.all, ...gauges()]) },
  ];
  if (config.delivery.type === "http") {
    const receive = slack.http(config.delivery.signingSecret);
    // Taken to the very end: a request is safe once it is in the store, whoever works on it, and a command that
    // is told no is not sent again.
    list.push({
      methods: ["POST"],
      path: "/slack/events",
      handle: (request, response) =>
        phase === "starting" ? unavailable(response) : receive(request, response),
    });
  }
  if (slack.many) {
    const { install, redirect } = slack.many.routes;
    list.push({ methods: ["GET"], path: INSTALL_PATH, handle: install });
    list.push({ methods: ["GET"], path: REDIRECT_PATH, handle: redirect });
  }
  const { clientId, apiKey } = config.akool;
  if (config.webhooks && clientId !== undefined) {
    const credentials = { clientId, clientSecret: apiKey };
    const handle = createWebhookRoute({
      store,
      credentials,
      health: webhookHealth,
      keyOf: (token) => hashOf(token) as AttemptKey,
      count: (outcome) => meters.webhooks.add([outcome]),
      now,
      log,
    });
    list.push({ methods: ["POST"], path: "/akool/webhook/:token", handle });
  }
  return list;
}

async function isMediaNeeded(id: JobId): Promise<boolean | undefined> {
  const job = await store.find(id);
  return job && needsMedia(job);
}

function gauges() {
  return createGauges({
    store,
    now,
    isReady: async () => (await readiness()) === 200,
    webhookHealthy: () => (config.webhooks ? webhookHealth.reliable() : undefined),
    dataDir: config.dataDir,
  });
}

async function findMedia(capability: string) {
  const link = await store.findMediaLink(hashOf(capability), now());
  // With a bucket there are links from before it was set, if any.
  if (!link || home.kind !== "served") return undefined;
  const { jobId, file } = link;
  return { contentType: CONTENT_TYPES[file], open: () => home.open(jobId, file) };
}

/** AKOOL came for an attempt's media: evidence that it took the order, stored before a byte is sent. */
async function noteFetch(capability: string): Promise<void> {
  const link = await store.findMediaLink(hashOf(capability), now());
  if (!link) return;
  await store.update(link.jobId, (job) => {
    const next = mediaFetched(job, link.attempt);
    return next === job ? undefined : { job: next };
  });
}

async function readiness(): Promise<number> {
  if (phase !== "ready") return 503;
  return store.check().then(
    () => 200,
    () => 503,
  );
}

/** The header lets the doctor tell this program from whatever else may answer at PUBLIC_URL. */
function plain(status: () => number | Promise<number>): Handler {
  return async (_request, response) => {
    const code = await status();
    const body = code === 200 ? "ok" : "not ready";
    const headers = {
      "content-type": "text/plain",
      "content-length": body.length,
      "cache-control": "no-store",
      "x-talkingphoto": "1",
    };
    response.writeHead(code, headers).end(body);
  };
}

function unavailable(response: Parameters<Handler>[1]): void {
  response.writeHead(503, { "content-length": 0, connection: "close" }).end();
}

function isAllowedUrl(url: string): boolean {
  try {
    outbound.assertAllowed(new URL(url));
    return true;
  } catch {
    return false;
  }
}

function publicUrl({ publicUrl: url }: Config): string {
  return url === undefined ? "" : url.href.replace(/\/$/, "");
}

/**
 * Says at /readyz that no more requests are wanted, and takes those that still come until the balancer has
 * noticed. Meanwhile lets what runs end or parks it, and leaves the rest to the row.
 */
async function stop({ err }: { err?: Error }): Promise<void> {
  if (err) log.fatal({ err }, "a mistake in this program; stopping so that a fresh process takes over");
  // Told to stop before it was up: there is nothing to end.
  if (phase === "starting") return;
  phase = "draining";
  server.drain();
  await Promise.all([
    config.databaseUrl !== undefined && !err ? sleep(waits.drain) : undefined,
    Promise.race([socket?.stop(), new Promise((resolve) => setTimeout(resolve, SOCKET_STOP_MS))]),
    worker?.stop(err ? 0 : STOP_GRACE_MS, STOP_ABORT_MS),
  ]);
  await server.close(500);
  await akool.close();
  await outbound.close();
  await bucket?.close();
  await store.close();
  log.info({}, "stopped");
}
