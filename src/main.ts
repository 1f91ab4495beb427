import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import closeWithGrace from "close-with-grace";
import { createAkoolClient } from "./akool/client.ts";
import { createWebhookRoute } from "./akool/webhook-route.ts";
import { steadyNow } from "./clock.ts";
import { type Config, ConfigError, loadConfig, secretsOf } from "./config.ts";
import { createMetrics } from "./http/metrics.ts";
import { type Handler, type Route, startHttpServer } from "./http/server.ts";
import type { AttemptKey } from "./job/ids.ts";
import { needsMedia } from "./job/job.ts";
import { wakeAt } from "./job/next-step.ts";
import { createWebhookHealth } from "./job/poll-plan.ts";
import { resumed } from "./job/resume.ts";
import { mediaFetched } from "./job/transitions.ts";
import { scaledWaits } from "./job/waits.ts";
import { boltLogger, createLogger } from "./logger.ts";
import { hashOf, mintAddresses } from "./media/attempt-addresses.ts";
import { createJobMedia, spoolPaths, sweepSpool } from "./media/job-media.ts";
import { createOutbound } from "./media/outbound.ts";
import { createMediaHandler } from "./media/serve-media.ts";
import { createSlackApp } from "./slack/app.ts";
import { createAnswerPrivately } from "./slack/delivery/answer-privately.ts";
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

const config = settings();
const log = createLogger({ level: config.logLevel, secrets: secretsOf(config) });
const now = steadyNow;
const waits = scaledWaits({ ...config, shared: config.databaseUrl !== undefined });
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

const store = await waitForStore();
const pastRenders = (await store.renderSeconds(REMEMBERED_RENDERS)).map((seconds) => seconds * 1000);
const { botToken } = config.slack.kind === "single" ? config.slack : { botToken: "" };
const answerPrivately = createAnswerPrivately(outbound);
const akool = createAkoolClient({ ...config.akool, log });
const webhookHealth = createWebhookHealth(config.webhooks);
const slack = createSlackApp({
  store,
  botToken,
  slackApiUrl: config.slackApiUrl,
  answerPrivately,
  boltLogger: boltLogger(log),
  access: config,
  isAllowedUrl,
  waits,
  now,
  log,
});

const socket = config.delivery.type === "socket" ? slack.socket(config.delivery.appToken) : undefined;
const server = await startHttpServer({ host: config.host, port: config.port, routes: routes(), log }).catch(
  (error: unknown) => {
    log.fatal(
      { err: error, host: config.host, port: config.port },
      "cannot listen; is another process using this HOST and PORT?",
    );
    process.exit(1);
  },
);

await sweepSpool(spoolDir, async (id) => {
  const job = await store.find(id);
  return job !== undefined && needsMedia(job);
});
const inFlight = await store.resumeAll((job, index) => resumed(job, index, now(), waits));
if (inFlight > 0) log.info({ inFlight }, "taking up the jobs of the process before");
worker = startWorker({
  store,
  renderApi: akool,
  delivery: slack.delivery,
  media: createJobMedia({
    outbound,
    spoolDir,
    maxAudioSeconds: config.maxAudioSeconds,
    tokenFor: async () => botToken,
    findFileUrl: slack.findFileUrl,
  }),
  mintAddresses: (_job, at) =>
    mintAddresses(
      { publicUrl: publicUrl(config), webhooks: config.webhooks, capabilityLife: waits.capabilityLife },
      at,
    ),
  waits,
  now,
  slots: config.akool.maxConcurrent,
  webhookHealth,
  pastRenders: () => pastRenders,
  noteRender: (ms) => {
    pastRenders.unshift(ms);
    pastRenders.length = Math.min(pastRenders.length, REMEMBERED_RENDERS);
  },
  webhooks: config.webhooks,
  manyWorkspaces: config.slack.kind === "oauth",
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

async function waitForStore() {
  for (const giveUpAt = now() + STORE_WAIT_MS; ; ) {
    try {
      return await openStore({
        dataDir: config.dataDir,
        ...(config.databaseUrl !== undefined && { databaseUrl: config.databaseUrl }),
        onError: (err) => log.warn({ err }, "the database is in trouble"),
        now,
        wakeAt: (job) => wakeAt(job, waits),
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
    { methods: ["GET"], path: "/metrics", handle: createMetrics(() => store.countByStatus()) },
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
  const { clientId, apiKey } = config.akool;
  if (config.webhooks && clientId !== undefined) {
    const credentials = { clientId, clientSecret: apiKey };
    const handle = createWebhookRoute({
      store,
      credentials,
      health: webhookHealth,
      keyOf: (token) => hashOf(token) as AttemptKey,
      now,
      log,
    });
    list.push({ methods: ["POST"], path: "/akool/webhook/:token", handle });
  }
  return list;
}

async function findMedia(capability: string) {
  const link = await store.findMediaLink(hashOf(capability), now());
  const job = link && (await store.find(link.jobId));
  if (!link || !job || !("prepared" in job.state)) return undefined;
  const paths = spoolPaths(spoolDir, job.id);
  return link.file === "photo"
    ? { path: paths.photo, contentType: "image/jpeg" as const, sizeBytes: job.state.prepared.photoBytes }
    : { path: paths.speech, contentType: "audio/mpeg" as const, sizeBytes: job.state.prepared.speechBytes };
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
  await store.close();
  log.info({}, "stopped");
}
