/** What a person did with a control, in the fields in which Slack tells the app. */
import type { Option } from "./block-elements.ts";
import type { Element } from "./block-kit.ts";
import { NotPossible } from "./not-possible.ts";
import type { Wire } from "./wire.ts";
import type { Workspace } from "./workspace.ts";

/** Typed or chosen, by value; several for checkboxes. Null, or an empty text, takes it away. */
export type Given = string | readonly string[] | null;

export type Usable = Exclude<Element, { type: "button" | "image" | "file_input" | "external_select" }>;

const MAX_TYPED = 3000;

export function usedFields(element: Usable, given: Given, workspace: Workspace): Wire {
  const one = typeof given === "string" && given !== "" ? given : null;
  switch (element.type) {
    case "plain_text_input":
    case "url_text_input": {
      const most = (element.type === "plain_text_input" && element.max_length) || MAX_TYPED;
      if (one && one.length > most) throw new NotPossible("Slack takes no text that long");
      return { value: one };
    }
    case "static_select":
    case "radio_buttons":
      return { selected_option: one === null ? null : findOption(element.options, one) };
    case "overflow":
      return { selected_option: findOption(element.options, one ?? "") };
    case "checkboxes": {
      const ticked = typeof given === "string" ? [given] : (given ?? []);
      return { selected_options: element.options.filter(({ value }) => ticked.includes(value)) };
    }
    case "conversations_select":
      return { selected_conversation: one === null ? null : workspace.getChannel(one).id };
    case "users_select":
      if (one !== null && !workspace.users.has(one)) throw new NotPossible(`there is no person ${one}`);
      return { selected_user: one };
  }
}

function findOption<T extends Pick<Option, "value">>(options: readonly T[], value: string): T {
  const found = options.find((option) => option.value === value);
  if (!found) throw new NotPossible(`no option ${value}`);
  return found;
}
