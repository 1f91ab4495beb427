import { useId, useState } from "preact/hooks";
import type { Block, Button, InputBlock } from "../../slack/block-kit.ts";
import { CheckboxesField, RadioField } from "./choices.tsx";
import { useConfirm } from "./confirm.tsx";
import { ExternalSelectField } from "./external-select.tsx";
import type { FieldLook } from "./field-look.ts";
import { Link } from "./link.tsx";
import { Menu } from "./menu.tsx";
import { plainText } from "./mrkdwn.tsx";
import { SelectField } from "./select-field.tsx";
import { useSurface, type Value } from "./surface.ts";

/** Any element of a section or of an actions block that does something; each tells the app at once. */
export type ActionElement = Extract<Block, { type: "actions" }>["elements"][number];
export type Choosing = Exclude<ActionElement, { type: "button" | "overflow" }>;

export function Control({
  blockId,
  element,
  name,
}: {
  blockId: string;
  element: ActionElement;
  /** What it is about, where it has no label of its own. */
  name?: string | undefined;
}) {
  switch (element.type) {
    case "button":
      return <ButtonControl blockId={blockId} element={element} />;
    case "overflow":
      return <OverflowControl blockId={blockId} element={element} />;
    case "static_select":
    case "external_select":
    case "radio_buttons":
    case "checkboxes":
    case "conversations_select":
    case "users_select":
      return <ChoosingControl blockId={blockId} element={element} name={name} />;
  }
}

function ButtonControl({ blockId, element }: { blockId: string; element: Button }) {
  const { use } = useSurface();
  const [isBusy, setBusy] = useState(false);
  const { ask, question } = useConfirm(element.confirm);
  const look = element.style ? `button button-${element.style}` : "button";
  const text = plainText(element.text);
  const press = () =>
    ask(async () => {
      setBusy(true);
      await use(blockId, element.action_id);
      setBusy(false);
    });
  if (element.url) {
    return (
      <Link
        class={look}
        href={element.url}
        aria-label={element.accessibility_label}
        onClick={() => void use(blockId, element.action_id)}
      >
        {text}
      </Link>
    );
  }
  return (
    <>
      <button
        type="button"
        class={look}
        aria-label={element.accessibility_label}
        aria-busy={isBusy}
        aria-disabled={isBusy}
        onClick={isBusy ? undefined : press}
      >
        {text}
      </button>
      {question}
    </>
  );
}

function OverflowControl({
  blockId,
  element,
}: {
  blockId: string;
  element: Extract<ActionElement, { type: "overflow" }>;
}) {
  const { use } = useSurface();
  const { ask, question } = useConfirm(element.confirm);
  const items = element.options.map((option) => ({
    key: option.value,
    text: plainText(option.text),
    onChoose: () => ask(() => void use(blockId, element.action_id, option.value)),
  }));
  return (
    <>
      <Menu name="More options" items={items} />
      {question}
    </>
  );
}

function ChoosingControl({
  blockId,
  element,
  name,
}: {
  blockId: string;
  element: Choosing;
  name: string | undefined;
}) {
  const { use, setTyped } = useSurface();
  const id = useId();
  const { ask, question } = useConfirm(element.confirm);
  const choose = (value: Value) =>
    ask(() => {
      setTyped(blockId, element.action_id, value);
      void use(blockId, element.action_id, value);
    });
  const placeholder = "placeholder" in element ? element.placeholder : undefined;
  const look: FieldLook = { id, name: name ?? (placeholder && plainText(placeholder)) ?? "Choose" };
  return (
    <>
      <ChoosingField blockId={blockId} element={element} look={look} onChoose={choose} isOptional={false} />
      {question}
    </>
  );
}

/** The lists and boxes, which are the same with a label as an input and without one elsewhere. */
export function ChoosingField(props: {
  blockId: string;
  element: Choosing | Extract<InputBlock["element"], { type: Choosing["type"] }>;
  look: FieldLook;
  isOptional: boolean;
  onChoose: (value: Value) => void;
}) {
  const { element } = props;
  switch (element.type) {
    case "radio_buttons":
      return <RadioField {...props} element={element} />;
    case "checkboxes":
      return <CheckboxesField {...props} element={element} />;
    case "external_select":
      return <ExternalSelectField {...props} element={element} />;
    case "static_select":
    case "conversations_select":
    case "users_select":
      return <SelectField {...props} element={element} />;
  }
}
