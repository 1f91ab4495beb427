import { useEffect, useState } from "preact/hooks";
import type { PageConversation, Snapshot } from "../snapshot.ts";

const KEY = "seen-up-to";

type Seen = Readonly<Record<string, string>>;

/** The conversations with something new from somebody else. What is open is seen. */
export function useUnread(snapshot: Snapshot | null, open: string | undefined): ReadonlySet<string> {
  const [seen, setSeen] = useState<Seen>(readSeen);
  const me = snapshot?.me;
  const conversation = snapshot?.conversations.find(({ id }) => id === open);
  const newest = conversation && newestOf(conversation);
  const key = `${me}/${open}`;
  useEffect(() => {
    if (newest === undefined) return;
    setSeen((last) => {
      const next = { ...last, [key]: newest };
      sessionStorage.setItem(KEY, JSON.stringify(next));
      return next;
    });
  }, [key, newest]);
  const unread = (snapshot?.conversations ?? []).filter(
    (each) =>
      each.id !== open &&
      each.messages.some(({ ts, user }) => user !== me && Number(ts) > Number(seen[`${me}/${each.id}`] ?? 0)),
  );
  return new Set(unread.map(({ id }) => id));
}

function newestOf({ messages }: PageConversation): string | undefined {
  return messages.at(-1)?.ts;
}

function readSeen(): Seen {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Seen; // written above
  } catch {
    return {};
  }
}
