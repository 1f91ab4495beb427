import { useCallback, useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import type { ViewContent } from "../../slack/block-kit.ts";
import type { PageView } from "../snapshot.ts";
import { Blocks } from "./blocks.tsx";
import { Dialog } from "./dialog.tsx";
import { type FilesByBlock, filled, inputsOf, missing, NOT_READY } from "./form-values.ts";
import { CloseIcon } from "./icons.tsx";
import { plainText } from "./mrkdwn.tsx";
import { Region } from "./region.tsx";
import { type Surface, SurfaceProvider, useTyped } from "./surface.ts";
import { useDoer, useSurroundings } from "./surroundings.ts";

type Modal = Extract<ViewContent, { type: "modal" }>;

/** The app's forms, each over the one before. */
export function Forms({ here }: { here: string | undefined }) {
  const { snapshot } = useSurroundings();
  return (
    <>
      {snapshot.forms.map((view) =>
        view.content.type === "modal" ? (
          <FormDialog key={view.id} view={view} content={view.content} here={here} />
        ) : null,
      )}
    </>
  );
}

function FormDialog(props: { view: PageView; content: Modal; here: string | undefined }) {
  const titleId = useId();
  const close = useRef(() => {});
  return (
    <Dialog titleId={titleId} className="form" onClose={() => close.current()}>
      <Region>
        <Form {...props} titleId={titleId} closeRef={close} />
      </Region>
    </Dialog>
  );
}

function Form({
  view,
  content,
  here: hereNow,
  titleId,
  closeRef,
}: {
  view: PageView;
  content: Modal;
  here: string | undefined;
  titleId: string;
  closeRef: { current: () => void };
}) {
  const perform = useDoer();
  const { snapshot, person } = useSurroundings();
  const { all, typed, setTyped: keepTyped } = useTyped();
  const [files, setFiles] = useState<FilesByBlock>({});
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [isBusy, setBusy] = useState(false);
  // It stays about where it was opened, whatever is looked at below it.
  const [here] = useState(hereNow);
  const form = useRef<HTMLFormElement>(null);

  const forget = useCallback((blockId: string) => setErrors(({ [blockId]: _, ...others }) => others), []);
  const surface: Surface = useMemo(
    () => ({
      typed,
      setTyped: (blockId, actionId, value) => {
        keepTyped(blockId, actionId, value);
        forget(blockId);
      },
      errors,
      files: (blockId) => files[blockId] ?? [],
      changeFiles: (blockId, change) => {
        setFiles((before) => ({ ...before, [blockId]: change(before[blockId] ?? []) }));
        forget(blockId);
      },
      here,
      use: (blockId, actionId, value) =>
        perform({ do: "use", view: view.id, blockId, actionId, ...(value !== undefined && { value }) }),
      search: (blockId, _, words) => perform({ do: "search", view: view.id, blockId, typed: words }),
    }),
    [typed, keepTyped, forget, errors, files, here, perform, view.id],
  );
  useEffect(() => {
    if (Object.keys(errors).length === 0) return;
    const wrong = form.current?.querySelector(".is-wrong");
    wrong?.querySelector<HTMLElement>("input, select, textarea, button")?.focus();
  }, [errors]);

  const close = () => void perform({ do: "close", view: view.id });
  closeRef.current = close;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy || content.submit_disabled) return;
    const inputs = inputsOf(content.blocks);
    const wanting = missing(inputs, all, files, here);
    if (Object.keys(wanting).length > 0) {
      setErrors(wanting);
      return;
    }
    setErrors({});
    setBusy(true);
    const outcome = await perform({ do: "submit", view: view.id, ...filled(inputs, all, files, here) });
    setBusy(false);
    if (outcome.errors) setErrors(outcome.errors);
  };
  const isUploading = Object.values(errors).includes(NOT_READY);
  return (
    <form ref={form} noValidate onSubmit={submit} aria-busy={isBusy}>
      <header class="form-head">
        <h2 id={titleId}>{plainText(content.title)}</h2>
        <button type="button" class="icon-button" onClick={close}>
          <CloseIcon />
          <span class="hidden">Close the form</span>
        </button>
      </header>
      <div class="form-body" lang={person(snapshot.me)?.locale}>
        <SurfaceProvider value={surface}>
          <Blocks blocks={content.blocks} />
        </SurfaceProvider>
      </div>
      <footer class="dialog-buttons">
        {isUploading && <span class="hint">Still uploading…</span>}
        <button type="button" class="button" onClick={close}>
          {content.close ? plainText(content.close) : content.submit ? "Cancel" : "Close"}
        </button>
        {content.submit && (
          <button
            type="submit"
            class="button button-primary"
            aria-disabled={isBusy || content.submit_disabled}
          >
            {plainText(content.submit)}
            {isBusy && <span class="busy" role="img" aria-label="Sending" />}
          </button>
        )}
      </footer>
    </form>
  );
}
