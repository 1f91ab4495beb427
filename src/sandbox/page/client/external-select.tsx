import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Option } from "../../slack/block-elements.ts";
import type { Element } from "../../slack/block-kit.ts";
import { type FieldLook, lookProps } from "./field-look.ts";
import { CloseIcon } from "./icons.tsx";
import { plainText } from "./mrkdwn.tsx";
import { useSurface, type Value } from "./surface.ts";

const PAUSE_MS = 150;
/** Slack's own default. */
const LETTERS_FIRST = 3;

type Found =
  | { readonly is: "idle" | "asking" }
  | { readonly is: "options"; readonly options: readonly Option[] };

/** Options come from the app at every letter. Pattern: w3.org/WAI/ARIA/apg, "Editable Combobox With List Autocomplete". */
export function ExternalSelectField({
  blockId,
  element,
  look,
  isOptional,
  onChoose,
}: {
  blockId: string;
  element: Extract<Element, { type: "external_select" }>;
  look: FieldLook;
  isOptional: boolean;
  onChoose: (value: Value) => void;
}) {
  const { typed, search } = useSurface();
  const listId = useId();
  const box = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [words, setWords] = useState<string>();
  const [found, setFound] = useState<Found>({ is: "idle" });
  const [active, setActive] = useState(-1);
  const [labels, setLabels] = useState<Readonly<Record<string, string>>>({});
  const min = element.min_query_length ?? LETTERS_FIRST;
  const isOpen = words !== undefined;
  const tooShort = isOpen && words.length < min;

  useEffect(() => {
    if (words === undefined || words.length < min || !search) return;
    let isGone = false;
    setFound({ is: "asking" });
    const timer = setTimeout(async () => {
      const { options } = await search(blockId, element.action_id, words);
      if (isGone) return;
      setFound({ is: "options", options: options ?? [] });
      setActive(options && options.length > 0 && words !== "" ? 0 : -1);
    }, PAUSE_MS);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [words, min, search, blockId, element.action_id]);

  const value = typed(blockId, element.action_id);
  const initial = element.initial_option;
  const chosen = value === undefined ? initial?.value : value;
  const chosenText =
    typeof chosen !== "string"
      ? ""
      : (labels[chosen] ?? (initial?.value === chosen ? plainText(initial.text) : chosen));
  const options = found.is === "options" && isOpen && !tooShort ? found.options : [];

  const open = () => {
    if (isOpen) return;
    setWords("");
    setActive(-1);
  };
  const close = () => setWords(undefined);
  const choose = (option: Option) => {
    setLabels((all) => ({ ...all, [option.value]: plainText(option.text) }));
    close();
    onChoose(option.value);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move !== undefined) {
      event.preventDefault();
      open();
      if (options.length > 0) setActive((at) => (at + move + options.length) % options.length);
    } else if (event.key === "Enter") {
      event.preventDefault(); // the form is not meant
      const option = options[active];
      if (option) choose(option);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      event.stopPropagation(); // the form stays open
      close();
    }
  };
  const state = stateText(tooShort ? min : 0, found, isOpen);
  const isListed = isOpen && found.is === "options";
  useEffect(() => {
    if (isListed) list.current?.scrollIntoView({ block: "nearest" });
  }, [isListed]);
  useEffect(() => {
    if (active >= 0) document.getElementById(`${listId}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [active, listId]);
  return (
    <div class="combobox">
      <input
        {...lookProps(look)}
        ref={box}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        aria-autocomplete="list"
        aria-expanded={isOpen}
        aria-controls={listId}
        aria-activedescendant={active >= 0 && options[active] ? `${listId}-${active}` : undefined}
        placeholder={
          isOpen && chosenText ? chosenText : element.placeholder && plainText(element.placeholder)
        }
        value={isOpen ? words : chosenText}
        onFocus={open}
        onClick={open}
        onBlur={close}
        onInput={(event) => setWords(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {typeof chosen === "string" && isOptional && !isOpen && (
        <button
          type="button"
          class="icon-button"
          onClick={() => {
            onChoose(null);
            box.current?.focus();
          }}
        >
          <CloseIcon />
          <span class="hidden">Clear</span>
        </button>
      )}
      <div ref={list} class={isOpen ? "combobox-list" : "hidden"}>
        <div
          role="listbox"
          id={listId}
          aria-label={look.name ?? (element.placeholder ? plainText(element.placeholder) : "Options")}
        >
          {options.map((option, at) => (
            // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys
            <div
              key={option.value}
              id={`${listId}-${at}`}
              role="option"
              aria-selected={at === active}
              class={option.value === chosen ? "is-chosen" : undefined}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(option)}
            >
              {plainText(option.text)}
              {option.description && <small>{plainText(option.description)}</small>}
            </div>
          ))}
        </div>
        <p class="combobox-state" role="status">
          {state}
        </p>
      </div>
    </div>
  );
}

function stateText(lettersFirst: number, found: Found, isOpen: boolean): string {
  if (!isOpen) return "";
  if (lettersFirst > 0)
    return lettersFirst === 1 ? "Type to search" : `Type ${lettersFirst} letters to search`;
  if (found.is !== "options") return "Searching…";
  return found.options.length === 0 ? "Nothing found" : `${found.options.length} found`;
}
