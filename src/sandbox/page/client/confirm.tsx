import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import type { Element } from "../../slack/block-kit.ts";
import { Dialog } from "./dialog.tsx";
import { plainText, Text } from "./mrkdwn.tsx";

export type ConfirmObject = NonNullable<Extract<Element, { type: "button" }>["confirm"]>;

/** Asks before it is done, where the app wants that. */
export function useConfirm(confirm: ConfirmObject | undefined): {
  ask: (then: () => void) => void;
  question: ComponentChildren;
} {
  const [pending, setPending] = useState<{ then: () => void }>();
  const titleId = useId();
  const ask = (then: () => void) => (confirm ? setPending({ then }) : then());
  if (!confirm || !pending) return { ask, question: null };
  const leave = () => setPending(undefined);
  const question = (
    <Dialog titleId={titleId} className="confirm" onClose={leave}>
      <h2 id={titleId}>{plainText(confirm.title)}</h2>
      <Text of={confirm.text} />
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={leave}>
          {plainText(confirm.deny)}
        </button>
        <button
          type="button"
          class={`button ${confirm.style === "danger" ? "button-danger" : "button-primary"}`}
          onClick={() => {
            leave();
            pending.then();
          }}
        >
          {plainText(confirm.confirm)}
        </button>
      </div>
    </Dialog>
  );
  return { ask, question };
}
