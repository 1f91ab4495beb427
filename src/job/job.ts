import type { Failure } from "./failure.ts";
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
} from "./ids.ts";
import type { Finish, JobMessage, Notice, Preview } from "./posts.ts";
import type { Question } from "./question.ts";
import type { RenderRequest, Unsorted } from "./request.ts";

/**
 * The life of a job, told once.
 *
 *   choosing ◄─► preparing ◄─► speaking     (a question to the person; words that become speech)
 *                    │
 *   preparing ─► queued ─► creating ─► rendering ─► rendered ─► uploading ─► sharing ─► delivered
 *       │           ▲          │           ▲            ▲           │           │
 *       │           │          ▼           │            └───────────┘           ▼
 *       │           └───── unsettled ──────┤                              undeliverable
 *       │                      │           │
 *       ▼                      ▼           │
 *   duplicate               asking ────────┘        any of them ─► failed | cancelled
 *
 * "Show me first": on its first way from `rendered` through `sharing` the video goes to the person's direct message
 * and ends in `shown`. "Post it" sends it from `rendered` once more, to the place asked for. See show-first.ts.
 *
 * The row is the truth. A step reads it, does one outward thing, commits what it learned. Around a call
 * that must not happen twice the intent is committed first (`creating`, `sharing.stage = "calling"`,
 * `message = posting`, `notice.stage = "sending"`): whoever finds an intent without holding its lease
 * knows that the answer was lost, and treats the call as unclear. It is never simply made again.
 *
 * Beside the main state run three small machines: `message`, the one job message that is edited in place,
 * `notice`, a new post that mentions the person, and `finish`, the post with the video itself: it gets its
 * buttons once it is found, and is taken away again when the person wants that.
 * A cancelled job may come back, where `kept` says to what: "Post it after all".
 */
export interface Job {
  readonly id: JobId;
  readonly workspaceId: WorkspaceId;
  /** Absent where it is the workspace itself; then the app is installed in that one alone. See `installationOf`. */
  readonly installationId?: InstallationId;
  readonly requesterId: UserId;
  readonly door: "command" | "form" | "share";
  readonly place: Place;
  readonly request: RenderRequest;
  /** Milliseconds since 1970, as all points in time here. */
  readonly acceptedAt: number;
  readonly state: JobState;
  readonly message: JobMessage;
  readonly notice?: Notice;
  /** Absent as long as there is none, and in rows from before it had buttons. */
  readonly finish?: Finish;
  /** "Show me first": the post in the person's direct message, and what they decided. */
  readonly preview?: Preview;
  /** What was asked for by a button under this one's finish: each is made once. */
  readonly followUps?: FollowUps;
  /** When the main state wants its next step; absent: nothing more to do by itself. */
  readonly dueAt?: number;
  /** Consecutive tries of the present step that failed; back to 0 with every step that succeeds. */
  readonly tries: number;
  /** The person pressed "Make another": an identical job in flight does not stop this one. */
  readonly evenIfRunning: boolean;
  /** The replies in the thread that it has taken: the same post may come again. */
  readonly completedBy?: readonly MessageTs[];
  /** The person was told that this render takes longer than nearly all others: once. */
  readonly toldSlow?: true;
  /** Taken over by a fresh process: its message says once that the work goes on. */
  readonly resumed: boolean;
  /** AKOOL was asked to speak words, which costs a little, whatever becomes of the video. */
  readonly paidSpeech?: true;
  /** Calls that have words spoken, over all that the person has given to speak. */
  readonly speechAttempts?: number;
  /** The spooled media are gone from disk. */
  readonly cleanedUp: boolean;
}

/** Where the job lives in Slack. Without `threadTs` the job message becomes the thread's root. */
export interface Place {
  readonly channelId: ChannelId;
  readonly threadTs?: MessageTs;
}

/** The inputs as AKOOL will get them, on disk in the job's spool. */
export interface Prepared {
  readonly photoBytes: number;
  readonly speechBytes: number;
  readonly speechSeconds: number;
}

/** One paid call at most belongs to each attempt; its token is in the webhook and media URLs of this attempt only. */
export interface Attempt {
  readonly number: number;
  readonly key: AttemptKey;
  readonly startedAt: number;
  /** AKOOL came for this attempt's media: it is working on the order. */
  readonly fetched: boolean;
  /** A webhook on this attempt's own URL named this render; not yet read back. */
  readonly hintedRenderId?: RenderId;
}

export type FollowUp = "again" | "in_1080";
export type FollowUps = Readonly<Partial<Record<FollowUp, JobId>>>;

/** An attempt that may have been paid without anybody knowing, and what it was made from. */
export interface Late {
  readonly prepared: Prepared;
  readonly attempt: Attempt;
}

/** One paid call that turns words into speech. */
export interface SpeechAttempt {
  readonly number: number;
  readonly key: AttemptKey;
  readonly startedAt: number;
}

export type JobState =
  /** `unsorted`: the labels of the files do not make one photo and one recording, so what they hold decides first. */
  | { readonly status: "preparing"; readonly unsorted?: Unsorted }
  /** The person is asked, and nothing is done until they answer. */
  | { readonly status: "choosing"; readonly question: Question; readonly until: number }
  /** The photo has been judged, and the words become speech. */
  | {
      readonly status: "speaking";
      /** `unclear`: the answer was lost; a webhook may still bring the speech's id. */
      readonly stage: "ready" | "calling" | "unclear" | "called";
      readonly attempts: number;
      readonly refusals: number;
      /** Of the present or last call. */
      readonly attempt?: SpeechAttempt;
      readonly speechId?: SpeechId;
      readonly looks: number;
    }
  | {
      readonly status: "queued";
      readonly prepared: Prepared;
      /** Orders the line: when the request was accepted, so that neither a slow download nor a refusal costs a place. */
      readonly queuedAt: number;
      readonly attempts: number;
      readonly refusals: number;
      readonly placeInLine?: number;
      /** How many stood in line when the place was looked up. */
      readonly lineLength?: number;
      /** The unclear attempt that the person chose to repeat: should it turn up now, nothing is paid again. */
      readonly earlier?: Attempt;
    }
  | {
      readonly status: "creating";
      readonly prepared: Prepared;
      readonly attempt: Attempt;
      readonly refusals: number;
      /** As for `queued`. */
      readonly earlier?: Attempt;
    }
  | {
      readonly status: "unsettled";
      readonly prepared: Prepared;
      readonly attempt: Attempt;
      readonly unclearSince: number;
    }
  | { readonly status: "asking"; readonly prepared: Prepared; readonly attempt: Attempt }
  | {
      readonly status: "rendering";
      readonly prepared: Prepared;
      readonly attempt: Attempt;
      readonly renderId: RenderId;
      readonly confirmed: boolean;
      readonly looks: number;
      readonly overdue: boolean;
      readonly webhookSeen: boolean;
      /** Cancelled meanwhile, and wanted after all: how long that took says nothing about AKOOL. */
      readonly afterAll?: true;
    }
  | { readonly status: "rendered"; readonly render: FinishedRender }
  | { readonly status: "uploading"; readonly render: FinishedRender; readonly fileId: SlackFileId }
  | {
      readonly status: "sharing";
      readonly render: FinishedRender;
      readonly fileId: SlackFileId;
      readonly stage: "ready" | "calling" | "called";
      readonly calls: number;
      readonly calledAt: number;
      readonly looks: number;
      /** Slack answered the call that it is done, which is not yet the share itself. */
      readonly answered: boolean;
    }
  | {
      readonly status: "linking";
      readonly render: FinishedRender;
      readonly fileId: SlackFileId;
      readonly stage: "ready" | "calling";
    }
  | {
      readonly status: "undeliverable";
      readonly render: FinishedRender;
      readonly fileId?: SlackFileId;
      readonly failure: Failure;
      readonly since: number;
    }
  /** The person decides, `until` AKOOL deletes the video, whether it is posted. */
  | {
      readonly status: "shown";
      readonly render: FinishedRender;
      readonly until: number;
      /** Why it could not be shown to them; absent: it was. */
      readonly failure?: Failure;
    }
  | {
      readonly status: "delivered";
      readonly fileId: SlackFileId;
      readonly as: "video" | "link";
      readonly finishedAt: number;
      readonly permalinkTs?: MessageTs;
      /** Absent in rows from before it was kept. */
      readonly made?: Made;
    }
  | { readonly status: "duplicate"; readonly of: JobId }
  | {
      readonly status: "failed";
      readonly failure: Failure;
      readonly finishedAt: number;
      /** What was left alone without being settled. */
      readonly late?: Late;
      /** What was ordered of AKOOL before it failed. */
      readonly order?: Order;
    }
  | {
      readonly status: "cancelled";
      readonly renderWasRunning: boolean;
      readonly finishedAt: number;
      /** What is still there to be posted after all. */
      readonly kept?: Kept;
      /** It had been shown to the person first. */
      readonly instead?: "thrown_away" | "undecided";
      /** Absent unless it was shown. */
      readonly made?: Made;
    };

/** Which order of AKOOL's it was. */
export interface Order {
  readonly renderId?: RenderId;
  /** The number of the attempt, and when it was begun. */
  readonly attempt?: number;
  readonly startedAt?: number;
}

/** What is known of a video once it is made. */
export interface Made extends Order {
  readonly renderId: RenderId;
  readonly seconds: number;
  readonly renderedAt: number;
  /** Of the video alone, where AKOOL named a price. */
  readonly credits?: number;
}

/** A video of a cancelled job that AKOOL has, or may have, `until` it deletes it. */
export type Kept = { readonly until: number } & (
  | {
      readonly as: "order";
      readonly prepared: Prepared;
      readonly attempt: Attempt;
      /** The unclear attempt before it: it may be that one's render. */
      readonly earlier?: Attempt;
      /** Without it there is nothing to look for; a webhook or a late answer may still name it. */
      readonly renderId?: RenderId;
    }
  | {
      readonly as: "video";
      readonly render: FinishedRender;
      /** The file that Slack had already been asked to share. */
      readonly fileId?: SlackFileId;
    }
);

export interface FinishedRender extends Made {
  readonly videoUrl: string;
  /** Uploads begun anew because Slack had forgotten the file. */
  readonly uploads?: number;
  /** Why it could not be posted, once the person has been told: they are not told the same again at every try. */
  readonly told?: string;
}

export type Status = JobState["status"];

const ENDED: ReadonlySet<Status> = new Set(["delivered", "duplicate", "failed", "cancelled"]);
const HOLDS_SLOT: ReadonlySet<Status> = new Set(["creating", "unsettled"]);

/** Under whose token everything about the job is done in Slack. */
export function installationOf({ installationId, workspaceId }: Job): InstallationId {
  // A workspace's own install goes by the workspace's id.
  return installationId ?? (workspaceId as string as InstallationId);
}

export const ENDED_STATUSES: readonly Status[] = [...ENDED];

/** No step will change the outcome any more. */
export function hasEnded(job: Job): boolean {
  return ENDED.has(job.state.status);
}

/** It is over, and may be taken up again: then it is still the same request. */
export function mayComeBack({ state }: Job): boolean {
  if (state.status === "cancelled") return state.kept !== undefined;
  return state.status === "failed" && state.late !== undefined;
}

/** Whether the job counts towards AKOOL_MAX_CONCURRENT. A render past its deadline no longer blocks the line. */
export function holdsSlot(job: Job): boolean {
  return HOLDS_SLOT.has(job.state.status) || (job.state.status === "rendering" && !job.state.overdue);
}

/** The thread everything about the job goes to; undefined when the job message that should be its root was lost. */
export function threadOf(job: Job): MessageTs | undefined {
  return job.place.threadTs ?? (job.message.status === "posted" ? job.message.ts : undefined);
}

/** Nothing of it needs the spooled files any more, for good: a decision may take days. */
export function isDoneWithMedia(job: Job): boolean {
  return hasEnded(job) || job.state.status === "shown" || job.preview?.approved === true;
}

/** AKOOL may still need the spooled photo and recording, or a person may ask to try again with them. */
export function needsMedia(job: Job): boolean {
  switch (job.state.status) {
    case "preparing":
    case "choosing":
    case "speaking":
    case "queued":
    case "creating":
    case "unsettled":
    case "asking":
    case "rendering":
      return true;
    case "rendered":
    case "uploading":
    case "sharing":
    case "linking":
    case "undeliverable":
    case "shown":
    case "delivered":
    case "duplicate":
    case "failed":
    case "cancelled":
      return false;
  }
}
