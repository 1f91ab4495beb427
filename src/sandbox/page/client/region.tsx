import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { Act } from "../acts.ts";
import { CloseIcon } from "./icons.tsx";
import { sendAct } from "./send.ts";
import { type Doer, DoerProvider, useSurroundings } from "./surroundings.ts";

const SHOWN_MS = 12_000;

/** Everything done inside says here, in one sentence, when it could not be done. */
export function Region({ children }: { children: ComponentChildren }) {
  const { me } = useSurroundings().snapshot;
  const [problem, setProblem] = useState<string>();
  const perform: Doer = useCallback(
    async (act: Act) => {
      setProblem(undefined);
      const outcome = await sendAct(me, act);
      if (outcome.problem) setProblem(outcome.problem);
      return outcome;
    },
    [me],
  );
  useEffect(() => {
    if (problem === undefined) return;
    const timer = setTimeout(() => setProblem(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [problem]);
  return (
    <DoerProvider value={perform}>
      {children}
      <div class="toast-place" role="alert">
        {problem !== undefined && (
          <div class="toast">
            <p>{problem}</p>
            <button type="button" class="icon-button" onClick={() => setProblem(undefined)}>
              <CloseIcon />
              <span class="hidden">Dismiss</span>
            </button>
          </div>
        )}
      </div>
    </DoerProvider>
  );
}
