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
  const [place, setPlace] = useState(() => parsePlace(location.hash));
  useEffect(() => {
    const follow = () => setPlace(parsePlace(location.hash));
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

/** `#/U0ANNA/C0GENERAL/1764158400.000100` */
function parsePlace(hash: string): Place {
  const [me, at, thread] = hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  return { me: me || FIRST_PERSON, at: at ?? "", thread: thread || undefined };
}

function addressOf({ me, at, thread }: Place): string {
  return `#/${[me, at, thread ?? ""].map(encodeURIComponent).join("/").replace(/\/+$/, "")}`;
}
