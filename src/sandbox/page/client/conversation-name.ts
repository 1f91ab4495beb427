import type { PageConversation } from "../snapshot.ts";

export function nameOf({ kind, name }: PageConversation): string {
  return kind === "im" ? name : `#${name}`;
}
