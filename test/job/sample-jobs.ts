import type {
  AttemptKey,
  ChannelId,
  InstallationId,
  JobId,
  MessageTs,
  RenderId,
  SlackFileId,
  SpeechId,
  UserId,
  WorkspaceId,
} from "../../src/job/ids.ts";
import type {
  Attempt,
  FinishedRender,
  Job,
  JobState,
  Kept,
  Prepared,
  SpeechAttempt,
} from "../../src/job/job.ts";
import type { JobMessage, Notice } from "../../src/job/posts.ts";
import type { SharedFile } from "../../src/job/request.ts";
import { scaledWaits } from "../../src/job/waits.ts";

/** Jobs as they may stand in the store, for tests that start in the middle of a life. */

export const NOW = Date.UTC(2026, 10, 22, 12);
export const WAITS = scaledWaits({ timeScale: 1, renderDeadlineMinutes: 30, settleMinutes: 10 });

export const WORKSPACE = "T1" as WorkspaceId;
/** The workspace's own install, which goes by the workspace's id. */
export const INSTALLATION = WORKSPACE as string as InstallationId;
export const ANNA = "U1" as UserId;
export const CHANNEL = "C1" as ChannelId;
export const DIRECT = "D1" as ChannelId;
export const FILE = "F1" as SlackFileId;
export const RENDER = "0123456789abcdef01234567" as RenderId;
export const OTHER_RENDER = "ffffffffffffffffffffffff" as RenderId;
export const SPEECH = "v4:speech" as SpeechId;
export const KEY = "key-of-the-present-attempt" as AttemptKey;
export const EARLIER_KEY = "key-of-the-first-attempt" as AttemptKey;
export const OTHER_KEY = "key-of-another-job" as AttemptKey;

export const PREPARED: Prepared = { photoBytes: 1000, speechBytes: 2000, speechSeconds: 7 };
export const ATTEMPT: Attempt = { number: 2, key: KEY, startedAt: NOW - 1000, fetched: false };
export const EARLIER: Attempt = { number: 1, key: EARLIER_KEY, startedAt: NOW - 9000, fetched: false };
export const FINISHED: FinishedRender = {
  renderId: RENDER,
  videoUrl: "https://example.com/video.mp4",
  seconds: 7,
  renderedAt: NOW - 500,
};

const shared = (id: string, label: SharedFile["label"]): SharedFile => ({
  source: { type: "url", url: `https://example.com/${id}` },
  label,
});

/** One for each status, and for each stage that a status has. */
export const STATES = {
  unsorted: {
    status: "preparing",
    unsorted: { files: [shared("a", "unknown"), shared("b", "photo")], words: "Hello" },
  },
  preparing: { status: "preparing" },
  choosing: { status: "choosing", question: { kind: "no_face" }, until: NOW },
  "speaking ready": speaking("ready"),
  "speaking calling": speaking("calling"),
  "speaking unclear": speaking("unclear"),
  "speaking called": { ...speaking("called"), speechId: SPEECH },
  queued: { status: "queued", prepared: PREPARED, queuedAt: NOW - 2000, attempts: 1, refusals: 0 },
  "queued again": {
    status: "queued",
    prepared: PREPARED,
    queuedAt: NOW - 2000,
    attempts: 1,
    refusals: 0,
    earlier: EARLIER,
  },
  creating: { status: "creating", prepared: PREPARED, attempt: ATTEMPT, refusals: 0 },
  unsettled: { status: "unsettled", prepared: PREPARED, attempt: ATTEMPT, unclearSince: NOW - 500 },
  asking: { status: "asking", prepared: PREPARED, attempt: ATTEMPT },
  rendering: {
    status: "rendering",
    prepared: PREPARED,
    attempt: ATTEMPT,
    renderId: RENDER,
    confirmed: true,
    looks: 0,
    overdue: false,
    webhookSeen: false,
  },
  rendered: { status: "rendered", render: FINISHED },
  uploading: { status: "uploading", render: FINISHED, fileId: FILE },
  "sharing ready": sharing("ready", 0),
  "sharing calling": sharing("calling", 1),
  "sharing called": sharing("called", 1),
  "linking ready": { status: "linking", render: FINISHED, fileId: FILE, stage: "ready" },
  "linking calling": { status: "linking", render: FINISHED, fileId: FILE, stage: "calling" },
  undeliverable: {
    status: "undeliverable",
    render: FINISHED,
    failure: { reason: "not_in_channel", code: "not_in_channel" },
    since: NOW - 100,
  },
  shown: { status: "shown", render: FINISHED, until: NOW + 1000 },
  "not shown": {
    status: "shown",
    render: FINISHED,
    until: NOW + 1000,
    failure: { reason: "cannot_post", code: "not_shown" },
  },
  delivered: { status: "delivered", fileId: FILE, as: "video", finishedAt: NOW - 50 },
  duplicate: { status: "duplicate", of: "abcdefghjk" as JobId },
  failed: { status: "failed", failure: { reason: "akool_media_unusable" }, finishedAt: NOW - 50 },
  "left alone": {
    status: "failed",
    failure: { reason: "left_alone" },
    finishedAt: NOW - 50,
    late: { prepared: PREPARED, attempt: ATTEMPT },
  },
  cancelled: { status: "cancelled", renderWasRunning: false, finishedAt: NOW - 50 },
  "cancelled, ordered": cancelled({
    as: "order",
    prepared: PREPARED,
    attempt: ATTEMPT,
    earlier: EARLIER,
    until: NOW + 1000,
  }),
  "cancelled, rendering": cancelled({
    as: "order",
    prepared: PREPARED,
    attempt: ATTEMPT,
    renderId: RENDER,
    until: NOW + 1000,
  }),
  "cancelled, rendered": cancelled({ as: "video", render: FINISHED, until: NOW + 1000 }),
} as const satisfies Record<string, JobState>;

export type StateName = keyof typeof STATES;

// Object.keys gives string[], whatever the object.
export const STATE_NAMES = Object.keys(STATES) as StateName[];

export const POSTED: JobMessage = {
  status: "posted",
  ts: "1700000000.000100" as MessageTs,
  shown: "checking",
  editedAt: NOW - 10_000,
  tries: 0,
};

export const MESSAGES = {
  none: { status: "none" },
  unposted: { status: "unposted" },
  posting: { status: "posting" },
  posted: POSTED,
  lost: { status: "lost" },
} as const satisfies Record<JobMessage["status"], JobMessage>;

export const NOTICES = {
  todo: { kind: "failed", stage: "todo", tries: 0 },
  sending: { kind: "failed", stage: "sending", tries: 0 },
  private: { kind: "failed", stage: "private", tries: 0 },
} as const satisfies Record<Notice["stage"], Notice>;

/** A job that somebody asked for by a command; `over` is laid over it. */
export function sampleJob(name: StateName | JobState, over: Partial<Job> = {}): Job {
  const state = typeof name === "string" ? STATES[name] : name;
  return {
    id: "jjjjjjjjjj" as JobId,
    workspaceId: WORKSPACE,
    requesterId: ANNA,
    door: "command",
    place: { channelId: CHANNEL },
    request: {
      photo: { type: "url", url: "https://example.com/face.jpg" },
      speech:
        state.status === "speaking"
          ? { type: "words", text: "Hello there" }
          : { type: "url", url: "https://example.com/voice.mp3" },
      resolution: "720",
    },
    acceptedAt: NOW - 60_000,
    state,
    message: POSTED,
    dueAt: NOW,
    tries: 0,
    evenIfRunning: false,
    resumed: false,
    cleanedUp: false,
    ...(state.status === "speaking" && state.stage !== "ready" ? { paidSpeech: true } : {}),
    ...over,
  };
}

function speaking<Stage extends "ready" | "calling" | "unclear" | "called">(stage: Stage) {
  const attempt: SpeechAttempt = { number: 1, key: KEY, startedAt: NOW - 1000 };
  const called = stage === "ready" ? { attempts: 0 } : { attempts: 1, attempt };
  return { status: "speaking", stage, refusals: 0, looks: 0, ...called } as const;
}

function cancelled<K extends Kept>(kept: K) {
  return { status: "cancelled", renderWasRunning: true, finishedAt: NOW - 50, kept } as const;
}

function sharing(stage: "ready" | "calling" | "called", calls: number) {
  const calledAt = calls === 0 ? 0 : NOW - 1000;
  return {
    status: "sharing",
    render: FINISHED,
    fileId: FILE,
    stage,
    calls,
    calledAt,
    looks: 0,
    answered: true,
  } as const;
}
