/** Where controls stand: in a message, in a form, or in the Home tab. Each tells the app in its own way. */
import { createContext } from "preact";
import { useCallback, useContext, useMemo, useState } from "preact/hooks";
import type { Outcome } from "../acts.ts";
import type { Upload } from "./uploads.ts";

export type Value = string | string[] | null;

export interface Surface {
  /** Where a choice of the list's is looked for; undefined where no list can ask the app. */
  readonly search: ((blockId: string, actionId: string, typed: string) => Promise<Outcome>) | undefined;
  readonly use: (blockId: string, actionId: string, value?: Value) => Promise<Outcome>;
  /** What was typed or chosen since it is open; undefined is as it came. */
  readonly typed: (blockId: string, actionId: string) => Value | undefined;
  readonly setTyped: (blockId: string, actionId: string, value: Value) => void;
  /** Of the inputs, by block id. */
  readonly errors: Readonly<Record<string, string>>;
  readonly files: (blockId: string) => readonly Upload[];
  readonly changeFiles: (blockId: string, change: (files: readonly Upload[]) => readonly Upload[]) => void;
  /** The conversation from which it was opened. */
  readonly here: string | undefined;
}

export type Typed = Readonly<Record<string, Value>>;

/** Slack keeps what is typed while both ids stay the same, whatever the app does to the view. */
export function useTyped() {
  const [typed, setAll] = useState<Typed>({});
  const setTyped = useCallback((blockId: string, actionId: string, value: Value) => {
    setAll((all) => ({ ...all, [keyOf(blockId, actionId)]: value }));
  }, []);
  return useMemo(
    () => ({
      all: typed,
      typed: (blockId: string, actionId: string) => typed[keyOf(blockId, actionId)],
      setTyped,
    }),
    [typed, setTyped],
  );
}

export function keyOf(blockId: string, actionId: string): string {
  return `${blockId}/${actionId}`;
}

const SurfaceContext = createContext<Surface | null>(null);
export const SurfaceProvider = SurfaceContext.Provider;

export function useSurface(): Surface {
  const found = useContext(SurfaceContext);
  if (!found) throw new Error("outside of a surface");
  return found;
}

/** For surfaces without inputs. */
export const NO_INPUTS: Pick<Surface, "errors" | "files" | "changeFiles"> = {
  errors: {},
  files: () => [],
  changeFiles: () => {},
};
