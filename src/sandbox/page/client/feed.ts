import { useEffect, useState } from "preact/hooks";
import type { Snapshot } from "../snapshot.ts";

export interface Feed {
  /** Null until the first has come for this person. */
  readonly snapshot: Snapshot | null;
  readonly isLost: boolean;
  /** The sandbox is there and knows nobody of that name: an address from elsewhere. */
  readonly isRefused: boolean;
}

const NOTHING_YET: Feed = { snapshot: null, isLost: false, isRefused: false };

/** What `me` sees, always as it is now. The browser itself connects again when the line breaks. */
export function useFeed(me: string): Feed {
  const [feed, setFeed] = useState<Feed>(NOTHING_YET);
  useEffect(() => {
    const source = new EventSource(`feed?me=${encodeURIComponent(me)}`);
    source.addEventListener("snapshot", (event: MessageEvent<string>) => {
      // Our own server's, of the very build that this page comes from.
      const snapshot = JSON.parse(event.data) as Snapshot;
      setFeed({ snapshot, isLost: false, isRefused: false });
    });
    source.addEventListener("error", () => {
      // Where the line broke it connects again; where the answer was no, it does not.
      const isRefused = source.readyState === EventSource.CLOSED;
      setFeed((last) => ({ ...last, isLost: true, isRefused }));
    });
    return () => source.close();
  }, [me]);
  return feed.snapshot?.me === me ? feed : { ...feed, snapshot: null };
}
