import { LRUCache } from "lru-cache";
import type { InstallationId, UserId } from "../../job/ids.ts";
import { installationOf, type Job } from "../../job/job.ts";
import type { ShowHome, Visitor } from "./publish.ts";
import type { Looking } from "./state.ts";

const LOOKED_AT_FOR_MS = 10 * 60_000;
const MOST_PEOPLE = 500;
/** From the first change to the refresh that shows it, with all that changed meanwhile. */
const SPACING_MS = 3000;

interface OpenHome {
  readonly visitor: Visitor;
  readonly looking: Looking;
  /** Of the view that they see; undefined until Slack has taken it. */
  hash: string | undefined;
  isDue: boolean;
}

export interface Homes {
  /** Somebody looks, or has pressed something there. */
  look(visitor: Visitor, looking: Looking): Promise<void>;
  left(visitor: Visitor): void;
  /** What the job's own message now says has changed. */
  moved(job: Job): void;
}

/**
 * The Homes that people have looked at in the last minutes, each shown anew when one of their requests moves on. By
 * this process alone and as well as may be: whatever is lost here, the next look shows. Whoever searches is left in
 * peace, since that reads through all their requests.
 */
export function createHomes(show: ShowHome): Homes {
  const open = new LRUCache<string, OpenHome>({ max: MOST_PEOPLE, ttl: LOOKED_AT_FOR_MS });

  async function refresh(key: string, home: OpenHome): Promise<void> {
    home.isDue = false;
    if (open.peek(key) !== home || home.hash === undefined) return;
    // With the hash it is Slack's to say whether they have turned a page meanwhile.
    home.hash = await show({ ...home.visitor, hash: home.hash }, home.looking);
    if (home.hash === undefined && open.peek(key) === home) open.delete(key);
  }

  return {
    async look(visitor, looking) {
      const home: OpenHome = { visitor, looking, hash: undefined, isDue: false };
      open.set(keyOf(visitor.installationId, visitor.userId), home);
      home.hash = await show(visitor, looking);
    },

    left({ installationId, userId }) {
      open.delete(keyOf(installationId, userId));
    },

    moved(job) {
      const key = keyOf(installationOf(job), job.requesterId);
      const home = open.peek(key);
      if (!home || home.isDue || home.looking.search !== undefined) return;
      home.isDue = true;
      setTimeout(() => void refresh(key, home), SPACING_MS).unref();
    },
  };
}

function keyOf(installationId: InstallationId, userId: UserId): string {
  return `${installationId} ${userId}`;
}
