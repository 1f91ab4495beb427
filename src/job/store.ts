import type { Habits, NewHabits } from "./habits.ts";
import type {
  AttemptKey,
  ChannelId,
  InstallationId,
  JobId,
  MessageTs,
  RenderId,
  UserId,
  WorkspaceId,
} from "./ids.ts";
import type { Job } from "./job.ts";
import type { Lane } from "./lane.ts";
import type { MediaSource, SpeechSource } from "./request.ts";

/** One line for every outward effect: what was done for which job and attempt, and what came of it. */
export interface AuditLine {
  readonly effect: "create" | "speak" | "upload" | "post" | "share" | "notice" | "private" | "remove";
  readonly attempt: number;
  readonly outcome: string;
}

/** A capability under which AKOOL may fetch one file of one attempt. Only its SHA-256 is kept. */
export interface MediaLink {
  readonly key: string;
  readonly file: "photo" | "speech";
  readonly expiresAt: number;
}

/** What one transaction writes. */
export interface Change {
  readonly job: Job;
  readonly audit?: readonly AuditLine[];
  /** A new attempt and its media links, committed with the intent to create. Speeches have numbers below 0. */
  readonly attempt?: {
    readonly key: AttemptKey;
    readonly number: number;
    readonly links: readonly MediaLink[];
  };
  /** Words that become speech: `url` once they have. */
  readonly spoken?: { readonly key: string; readonly url?: string };
  /** Ties a render to the attempt that made it, for good. */
  readonly render?: { readonly key: AttemptKey; readonly renderId: RenderId };
}

/** What a transaction may look at besides the job itself. */
export interface View {
  /** Another job of the same content that is in flight. */
  readonly sameContent?: JobId;
  /** Renders in flight at AKOOL over all processes. */
  readonly slotsInUse: number;
  /**
   * Jobs in line before this one. Workspaces take turns: each one's next job comes before any other's second,
   * so that one with a thousand requests holds up nobody else. Within a workspace, in the order of arrival.
   */
  readonly ahead: number;
  /** Jobs in line after this one. */
  readonly behind: number;
  /** The same words in the same voice: spoken before, or `underWay` for another job. */
  readonly spoken?: { readonly url?: string; readonly at: number; readonly underWay: boolean };
  /** The attempt that `look.renderId` belongs to already. */
  readonly renderOwner?: AttemptKey;
}

/** Which parts of the view a change needs; what is not asked for is not looked up. */
export interface Look {
  readonly contentKey?: string;
  readonly line?: boolean;
  readonly renderId?: RenderId;
  readonly speechKey?: string;
  /** What is written was learned from outside and cannot be asked for again: wait out a store in trouble. */
  readonly patient?: boolean;
  /**
   * What is written is the intent to do something that must not happen twice: refused with a LeaseLostError
   * when the caller holds the job's lease no longer.
   */
  readonly intent?: boolean;
}

/** Another process has taken the job over: this one was taken for dead. Whatever it was about to do, the other does. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
}

export interface Intake {
  /** What Slack gives once per gesture; the same key again is the same request, delivered again. */
  readonly keys: readonly string[];
  /** Keys that make it an old request too, without being taken by it. */
  readonly unless?: readonly string[];
  readonly job: Job;
  /** Where a private answer can be sent for half an hour. A secret: never logged. */
  readonly responseUrl?: string;
}

/**
 * Jobs on disk. Every method that changes something resolves only after the change would survive a power
 * cut. `change` functions are pure, run inside the transaction and may run again.
 */
export interface JobStore {
  /** Saves a new request, unless one of its keys was seen before: then the job it became. */
  accept(intake: Intake): Promise<{ job: Job; isNew: boolean }>;
  /** True for the first time a gesture that makes no job is seen; a replay of it gets false. */
  firstTime(key: string): Promise<boolean>;
  find(id: JobId): Promise<Job | undefined>;
  /** Applies `change` to the current row; undefined leaves it. Returns the row as it then is. */
  update(id: JobId, change: (job: Job, view: View) => Change | undefined, look?: Look): Promise<Job>;
  /** The job and attempt behind a webhook URL or media link. */
  findAttempt(key: AttemptKey): Promise<{ jobId: JobId; renderId?: RenderId } | undefined>;
  findMediaLink(
    key: string,
    now: number,
  ): Promise<{ jobId: JobId; attempt: AttemptKey; file: "photo" | "speech" } | undefined>;
  /** Whether this store is a copy of another, whose jobs may have gone on there; until `endRestored` has resolved. */
  isRestored(): Promise<boolean>;
  /**
   * Applies `change` to every job of a copy that could still have an effect, oldest first, and makes the copy an
   * original, both or neither. Returns the jobs that were changed.
   */
  endRestored(change: (job: Job, index: number) => Job): Promise<readonly Job[]>;
  /**
   * Applies `change` to every unfinished job that no living process looks after, oldest first: what a fresh one takes
   * over. Then wakes the first in line: a slot may have been freed meanwhile.
   */
  resumeAll(change: (job: Job, index: number) => Job): Promise<number>;
  /**
   * Applies `change`, in one transaction, to every job of the installation that still wants something. Resolves
   * with how many it changed.
   */
  changeAll(installationId: InstallationId, change: (job: Job) => Job): Promise<number>;
  /** Jobs whose time has come; each is the caller's until `release`, over all processes. */
  claimDue(now: number, limit: number, among?: Among): Promise<readonly Job[]>;
  release(id: JobId): Promise<void>;
  /** When the next job is due after `now`. What was due and could not be claimed is announced when it can be. */
  nextDueAt(now: number): Promise<number | undefined>;
  /** Seconds that the last finished renders took, newest first. */
  renderSeconds(limit: number): Promise<readonly number[]>;
  findResponseUrl(id: JobId, now: number): Promise<string | undefined>;
  jobsOf(requesterId: UserId, workspaceId: WorkspaceId, limit: number): Promise<readonly Job[]>;
  /** A person's ended jobs of one workspace, newest first: those right beside `from`, and without it the newest. */
  endedJobsOf(requesterId: UserId, workspaceId: WorkspaceId, page: Page): Promise<readonly Job[]>;
  /** What each person of a workspace has asked for and got since then, whoever asked for most first. Refusals do not count. */
  countByPerson(workspaceId: WorkspaceId, since: number): Promise<readonly PersonCount[]>;
  countByStatus(): Promise<Readonly<Record<string, number>>>;
  /** How long the first job in line has waited for a slot, and how late the most overdue job is that nobody has taken. */
  queueAges(now: number): Promise<{ readonly lineMs?: number; readonly dueMs?: number }>;
  isWatched(workspaceId: WorkspaceId, channelId: ChannelId): Promise<boolean>;
  watchedChannels(workspaceId: WorkspaceId): Promise<readonly ChannelId[]>;
  setWatched(workspaceId: WorkspaceId, channelId: ChannelId, by: UserId, on: boolean): Promise<void>;
  /** What a person or a channel has chosen once for all that follow. */
  findHabits(workspaceId: WorkspaceId, whose: UserId | ChannelId): Promise<Habits | undefined>;
  /** Changes what is named in `habits`, and leaves the rest. */
  saveHabits(workspaceId: WorkspaceId, whose: UserId | ChannelId, habits: NewHabits): Promise<void>;
  /** A form that was opened, so that its submission knows where it belongs. */
  saveForm(form: OpenForm): Promise<void>;
  findForm(id: string): Promise<OpenForm | undefined>;
  /** Answers when the store can write. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** A place in a list of jobs that is in the order of their arrival. */
export interface Cursor {
  readonly acceptedAt: number;
  readonly id: JobId;
}

export interface Page {
  readonly limit: number;
  readonly from?: Cursor;
  readonly direction: "older" | "newer";
}

export interface PersonCount {
  readonly requesterId: UserId;
  readonly asked: number;
  readonly delivered: number;
  /** For the videos, as far as AKOOL named a price; also for those that were not posted. */
  readonly credits: number;
}

export interface Among {
  /** Only those in this lane. */
  readonly lane?: Lane;
  /** Of the jobs of one group (see `Place`) at most so many are in hand at once, over all processes. */
  readonly ofOneGroup?: number;
}

export interface OpenForm {
  readonly id: string;
  /** The job that waits for what is missing; absent when the form makes a new one. */
  readonly jobId?: JobId;
  /** Absent when the form itself asks for it. */
  readonly channelId?: ChannelId;
  /** The thread it was opened for; absent when the job is to start one. */
  readonly threadTs?: MessageTs;
  /** Files taken from the message that the form was opened on. */
  readonly taken: TakenFiles;
  readonly responseUrl?: string;
  readonly openedAt: number;
}

export interface TakenFiles {
  /** They are those of this job, which is over: each may be replaced, and what is sent off is a job of its own. */
  readonly changes?: JobId;
  readonly photo?: MediaSource;
  readonly speech?: SpeechSource;
}
