import type { HomeView } from "@slack/web-api";
import { z } from "zod";
import type { InstallationId, UserId, WorkspaceId } from "../../job/ids.ts";
import { hasEnded } from "../../job/job.ts";
import type { Say } from "../../words/say.ts";
import { whyNotInDirectMessage } from "../intake/access.ts";
import type { IntakeDeps } from "../intake/handlers.ts";
import { whyNot } from "../intake/open-form.ts";
import { slackCall } from "../slack-call.ts";
import { findPage } from "./gallery.ts";
import type { Looking } from "./state.ts";
import { type AdminPart, closedView, homeView } from "./view.ts";

const LOOKED_THROUGH = 200;
/** Somebody looks at a tab that has not changed yet. */
const ANSWERED_WITHIN_MS = 1500;
const COUNTED_EVERY_MS = 60_000;
/** Leads to whichever workspace the person is signed in to. */
const ANY_SITE = "https://slack.com/";

export interface Visitor {
  readonly workspaceId: WorkspaceId;
  readonly installationId: InstallationId;
  readonly userId: UserId;
  /** Of the view they saw: one that was shown since then stays. */
  readonly hash?: string | undefined;
}

/** Resolves with the hash of the view that is shown then; undefined when it is not. */
export type ShowHome = (visitor: Visitor, looking: Looking) => Promise<string | undefined>;

/** Publishes a person's Home as it is now. Never throws: what went wrong is one line in the log. */
export function createShowHome(deps: IntakeDeps): ShowHome {
  const siteOf = createSites(deps);
  const countsOf = createCounts(deps);
  return async (visitor, looking) => {
    const { workspaceId, installationId, userId, hash } = visitor;
    try {
      const site = (await inTime(siteOf(installationId))) ?? ANY_SITE;
      const say = await deps.readers.sayTo(installationId, userId);
      const view = await viewFor(say, visitor, looking, { site, countsOf }, deps);
      const shown = await slackCall(
        async () =>
          (await deps.clientFor(installationId)).views.publish({
            user_id: userId,
            view,
            ...(hash === undefined ? {} : { hash }),
          }),
        ({ view: taken }) => ({ hash: taken?.hash }),
      );
      if (shown.type === "ok") return shown.hash;
      if (shown.type === "refused" && shown.code === "hash_conflict") return undefined;
      deps.log.warn({ workspaceId, userId, ...whyNot(shown) }, "a Home tab could not be shown");
    } catch (error) {
      deps.log.warn({ err: error, workspaceId, userId }, "a Home tab could not be shown");
    }
    return undefined;
  };
}

async function viewFor(
  say: Say,
  { workspaceId, userId }: Visitor,
  looking: Looking,
  { site, countsOf }: { readonly site: string; readonly countsOf: CountsOf },
  deps: IntakeDeps,
): Promise<HomeView> {
  const { store, access, now } = deps;
  const refusal = whyNotInDirectMessage(userId, access);
  if (refusal !== undefined) return closedView(say.kept(refusal));
  const [jobs, page, habits, credit, counts, watched] = await Promise.all([
    store.jobsOf(userId, workspaceId, LOOKED_THROUGH),
    findPage(say, { userId, workspaceId }, looking, store),
    store.findHabits(workspaceId, userId),
    inTime(deps.creditLeft()),
    countsOf(workspaceId),
    access.adminUsers.has(userId) ? store.watchedChannels(workspaceId) : undefined,
  ]);
  return homeView(say, {
    now: now(),
    site,
    running: jobs.filter((job) => !hasEnded(job) && job.message.status !== "none"),
    looking,
    page,
    habits: habits ?? {},
    credit,
    used: counts.find(({ requesterId }) => requesterId === userId)?.credits ?? 0,
    ...(watched ? { admin: { access, watched, counts } } : {}),
  });
}

type CountsOf = (workspaceId: WorkspaceId) => Promise<AdminPart["counts"]>;

/** Who has asked for how many this month, counted at most once a minute: it reads all the month's requests. */
function createCounts({ store, now }: Pick<IntakeDeps, "store" | "now">): CountsOf {
  const known = new Map<WorkspaceId, { readonly at: number; readonly counts: ReturnType<CountsOf> }>();
  return (workspaceId) => {
    const last = known.get(workspaceId);
    if (last && now() - last.at < COUNTED_EVERY_MS) return last.counts;
    const today = new Date(now());
    const monthBegan = Date.UTC(today.getUTCFullYear(), today.getUTCMonth());
    const counts = store.countByPerson(workspaceId, monthBegan);
    known.set(workspaceId, { at: now(), counts });
    counts.catch(() => known.delete(workspaceId));
    return counts;
  };
}

async function inTime<T>(answer: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ANSWERED_WITHIN_MS);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

const siteUrl = z.url({ protocol: /^https?$/ });

/** The address of each workspace, asked for once: links into it need no call then. */
function createSites({ clientFor }: Pick<IntakeDeps, "clientFor">): (id: InstallationId) => Promise<string> {
  const known = new Map<InstallationId, string>();
  return async (id) => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const answer = await slackCall(
      async () => (await clientFor(id)).auth.test(),
      ({ url }) => ({ url: siteUrl.parse(url) }),
    );
    if (answer.type !== "ok") return ANY_SITE;
    const address = answer.url.endsWith("/") ? answer.url : `${answer.url}/`;
    known.set(id, address);
    return address;
  };
}
