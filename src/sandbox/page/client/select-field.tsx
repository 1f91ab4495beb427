import type { Element } from "../../slack/block-kit.ts";
import { type FieldLook, lookProps } from "./field-look.ts";
import { plainText } from "./mrkdwn.tsx";
import { useSurface, type Value } from "./surface.ts";
import { type Surroundings, useSurroundings } from "./surroundings.ts";

type Listing = Extract<Element, { type: "static_select" | "conversations_select" | "users_select" }>;

/** The browser's own list: it works with every keyboard and on every phone. */
export function SelectField({
  blockId,
  element,
  look,
  isOptional,
  onChoose,
}: {
  blockId: string;
  element: Listing;
  look: FieldLook;
  isOptional: boolean;
  onChoose: (value: Value) => void;
}) {
  const surface = useSurface();
  const surroundings = useSurroundings();
  const typed = surface.typed(blockId, element.action_id);
  const chosen = typed === undefined ? initialOf(element, surface.here) : typed;
  const options = optionsOf(element, surroundings);
  const isKnown = options.some(({ value }) => value === chosen);
  return (
    <select
      {...lookProps(look)}
      class="select"
      value={isKnown && typeof chosen === "string" ? chosen : ""}
      onChange={(event) => onChoose(event.currentTarget.value === "" ? null : event.currentTarget.value)}
    >
      <option value="" disabled={!isOptional && isKnown}>
        {element.placeholder ? plainText(element.placeholder) : "Choose…"}
      </option>
      {options.map(({ value, text }) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
}

export function initialOf(element: Listing, here: string | undefined): string | undefined {
  switch (element.type) {
    case "static_select":
      return element.initial_option?.value;
    case "users_select":
      return element.initial_user;
    case "conversations_select":
      return element.initial_conversation ?? (element.default_to_current_conversation ? here : undefined);
  }
}

function optionsOf(element: Listing, { snapshot }: Surroundings): { value: string; text: string }[] {
  switch (element.type) {
    case "static_select":
      return element.options.map(({ value, text }) => ({ value, text: plainText(text) }));
    case "users_select":
      return snapshot.people.filter(({ isApp }) => !isApp).map(({ id, name }) => ({ value: id, text: name }));
    case "conversations_select": {
      const include = element.filter?.include;
      return snapshot.conversations
        .filter(({ kind }) => !include || include.includes(kind))
        .map(({ id, name, kind }) => ({ value: id, text: kind === "im" ? name : `#${name}` }));
    }
  }
}
