import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

const FIELDS = "input, select, textarea, button, a";

/** The browser's own modal dialog, open as long as it is rendered: it keeps the focus inside and gives it back. */
export function Dialog({
  titleId,
  className = "",
  onClose,
  children,
}: {
  titleId: string;
  className?: string;
  /** Escape. */
  onClose: () => void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // Not the button that closes it, which stands first.
    shown?.querySelector<HTMLElement>(`.form-body :is(${FIELDS})`)?.focus();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog ${className}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        // A file chooser that is cancelled bubbles up to here.
        if (event.target !== dialog.current) return;
        event.preventDefault();
        onClose();
      }}
      onClose={() => {
        // At a second Escape a browser closes it without asking; it is still there, so it is shown.
        if (dialog.current?.isConnected) dialog.current.showModal();
      }}
    >
      {children}
    </dialog>
  );
}
