import { useCallback, useEffect, useState } from "preact/hooks";

/** Who is looking at what. It stands in the address, so that a reload keeps it and two windows can be two people. */
export interface Place {
  readonly me: string;
  /** A conversation's id or "home"; empty is the first one. */
  readonly at: string;
  /** The `ts` of the root of the thread that is open. */
  readonly thread: string | undefined;
}

const FIRST_PERSON = "U0ANNA";

export function usePlace(): [Place, (change: Partial<Place>) => void] {
  const [place, setPlace] = useState(() => parsePlace(location.hash, FIRST_PERSON));
  useEffect(() => {
    const follow = () => setPlace((last) => parsePlace(location.hash, last.me));
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  const go = useCallback((change: Partial<Place>) => {
    setPlace((last) => {
      const next = { ...last, ...change };
      history.replaceState(null, "", addressOf(next));
      return next;
    });
  }, []);
  return [place, go];
}

/** `#/U0ANNA/C0GENERAL/1764158400.000100`, or what Slack's links to messages become: `#archives/C0GENERAL/p1764158400000100`. */
function parsePlace(hash: string, me: string): Place {
  const message = /^#archives\/(\w+)\/p(\d+)(\d{6})(?:\?(.*))?$/.exec(hash);
  if (message) {
    const [, at = "", seconds, micros, query] = message;
    return { me, at, thread: new URLSearchParams(query).get("thread_ts") ?? `${seconds}.${micros}` };
  }
  const [person, at, thread] = hash.replace(/^#\/?/, "").split("/").map(decoded);
  return { me: person || me, at: at ?? "", thread: thread || undefined };
}

/** As it stands, where it is no encoding: people edit addresses. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function addressOf({ me, at, thread }: Place): string {
  return `#/${[me, at, thread ?? ""].map(encodeURIComponent).join("/").replace(/\/+$/, "")}`;
}
