import { useEffect, useRef, useState } from "preact/hooks";
import { type Inline, parseInline } from "../../parse-mrkdwn.ts";
import type { Snapshot } from "../snapshot.ts";

const MOST_LETTERS = 200;

/** Reads out what others say as it comes; an edit of what was read out already is not read again. */
export function Announcer({ snapshot }: { snapshot: Snapshot }) {
  const heard = useRef<{ me: string; all: Set<string> }>(undefined);
  const [said, setSaid] = useState("");
  useEffect(() => {
    const { me } = snapshot;
    const all = snapshot.conversations.flatMap(({ id, name, kind, messages }) =>
      messages.map((message) => ({
        key: `${id}/${message.ts}`,
        where: kind === "im" ? "" : ` in #${name}`,
        message,
      })),
    );
    const before = heard.current?.me === me ? heard.current.all : undefined;
    heard.current = { me, all: new Set(all.map(({ key }) => key)) };
    if (!before) return;
    const fresh = all.filter(({ key, message }) => !before.has(key) && message.user !== me);
    if (fresh.length === 0) return;
    const lines = fresh.map(({ where, message }) => {
      const name = snapshot.people.find(({ id }) => id === message.user)?.name ?? message.user;
      const files = message.files.map((file) => file.name).join(", ");
      return `${name}${where}: ${[spoken(message.text, snapshot), files].filter(Boolean).join(", ")}`;
    });
    setSaid(lines.join(". "));
  }, [snapshot]);
  return (
    <div class="hidden" aria-live="polite" data-testid="announcer">
      {said}
    </div>
  );
}

function spoken(text: string, { people }: Snapshot): string {
  const said = (piece: Inline): string => {
    switch (piece.kind) {
      case "text":
      case "code":
      case "link":
        return piece.text;
      case "mention":
        return people.find(({ id }) => id === piece.id)?.name ?? piece.label;
      case "date":
        return piece.fallback;
      case "bold":
      case "italic":
      case "strike":
        return piece.inside.map(said).join("");
    }
  };
  const start = text.slice(0, 2 * MOST_LETTERS);
  return parseInline(start).map(said).join("").slice(0, MOST_LETTERS);
}
