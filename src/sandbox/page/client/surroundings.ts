import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Act, Outcome } from "../acts.ts";
import type { PageConversation, PagePerson, Snapshot } from "../snapshot.ts";

/** What every part of the page may look up. */
export interface Surroundings {
  readonly snapshot: Snapshot;
  readonly app: PagePerson | undefined;
  person(id: string): PagePerson | undefined;
  conversation(id: string): PageConversation | undefined;
  goTo(conversation: string): void;
}

const SurroundingsContext = createContext<Surroundings | null>(null);
export const SurroundingsProvider = SurroundingsContext.Provider;

export function useSurroundings(): Surroundings {
  const found = useContext(SurroundingsContext);
  if (!found) throw new Error("outside of the page");
  return found;
}

/** Does something; a problem shows up in the region in which it was done. */
export type Doer = (act: Act) => Promise<Outcome>;

const DoerContext = createContext<Doer | null>(null);
export const DoerProvider = DoerContext.Provider;

export function useDoer(): Doer {
  const found = useContext(DoerContext);
  if (!found) throw new Error("outside of a region");
  return found;
}
