import type { Voice, VoiceList } from "../job/speech-api.ts";
import { isNoSuchRoute } from "./answers.ts";
import type { Caller, CallerLog } from "./caller.ts";
import { SUCCESS } from "./codes.ts";
import type { AkoolCall } from "./errors.ts";
import { type PageOfVoices, voicePage, voicesOfOldList } from "./voice-schemas.ts";

const LIST: AkoolCall = "GET v4 voice/list";
const OLD_LIST: AkoolCall = "GET v3 voice/list";
/** AKOOL's `type`. */
const OWN_CLONES = 1;
const ON_OFFER = 2;
/** The maximum is not documented; more than AKOOL gives at once is cut to what it gives. */
const PAGE_SIZE = 100;
const MAX_VOICES = 1000;
/** Of one list: a server that gives few at a time is not asked for ever. */
const MAX_PAGES = 50;
const FRESH_MS = 3_600_000;
/** Between tries that failed: whoever types in a picker asks again at every letter. */
const RETRY_MS = 5000;

export interface VoiceListDeps {
  /** The samples of http:// stand-ins are at the API's own address; all others must be https. */
  readonly apiUrl: string | URL;
  readonly now: () => Date;
  readonly log?: CallerLog | undefined;
}

/**
 * The account's own clones first, then what AKOOL offers. Everybody who asks while nothing is known waits for the
 * same calls; afterwards the list is given out as it is, and an old one is renewed behind the caller's back: a
 * picker in Slack must be answered within 3 s.
 */
export function createVoiceList(caller: Caller, { apiUrl, now, log }: VoiceListDeps): VoiceList {
  const origin = URL.parse(String(apiUrl))?.origin;
  let kept: readonly Voice[] = [];
  /** Milliseconds since 1970. */
  let askAgainAt = 0;
  let underWay: Promise<void> | undefined;

  /** Undefined: it could not be had. */
  const ask = async (name: AkoolCall, path: string) => {
    const { exchange, reached } = await caller.ask({ name, path, signal: undefined });
    const absent = reached && isNoSuchRoute(exchange);
    const isSuccess = exchange.type === "answered" && exchange.reply?.code === SUCCESS;
    return { absent, data: isSuccess ? exchange.reply.data : undefined };
  };

  /** All pages of one list, as far as `MAX_VOICES`; "absent" when this account has no such call. */
  const readAll = async (type: number): Promise<readonly Voice[] | "absent" | undefined> => {
    const voices = new Map<string, Voice>();
    let seen = 0;
    for (let page = 1; page <= MAX_PAGES && voices.size < MAX_VOICES; page += 1) {
      const path = `/api/open/v4/voice/list?type=${type}&page=${page}&size=${PAGE_SIZE}`;
      const { absent, data } = await ask(LIST, path);
      if (absent) return "absent";
      const read = voicePage(origin).safeParse(data).data;
      if (!read) return undefined;
      const before = voices.size;
      for (const voice of read.voices) voices.set(voice.id, voice);
      seen += read.entries;
      if (isLast(read, seen) || (voices.size === before && page > 1)) break;
    }
    return [...voices.values()].slice(0, MAX_VOICES);
  };

  const readOldList = async (): Promise<readonly Voice[] | undefined> => {
    const { data } = await ask(OLD_LIST, "/api/open/v3/voice/list?from=3");
    return voicesOfOldList(origin).safeParse(data).data?.slice(0, MAX_VOICES);
  };

  const readVoices = async (): Promise<readonly Voice[] | undefined> => {
    const offered = await readAll(ON_OFFER);
    if (offered === "absent") return readOldList();
    if (!offered) return undefined;
    // A plan without clones may refuse to list them; the others are still worth having.
    const own = await readAll(OWN_CLONES);
    return own === undefined || own === "absent" ? offered : withoutRepeats([...own, ...offered]);
  };

  const renew = async (): Promise<void> => {
    const voices = await readVoices();
    askAgainAt = now().getTime() + (voices ? FRESH_MS : RETRY_MS);
    if (voices) kept = voices;
    else log?.warn({ known: kept.length }, "AKOOL's list of voices could not be read");
  };

  return {
    async voices(signal) {
      if (now().getTime() < askAgainAt) return kept;
      underWay ??= renew().finally(() => {
        underWay = undefined;
      });
      if (kept.length === 0) await unlessStopped(underWay, signal);
      return kept;
    },
  };
}

function isLast({ entries, size, count }: PageOfVoices, seen: number): boolean {
  return entries === 0 || (entries < (size ?? PAGE_SIZE) && seen >= (count ?? 0));
}

function withoutRepeats(voices: readonly Voice[]): readonly Voice[] {
  const first = new Map<string, Voice>();
  for (const voice of voices) if (!first.has(voice.id)) first.set(voice.id, voice);
  return [...first.values()].slice(0, MAX_VOICES);
}

/** The calls go on for the others who wait. */
async function unlessStopped(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return work;
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = () => resolve();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
