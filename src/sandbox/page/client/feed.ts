import { useEffect, useState } from "preact/hooks";
import type { Snapshot } from "../snapshot.ts";

export interface Feed {
  /** Null until the first has come for this person. */
  readonly snapshot: Snapshot | null;
  readonly isLost: boolean;
}

/** What `me` sees, always as it is now. The browser itself connects again when the line breaks. */
export function useFeed(me: string): Feed {
  const [feed, setFeed] = useState<Feed>({ snapshot: null, isLost: false });
  useEffect(() => {
    const source = new EventSource(`feed?me=${encodeURIComponent(me)}`);
    source.addEventListener("snapshot", (event: MessageEvent<string>) => {
      // Our own server's, of the very build that this page comes from.
      const snapshot = JSON.parse(event.data) as Snapshot;
      setFeed({ snapshot, isLost: false });
    });
    source.addEventListener("error", () => setFeed((last) => ({ ...last, isLost: true })));
    return () => source.close();
  }, [me]);
  return feed.snapshot?.me === me ? feed : { snapshot: null, isLost: feed.isLost };
}
