import { setImmediate } from "node:timers/promises";
import type { UserId, WorkspaceId } from "../../job/ids.ts";
import type { Job } from "../../job/job.ts";
import type { Cursor, JobStore } from "../../job/store.ts";
import type { Say } from "../../words/say.ts";
import { ending, whereabouts } from "../intake/answers.ts";
import type { Looking } from "./state.ts";

export const ON_A_PAGE = 10;
const BATCH = 50;
/** A search reads the rows themselves: after so many it stops, and goes on from there with "Older". */
const LOOKED_THROUGH = 1000;
const UNSPACED = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]/u;

export interface GalleryPage {
  /** Newest first. */
  readonly jobs: readonly Job[];
  readonly hasNewer: boolean;
  readonly hasOlder: boolean;
  readonly newest?: Cursor;
  readonly oldest?: Cursor;
}

interface Whose {
  readonly userId: UserId;
  readonly workspaceId: WorkspaceId;
}

/** One page of a person's ended requests, searched in the words they read. What was refused outright is not one of them. */
export async function findPage(
  say: Say,
  whose: Whose,
  looking: Looking,
  store: Pick<JobStore, "endedJobsOf">,
): Promise<GalleryPage> {
  const { page } = looking;
  if (page?.direction === "newer") {
    const { found, stoppedAt } = await collect(say, whose, looking, "newer", page.from, store);
    if (found.length > ON_A_PAGE || stoppedAt) {
      const jobs = found.slice(0, ON_A_PAGE).reverse();
      const newest = found.length > ON_A_PAGE ? jobs[0] : stoppedAt;
      return pageOf(jobs, { hasNewer: true, hasOlder: true, newest, oldest: jobs.at(-1) ?? page.from });
    }
    // All there is: the newest page, which then is a whole one.
  }
  const from = page?.direction === "older" ? page.from : undefined;
  const { found, stoppedAt } = await collect(say, whose, looking, "older", from, store);
  const jobs = found.slice(0, ON_A_PAGE);
  const hasMore = found.length > ON_A_PAGE;
  return pageOf(jobs, {
    hasNewer: from !== undefined,
    hasOlder: hasMore || stoppedAt !== undefined,
    newest: jobs[0] ?? from,
    oldest: hasMore ? jobs.at(-1) : stoppedAt,
  });
}

/** Up to one more than a page holds, in the direction of the search; `stoppedAt` where there may be more behind. */
async function collect(
  say: Say,
  { userId, workspaceId }: Whose,
  looking: Looking,
  direction: "older" | "newer",
  start: Cursor | undefined,
  store: Pick<JobStore, "endedJobsOf">,
): Promise<{ readonly found: Job[]; readonly stoppedAt?: Cursor }> {
  const found: Job[] = [];
  let from = start;
  for (let looked = 0; looked < LOOKED_THROUGH; looked += BATCH) {
    const batch = await store.endedJobsOf(userId, workspaceId, {
      limit: BATCH,
      direction,
      ...(from ? { from } : {}),
    });
    const nearestFirst = direction === "older" ? batch : [...batch].reverse();
    for (const job of nearestFirst) {
      if (isWanted(say, job, looking)) found.push(job);
      if (found.length > ON_A_PAGE) return { found };
    }
    from = nearestFirst.at(-1);
    // The rows are read and searched in the thread that answers Slack.
    await setImmediate();
    if (batch.length < BATCH || from === undefined) return { found };
  }
  return from ? { found, stoppedAt: from } : { found };
}

function pageOf(
  jobs: readonly Job[],
  ends: {
    readonly hasNewer: boolean;
    readonly hasOlder: boolean;
    readonly newest: Cursor | undefined;
    readonly oldest: Cursor | undefined;
  },
): GalleryPage {
  const { hasNewer, hasOlder, newest, oldest } = ends;
  return {
    jobs,
    hasNewer,
    hasOlder,
    ...(newest ? { newest: cursorOf(newest) } : {}),
    ...(oldest ? { oldest: cursorOf(oldest) } : {}),
  };
}

function cursorOf({ acceptedAt, id }: Cursor): Cursor {
  return { acceptedAt, id };
}

function isWanted(say: Say, job: Job, { search, channelId }: Looking): boolean {
  if (job.message.status === "none") return false;
  if (channelId !== undefined && job.place.channelId !== channelId) return false;
  if (search === undefined) return true;
  const { speech, gesturePrompt = "" } = job.request;
  const words = speech.type === "words" ? speech.text : "";
  const known = wordsOf([words, gesturePrompt, whereabouts(say, job), ending(say, job), job.id].join(" "));
  return wordsOf(search).every((wanted) => known.some((word) => isIn(word, wanted)));
}

/** By beginnings: "12" is not looked for by who types "2". Japanese puts no spaces between its words. */
function isIn(word: string, wanted: string): boolean {
  return UNSPACED.test(wanted) ? word.includes(wanted) : word.startsWith(wanted);
}

/** "Zoë" is found as "zoe". */
function wordsOf(text: string): string[] {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}
