import type { Element } from "../../slack/block-kit.ts";
import type { FieldLook } from "./field-look.ts";
import { Text } from "./mrkdwn.tsx";
import { useSurface, type Value } from "./surface.ts";

interface Props<Type extends Element["type"]> {
  blockId: string;
  element: Extract<Element, { type: Type }>;
  look: FieldLook;
  onChoose: (value: Value) => void;
}

export function RadioField({ blockId, element, look, onChoose }: Props<"radio_buttons">) {
  const typed = useSurface().typed(blockId, element.action_id);
  const chosen = typed === undefined ? element.initial_option?.value : typed;
  return (
    <div
      class="choices"
      role="radiogroup"
      id={look.id}
      aria-label={look.name}
      aria-labelledby={look.name ? undefined : `${look.id}-label`}
      aria-describedby={look.describedBy}
      aria-invalid={look.isWrong}
      aria-required={look.isRequired}
    >
      {element.options.map((option) => (
        <label key={option.value} class="choice">
          <input
            type="radio"
            name={look.id}
            checked={chosen === option.value}
            onChange={() => onChoose(option.value)}
          />
          <ChoiceText option={option} />
        </label>
      ))}
    </div>
  );
}

export function CheckboxesField({ blockId, element, look, onChoose }: Props<"checkboxes">) {
  const typed = useSurface().typed(blockId, element.action_id);
  const chosen = Array.isArray(typed) ? typed : (element.initial_options ?? []).map(({ value }) => value);
  const toggle = (value: string) =>
    onChoose(chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset takes its name from a legend alone
    <div
      class="choices"
      role="group"
      id={look.id}
      aria-label={look.name}
      aria-labelledby={look.name ? undefined : `${look.id}-label`}
      aria-describedby={look.describedBy}
    >
      {element.options.map((option) => (
        <label key={option.value} class="choice">
          <input
            type="checkbox"
            checked={chosen.includes(option.value)}
            aria-invalid={look.isWrong}
            onChange={() => toggle(option.value)}
          />
          <ChoiceText option={option} />
        </label>
      ))}
    </div>
  );
}

function ChoiceText({ option }: { option: Extract<Element, { type: "checkboxes" }>["options"][number] }) {
  return (
    <span class="choice-text">
      <Text of={option.text} />
      {option.description && (
        <span class="choice-description">
          <Text of={option.description} />
        </span>
      )}
    </span>
  );
}
