import { changedHabits, type Habits } from "../../src/job/habits.ts";
import type { AttemptKey, ChannelId, JobId, RenderId, UserId } from "../../src/job/ids.ts";
import { hasEnded, holdsSlot, installationOf, type Job, mayComeBack, needsMedia } from "../../src/job/job.ts";
import { placeOf } from "../../src/job/lane.ts";
import {
  type Change,
  type Cursor,
  type JobStore,
  LeaseLostError,
  type Look,
  type MediaLink,
  type OpenForm,
  type PersonCount,
  type View,
} from "../../src/job/store.ts";
import { hasTurn } from "../../src/store/job-row.ts";

interface Row {
  job: Job;
  dueAt: number | undefined;
  /** As in the real stores: workspaces take turns at renders. */
  turn?: number;
  contentKey?: string;
  responseUrl?: string;
}

interface AttemptRow {
  readonly jobId: JobId;
  readonly links: readonly MediaLink[];
  renderId?: RenderId;
}

export interface MemoryStoreOptions {
  readonly now: () => number;
  readonly wakeAt: (job: Job) => number | undefined;
  readonly responseUrlLife: number;
  readonly manyWorkspaces?: boolean;
}

/**
 * A store that keeps nothing after the test: quick enough for a hundred thousand histories. It passes the same
 * conformance suite as the real ones. Rows go through JSON, as they do on disk.
 */
export function createMemoryStore(options: MemoryStoreOptions): JobStore {
  const { now, wakeAt, responseUrlLife, manyWorkspaces = false } = options;
  const rows = new Map<JobId, Row>();
  const keys = new Map<string, JobId>();
  const attempts = new Map<AttemptKey, AttemptRow>();
  const forms = new Map<string, OpenForm>();
  const watched = new Set<string>();
  const habits = new Map<string, Habits>();
  const speeches = new Map<string, { jobId: JobId; url?: string; at: number }>();
  const leased = new Map<JobId, string>();
  const tookMs: number[] = [];

  const all = () => [...rows.values()];
  const rowOf = (id: JobId): Row => {
    const row = rows.get(id);
    if (!row) throw new Error(`no job ${id}`);
    return row;
  };
  const inLine = () =>
    all()
      .filter(({ job }) => job.state.status === "queued")
      .sort(
        (a, b) =>
          (a.turn ?? 0) - (b.turn ?? 0) ||
          queuedAtOf(a.job) - queuedAtOf(b.job) ||
          (a.job.id < b.job.id ? -1 : 1),
      )
      .map(({ job }) => job);

  function viewFor(job: Job, look: Look): View {
    const line = look.line ? inLine() : [];
    const place = line.findIndex(({ id }) => id === job.id);
    const isOver = ({ state }: Job) => state.status === "cancelled" || state.status === "failed";
    const same = all().find(
      (row) => row.contentKey === look.contentKey && row.job.id !== job.id && !isOver(row.job),
    );
    const owner = [...attempts].find(([, attempt]) => attempt.renderId === look.renderId);
    return {
      slotsInUse: look.line ? all().filter((row) => holdsSlot(row.job)).length : 0,
      ahead: place === -1 ? line.length : place,
      behind: place === -1 ? 0 : line.length - place - 1,
      ...(look.contentKey !== undefined && same ? { sameContent: same.job.id } : {}),
      ...(look.renderId !== undefined && owner ? { renderOwner: owner[0] } : {}),
      ...spokenView(look.speechKey, job),
    };
  }

  function spokenView(key: string | undefined, { id }: Job): Pick<View, "spoken"> {
    const found = key === undefined ? undefined : speeches.get(key);
    if (!found) return {};
    const { jobId, ...spoken } = found;
    return {
      spoken: { ...spoken, underWay: jobId !== id && rows.get(jobId)?.job.state.status === "speaking" },
    };
  }

  function put(row: Row, job: Job): void {
    row.job = frozen(job);
    row.dueAt = wakeAt(job);
    if (!hasTurn(job)) delete row.turn;
    else row.turn ??= turnFor(job);
  }

  function turnFor(job: Job): number {
    const turns = (rowsThatCount: Row[]) => rowsThatCount.flatMap(({ turn }) => turn ?? []);
    const own = all().filter((row) => row.job.workspaceId === job.workspaceId);
    const overtaken = turns(
      own.filter(({ job: { state } }) => state.status === "queued" && state.queuedAt > queuedAtOf(job)),
    );
    if (overtaken.length > 0) return Math.min(...overtaken);
    const waiting = turns(all().filter((row) => row.job.state.status === "queued"));
    return Math.max(
      0,
      ...turns(all().filter((row) => holdsSlot(row.job))),
      ...(waiting.length > 0 ? [Math.min(...waiting)] : []),
      ...turns(own).map((turn) => turn + 1),
    );
  }

  function apply(row: Row, change: Change, look: Look): Job {
    const before = row.job;
    const { job, attempt, render, spoken } = change;
    if (spoken)
      speeches.set(spoken.key, {
        jobId: job.id,
        at: now(),
        ...(spoken.url === undefined ? {} : { url: spoken.url }),
      });
    put(row, job);
    if (look.contentKey !== undefined && job !== before) row.contentKey = look.contentKey;
    if (hasEnded(job) && !mayComeBack(job)) delete row.contentKey;
    if (hasEnded(job) && row.dueAt === undefined) delete row.responseUrl;
    if (!needsMedia(job)) {
      for (const [key, each] of attempts)
        if (each.jobId === job.id) attempts.set(key, { ...each, links: [] });
    }
    if (attempt) attempts.set(attempt.key, { jobId: job.id, links: attempt.links });
    const known = render && [...attempts.values()].some(({ renderId }) => renderId === render.renderId);
    const owner = render && attempts.get(render.key);
    if (render && owner && !known) owner.renderId ??= render.renderId;
    if (before.state.status === "rendering" && job.state.status === "rendered")
      tookMs.unshift(now() - before.state.attempt.startedAt);
    if (holdsSlot(before) && !holdsSlot(job)) wakeFirstInLine();
    return row.job;
  }

  function wakeFirstInLine(): void {
    const waiting = inLine().find(({ state }) => "placeInLine" in state && state.placeInLine !== undefined);
    if (waiting) put(rowOf(waiting.id), { ...waiting, dueAt: now() });
  }

  return {
    async accept({ keys: given, unless = [], job, responseUrl }) {
      for (const key of [...given, ...unless]) {
        const seen = keys.get(key);
        if (seen !== undefined) return { job: rowOf(seen).job, isNew: false };
      }
      const row: Row = { job, dueAt: undefined, ...(responseUrl ? { responseUrl } : {}) };
      put(row, job);
      rows.set(job.id, row);
      for (const key of given) keys.set(key, job.id);
      return { job: row.job, isNew: true };
    },
    async firstTime(key) {
      const first = !keys.has(key);
      if (first) keys.set(key, "" as JobId);
      return first;
    },
    find: async (id) => rows.get(id)?.job,
    async update(id, change, look = {}) {
      const row = rowOf(id);
      if (look.intent && !leased.has(id)) throw new LeaseLostError(`job ${id}`);
      const wanted = change(row.job, viewFor(row.job, look));
      return wanted ? apply(row, wanted, look) : row.job;
    },
    async findAttempt(key) {
      const attempt = attempts.get(key);
      if (!attempt) return undefined;
      const { jobId, renderId } = attempt;
      return renderId === undefined ? { jobId } : { jobId, renderId };
    },
    async findMediaLink(key, at) {
      for (const [attempt, { jobId, links }] of attempts) {
        const link = links.find((each) => each.key === key && each.expiresAt > at);
        if (link) return { jobId, attempt, file: link.file };
      }
      return undefined;
    },
    // What is in memory is never copied.
    isRestored: async () => false,
    async endRestored(change) {
      const changed: Job[] = [];
      const oldest = all().sort(byAge);
      for (const [index, row] of oldest.entries()) {
        const after = change(row.job, index);
        if (after !== row.job) changed.push(after);
        if (after !== row.job) apply(row, { job: after }, {});
      }
      return changed;
    },
    async resumeAll(change) {
      const found = all()
        .filter(({ dueAt }) => dueAt !== undefined)
        .sort(byAge);
      for (const [index, row] of found.entries()) put(row, change(row.job, index));
      wakeFirstInLine();
      return found.length;
    },
    async changeAll(installationId, change) {
      const theirs = all().filter(
        ({ job, dueAt }) => dueAt !== undefined && installationOf(job) === installationId,
      );
      let changed = 0;
      for (const row of theirs) {
        const next = change(row.job);
        if (next === row.job) continue;
        apply(row, { job: next }, {});
        changed += 1;
      }
      return changed;
    },
    async claimDue(at, limit, { lane, ofOneGroup = Number.POSITIVE_INFINITY } = {}) {
      const due = all()
        .filter(({ job, dueAt }) => dueAt !== undefined && dueAt <= at && !leased.has(job.id))
        .sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0))
        .map(({ job }) => job);
      const claimed: Job[] = [];
      for (const job of due) {
        const place = placeOf(job, manyWorkspaces);
        const theirs = [...leased.values()].filter((group) => group === place.group).length;
        if (claimed.length === limit || theirs >= ofOneGroup || (lane ?? place.lane) !== place.lane) continue;
        leased.set(job.id, place.group);
        claimed.push(job);
      }
      return claimed;
    },
    async release(id) {
      leased.delete(id);
    },
    async nextDueAt(at) {
      const times = all().flatMap(({ dueAt }) => (dueAt === undefined || dueAt <= at ? [] : [dueAt]));
      return times.length === 0 ? undefined : Math.min(...times);
    },
    renderSeconds: async (limit) => tookMs.slice(0, limit).map((ms) => ms / 1000),
    async findResponseUrl(id, at) {
      const row = rows.get(id);
      return row && row.job.acceptedAt > at - responseUrlLife ? row.responseUrl : undefined;
    },
    jobsOf: async (requesterId, workspaceId, limit) =>
      all()
        .map(({ job }) => job)
        .filter((job) => job.requesterId === requesterId && job.workspaceId === workspaceId)
        .sort((a, b) => b.acceptedAt - a.acceptedAt || (a.id < b.id ? 1 : -1))
        .slice(0, limit),
    async endedJobsOf(requesterId, workspaceId, { limit, from, direction }) {
      const ended = all()
        .sort(byAge)
        .map(({ job }) => job)
        .filter((job) => job.requesterId === requesterId && job.workspaceId === workspaceId && hasEnded(job));
      const place = ({ acceptedAt, id }: Cursor) => `${String(acceptedAt).padStart(16, "0")} ${id}`;
      if (direction === "newer")
        return ended
          .filter((job) => !from || place(job) > place(from))
          .slice(0, limit)
          .reverse();
      return ended
        .reverse()
        .filter((job) => !from || place(job) < place(from))
        .slice(0, limit);
    },
    async countByPerson(workspaceId, since) {
      const counts = new Map<UserId, PersonCount>();
      for (const { job } of all()) {
        const { requesterId, acceptedAt, message, state } = job;
        if (job.workspaceId !== workspaceId || acceptedAt < since || message.status === "none") continue;
        if (state.status === "duplicate") continue;
        const before = counts.get(requesterId) ?? { asked: 0, delivered: 0, credits: 0 };
        const made = state.status === "delivered" ? state.made : undefined;
        const kept =
          state.status === "cancelled" && state.kept?.as === "video" ? state.kept.render : undefined;
        const { credits = 0 } = made ?? kept ?? ("render" in state ? state.render : {});
        counts.set(requesterId, {
          requesterId,
          asked: before.asked + 1,
          delivered: before.delivered + (state.status === "delivered" ? 1 : 0),
          credits: before.credits + credits,
        });
      }
      return [...counts.values()].sort(
        (a, b) => b.asked - a.asked || (a.requesterId < b.requesterId ? -1 : 1),
      );
    },
    async countByStatus() {
      const counts: Record<string, number> = {};
      for (const { job } of all()) counts[job.state.status] = (counts[job.state.status] ?? 0) + 1;
      return counts;
    },
    async queueAges(at) {
      const [first] = inLine();
      const due = all().flatMap(({ job, dueAt = 0 }) =>
        dueAt > 0 && dueAt <= at && !leased.has(job.id) ? [dueAt] : [],
      );
      return {
        ...(first ? { lineMs: Math.max(0, at - queuedAtOf(first)) } : {}),
        ...(due.length > 0 ? { dueMs: at - Math.min(...due) } : {}),
      };
    },
    isWatched: async (workspaceId, channelId) => watched.has(`${workspaceId} ${channelId}`),
    async watchedChannels(workspaceId) {
      const own = [...watched].filter((each) => each.startsWith(`${workspaceId} `));
      return own.map((each) => each.slice(workspaceId.length + 1) as ChannelId).sort();
    },
    async setWatched(workspaceId, channelId, _by, on) {
      watched[on ? "add" : "delete"](`${workspaceId} ${channelId}`);
    },
    async saveForm(form) {
      if (!forms.has(form.id)) forms.set(form.id, form);
    },
    findForm: async (id) => forms.get(id),
    findHabits: async (workspaceId, whose) => habits.get(`${workspaceId} ${whose}`),
    async saveHabits(workspaceId, whose, chosen) {
      const before = habits.get(`${workspaceId} ${whose}`) ?? {};
      habits.set(`${workspaceId} ${whose}`, changedHabits(before, chosen));
    },
    check: async () => {},
    close: async () => {},
  };
}

function byAge(a: Row, b: Row): number {
  return a.job.acceptedAt - b.job.acceptedAt || (a.job.id < b.job.id ? -1 : 1);
}

function queuedAtOf(job: Job): number {
  return job.state.status === "queued" ? job.state.queuedAt : Number.MAX_SAFE_INTEGER;
}

function frozen(job: Job): Job {
  return JSON.parse(JSON.stringify(job));
}
