import { useEffect, useId, useRef } from "preact/hooks";
import type { InputBlock } from "../../slack/block-kit.ts";
import { ChoosingField } from "./control.tsx";
import type { FieldLook } from "./field-look.ts";
import { lookProps } from "./field-look.ts";
import { FileField } from "./file-field.tsx";
import { plainText } from "./mrkdwn.tsx";
import { useSurface, type Value } from "./surface.ts";

const PAUSE_MS = 300;

/** A field with its label, its hint and what is wrong with it. */
export function InputBlockView({ block }: { block: InputBlock }) {
  const id = useId();
  const error = useSurface().errors[block.block_id];
  const described = [block.hint && `${id}-hint`, error !== undefined && `${id}-error`]
    .filter(Boolean)
    .join(" ");
  const look: FieldLook = {
    id,
    describedBy: described || undefined,
    isWrong: error !== undefined,
    isRequired: !block.optional,
  };
  const isGroup = block.element.type === "checkboxes" || block.element.type === "radio_buttons";
  const label = (
    <>
      {plainText(block.label)}
      {block.optional && <span class="optional"> (optional)</span>}
    </>
  );
  return (
    <div class={error === undefined ? "block-input" : "block-input is-wrong"} data-block-id={block.block_id}>
      {isGroup ? (
        <span class="label" id={`${id}-label`}>
          {label}
        </span>
      ) : (
        <label class="label" for={id} id={`${id}-label`}>
          {label}
        </label>
      )}
      <Field block={block} look={look} />
      {error !== undefined && (
        <p class="field-error" id={`${id}-error`}>
          <span class="field-error-mark" aria-hidden="true">
            !
          </span>
          {error}
        </p>
      )}
      {block.hint && (
        <p class="hint" id={`${id}-hint`}>
          {plainText(block.hint)}
        </p>
      )}
    </div>
  );
}

function Field({ block, look }: { block: InputBlock; look: FieldLook }) {
  const { use, setTyped } = useSurface();
  const { element } = block;
  switch (element.type) {
    case "plain_text_input":
    case "url_text_input":
      return <TextField block={block} element={element} look={look} />;
    case "file_input":
      return <FileField blockId={block.block_id} element={element} look={look} />;
    case "static_select":
    case "external_select":
    case "radio_buttons":
    case "checkboxes":
    case "conversations_select":
    case "users_select": {
      const choose = (value: Value) => {
        setTyped(block.block_id, element.action_id, value);
        if (block.dispatch_action) void use(block.block_id, element.action_id, value);
      };
      return (
        <ChoosingField
          blockId={block.block_id}
          element={element}
          look={look}
          isOptional={block.optional === true}
          onChoose={choose}
        />
      );
    }
  }
}

function TextField({
  block,
  element,
  look,
}: {
  block: InputBlock;
  element: Extract<InputBlock["element"], { type: "plain_text_input" | "url_text_input" }>;
  look: FieldLook;
}) {
  const { use, typed, setTyped } = useSurface();
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(pause.current), []);
  const given = typed(block.block_id, element.action_id);
  const value = given === undefined ? (element.initial_value ?? "") : typeof given === "string" ? given : "";
  const tellOn = block.dispatch_action
    ? (element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"])
    : [];
  const tell = (text: string) => void use(block.block_id, element.action_id, text);
  const isMultiline = element.type === "plain_text_input" && element.multiline === true;
  const max = element.type === "plain_text_input" ? (element.max_length ?? 3000) : 3000;
  const props = {
    ...lookProps(look),
    value,
    placeholder: element.placeholder && plainText(element.placeholder),
    maxLength: max,
    onInput: (event: { currentTarget: { value: string } }) => {
      const text = event.currentTarget.value;
      setTyped(block.block_id, element.action_id, text);
      if (!tellOn.includes("on_character_entered")) return;
      clearTimeout(pause.current);
      pause.current = setTimeout(() => tell(text), PAUSE_MS);
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "Enter" || event.isComposing || !tellOn.includes("on_enter_pressed")) return;
      if (isMultiline && event.shiftKey) return;
      event.preventDefault();
      tell(value);
    },
  };
  const left = max - value.length;
  return (
    <div class="text-field">
      {isMultiline ? (
        <textarea {...props} rows={3} />
      ) : (
        <input {...props} type="text" inputMode={element.type === "url_text_input" ? "url" : "text"} />
      )}
      <span class="field-notes" aria-hidden="true">
        {tellOn.includes("on_enter_pressed") && <span>↵ Enter</span>}
        {element.type === "plain_text_input" && element.max_length !== undefined && (
          <span class={left < 20 ? "is-near" : undefined}>{left}</span>
        )}
      </span>
    </div>
  );
}
