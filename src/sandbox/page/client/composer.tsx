import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { PageConversation } from "../snapshot.ts";
import { Chips } from "./chips.tsx";
import { PlusIcon, SendIcon } from "./icons.tsx";
import { RecordButton } from "./recorder.tsx";
import { type Suggestion, suggest } from "./suggestions.ts";
import { useDoer, useSurroundings } from "./surroundings.ts";
import { addFiles, areReady, type ChangeUploads, idsOf, type Upload } from "./uploads.ts";

/** What is typed and not sent, by person and place. */
const drafts = new Map<string, string>();

export function Composer({
  conversation,
  threadTs,
  uploads,
  change,
  onRemove,
  onSent,
  label,
}: {
  conversation: PageConversation;
  threadTs?: string;
  uploads: readonly Upload[];
  change: ChangeUploads;
  onRemove: (key: number) => void;
  onSent: () => void;
  label: string;
}) {
  const perform = useDoer();
  const { app, snapshot } = useSurroundings();
  const appName = app?.name ?? "";
  const draft = `${snapshot.me} ${conversation.id} ${threadTs ?? ""}`;
  const [text, setText] = useState(() => drafts.get(draft) ?? "");
  const [caret, setCaret] = useState(text.length);
  const [chosen, setChosen] = useState<number>();
  const [isDismissed, setDismissed] = useState(false);
  const [problem, setProblem] = useState<string>();
  const box = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const caretNext = useRef<number>(undefined);
  const id = useId();

  useLayoutEffect(() => void drafts.set(draft, text), [draft, text]);
  useLayoutEffect(() => {
    if (caretNext.current === undefined) return;
    box.current?.focus();
    box.current?.setSelectionRange(caretNext.current, caretNext.current);
    caretNext.current = undefined;
  });
  // Whoever drops a file goes on typing about it. In a channel the app hears of it when it is mentioned; whoever does not
  // want that takes the mention out.
  const wantsMention = conversation.kind !== "im" && conversation.appIsIn;
  const hadUploads = useRef(uploads.length);
  useEffect(() => {
    if (uploads.length > hadUploads.current) {
      box.current?.focus();
      if (hadUploads.current === 0 && text === "" && wantsMention) insert(`@${appName} `, 0);
    }
    hadUploads.current = uploads.length;
  }, [uploads.length]);

  const suggestions = isDismissed
    ? undefined
    : suggest(text, caret, { appName, inThread: threadTs !== undefined });
  const active = suggestions ? (chosen ?? (suggestions.firstIsMeant ? 0 : -1)) : -1;
  const isEmpty = text.trim() === "" && uploads.length === 0;
  const canSend = !isEmpty && areReady(uploads);

  const write = (next: string, at: number) => {
    setText(next);
    setCaret(at);
    setChosen(undefined);
    setDismissed(false);
  };
  const insert = (piece: string, from: number) => {
    const next = text.slice(0, from) + piece + text.slice(caret);
    write(next, from + piece.length);
    caretNext.current = from + piece.length;
  };
  const take = (suggestion: Suggestion) => {
    if (!suggestions) return;
    insert(suggestion.insert, suggestions.from);
    if (suggestion.isShortcut) void perform({ do: "globalShortcut" });
  };
  const mention = () => {
    const gap = caret > 0 && !/\s/.test(text[caret - 1] ?? "") ? " " : "";
    insert(`${gap}@${appName} `, caret);
  };
  const send = async () => {
    if (!canSend) return;
    const sent = { text, uploads };
    write("", 0);
    change(() => []);
    setProblem(undefined);
    onSent();
    const outcome = await perform({
      do: "say",
      conversation: conversation.id,
      ...(threadTs !== undefined && { threadTs }),
      text: sent.text.trim(),
      uploads: idsOf(sent.uploads),
    });
    if (outcome.problem === undefined) return;
    // What could not be sent is not lost, unless something else was begun meanwhile.
    setText((now) => (now === "" ? sent.text : now));
    change((now) => (now.length === 0 ? sent.uploads : now));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const count = suggestions?.all.length ?? 0;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const suggestion = suggestions?.all[active];
    if (count > 0 && move !== undefined) {
      event.preventDefault();
      setChosen((Math.max(active, move > 0 ? -1 : 0) + move + count) % count);
    } else if (suggestion && (event.key === "Enter" || event.key === "Tab") && !event.shiftKey) {
      event.preventDefault();
      take(suggestion);
    } else if (event.key === "Escape" && count > 0) {
      event.preventDefault();
      setDismissed(true);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      void send();
    }
  };
  const follow = (event: { currentTarget: HTMLTextAreaElement }) =>
    setCaret(event.currentTarget.selectionStart);
  const where = conversation.kind === "im" ? conversation.name : `#${conversation.name}`;
  return (
    <form
      class="composer"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {suggestions && (
        <div class="suggestions" role="listbox" id={`${id}-list`} aria-label="Suggestions">
          {suggestions.all.map((suggestion, at) => (
            // biome-ignore lint/a11y/useFocusableInteractive: the text box keeps the focus
            // biome-ignore lint/a11y/useKeyWithClickEvents: the text box takes the keys
            <div
              key={suggestion.text}
              id={`${id}-${at}`}
              role="option"
              aria-selected={at === active}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(suggestion)}
            >
              <strong>{suggestion.text}</strong> <span>{suggestion.about}</span>
            </div>
          ))}
        </div>
      )}
      <div class="composer-box">
        <Chips uploads={uploads} label="Files to send" onRemove={onRemove} />
        <textarea
          ref={box}
          rows={1}
          value={text}
          aria-label={label}
          aria-autocomplete="list"
          aria-controls={suggestions ? `${id}-list` : undefined}
          aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
          placeholder={threadTs === undefined ? `Message ${where}` : "Reply…"}
          onInput={(event) => write(event.currentTarget.value, event.currentTarget.selectionStart)}
          onKeyDown={onKeyDown}
          onKeyUp={follow}
          onClick={follow}
          onPaste={(event) => {
            const files = [...(event.clipboardData?.files ?? [])];
            if (files.length === 0) return;
            event.preventDefault();
            addFiles(files, change);
          }}
        />
        <div class="composer-tools">
          <input
            ref={chooser}
            type="file"
            multiple
            hidden
            data-testid={threadTs === undefined ? "add-files" : "add-files-to-thread"}
            onChange={(event) => {
              addFiles([...(event.currentTarget.files ?? [])], change);
              event.currentTarget.value = ""; // so that the same can be chosen again
            }}
          />
          <button type="button" class="tool" onClick={() => chooser.current?.click()}>
            <PlusIcon /> Add files
          </button>
          <RecordButton
            onClip={(clip) => addFiles([clip], change, { isClip: true })}
            onProblem={setProblem}
          />
          <button type="button" class="icon-button at-sign" onClick={mention}>
            <span aria-hidden="true">@</span>
            <span class="hidden">Mention {appName}</span>
          </button>
          <span class="composer-keys" aria-hidden="true">
            Shift + Enter for a new line
          </span>
          <button type="submit" class="send" aria-disabled={!canSend}>
            <SendIcon />
            <span class="hidden">Send</span>
          </button>
        </div>
      </div>
      <p class={problem === undefined ? "hidden" : "composer-problem"} role="alert">
        {problem}
      </p>
    </form>
  );
}
