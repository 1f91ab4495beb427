import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { InstallationId, UserId } from "../job/ids.ts";
import { type Say, sayIn } from "../words/say.ts";
import { type Locale, localeFor } from "../words/sentences.ts";
import { type ClientFor, slackCall } from "./slack-call.ts";

/** In which language the app speaks to whom: the one that they have chosen in Slack. */
export interface Readers {
  /** Never throws, and answers in less than a second: in English where Slack has not told by then. */
  sayTo(installationId: InstallationId, userId: UserId): Promise<Say>;
}

const PATIENCE_MS = 800;
const KNOWN_FOR_MS = 24 * 3_600_000;
/** Where Slack has not told: it is asked again, but not for each message. */
const UNKNOWN_FOR_MS = 10 * 60_000;
const MOST_PEOPLE = 20_000;
const MOST_INSTALLATIONS = 5000;
/** Of another team, or gone: says nothing about anybody else. */
const OF_ONE_PERSON: ReadonlySet<string> = new Set(["user_not_found", "user_not_visible"]);

const answer = z.object({ user: z.object({ locale: z.string().optional() }) });

export interface ReadersDeps {
  readonly clientFor: ClientFor;
  readonly log: { info(fields: object, message: string): void };
  readonly now?: () => number;
}

export function createReaders({ clientFor, log, now = Date.now }: ReadersDeps): Readers {
  /** Until when an installation is not asked again: it lacks the permission, or Slack wants to be left alone. */
  const silent = new LRUCache<InstallationId, number>({ max: MOST_INSTALLATIONS });

  const ask = async (installationId: InstallationId, userId: UserId): Promise<Locale | undefined> => {
    if (now() < (silent.get(installationId) ?? 0)) return undefined;
    const told = await slackCall(
      async () => (await clientFor(installationId)).users.info({ user: userId, include_locale: true }),
      (result) => ({ locale: answer.parse(result).user.locale }),
    );
    if (told.type === "ok") return localeFor(told.locale);
    const code = told.type === "refused" ? told.code : told.type;
    const isAboutPerson = told.type === "refused" && OF_ONE_PERSON.has(told.code);
    const pause = told.type === "busy" ? told.retryAfterMs : isAboutPerson ? 0 : UNKNOWN_FOR_MS;
    silent.set(installationId, now() + pause);
    log.info(
      { installationId, userId, code },
      "Slack did not tell somebody's language: it stays, or is English",
    );
    return undefined;
  };

  const locales = new LRUCache<string, Locale, { installationId: InstallationId; userId: UserId }>({
    max: MOST_PEOPLE,
    ttl: KNOWN_FOR_MS,
    // What was known a day ago is said at once, and asked about meanwhile.
    allowStale: true,
    ignoreFetchAbort: true,
    // One question about a person at a time, however many messages wait for it.
    fetchMethod: async (_key, stale, { options, context: { installationId, userId } }) => {
      const locale = await ask(installationId, userId);
      if (locale === undefined) options.ttl = UNKNOWN_FOR_MS;
      return locale ?? stale ?? "en";
    },
  });

  return {
    async sayTo(installationId, userId) {
      const asked = locales.fetch(`${installationId} ${userId}`, { context: { installationId, userId } });
      return sayIn((await within(PATIENCE_MS, asked)) ?? "en");
    },
  };
}

async function within<T>(ms: number, wanted: Promise<T>): Promise<T | undefined> {
  const { promise: timeUp, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, ms, undefined);
  try {
    return await Promise.race([wanted, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
