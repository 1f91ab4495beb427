/** Filling in a form: what Slack's client checks before it sends, and what it makes of the answer. */
import type { World } from "./api/method.ts";
import { readView } from "./api/views.ts";
import { type Option, suggestions } from "./block-elements.ts";
import { type Element, elementsOf, type InputBlock } from "./block-kit.ts";
import type { Answer, Deliveries } from "./delivery.ts";
import { extensionOf } from "./file-room.ts";
import { NotPossible } from "./not-possible.ts";
import { inputsOf } from "./payloads.ts";
import type { FileSpec, People } from "./people.ts";
import type { View } from "./records.ts";
import { Refusal } from "./refusal.ts";
import type { Given } from "./use-element.ts";
import { isWire, newId, readJson, type Wire } from "./wire.ts";

/** Slack takes no larger file in a form. */
const MAX_FILE_BYTES = 10_000_000;

/** By action id or block id: text, the value of an option (or several), or files. Null takes away what it came with. */
export type FormValues = Readonly<Record<string, string | readonly FileSpec[] | null>>;

type ExternalSelect = Extract<Element, { type: "external_select" }>;

export class Forms {
  readonly #world: World;
  readonly #deliveries: Deliveries;
  readonly #people: People;
  /** By view and action id: what was chosen from a list of the app's. Slack keeps it while the form is open. */
  readonly #chosen = new WeakMap<View, Map<string, Option | null>>();
  /** What the app has offered in any list of the form's, by value. */
  readonly #offered = new WeakMap<View, Map<string, Option>>();

  constructor(world: World, deliveries: Deliveries, people: People) {
    this.#world = world;
    this.#deliveries = deliveries;
    this.#people = people;
  }

  /** Throws when Slack's own client would not let the form be sent. */
  async submitView(view: View, values: FormValues = {}, { user = view.user } = {}): Promise<Answer> {
    const { workspace, payloads } = this.#world;
    const inputs = inputsOf(view.content.blocks);
    const unknown = Object.keys(values).filter((key) => !inputs.some((input) => isFor(input, key)));
    if (unknown.length > 0) throw new NotPossible(`the form has no input ${unknown.join(", ")}`);
    const state: Record<string, Wire> = {};
    for (const input of inputs) {
      const [, given] = Object.entries(values).find(([key]) => isFor(input, key)) ?? [];
      state[input.block_id] = { [input.element.action_id]: await this.#fill(view, input, given, user) };
    }
    const answer = await this.#deliveries.interaction({
      ...payloads.interaction("view_submission", user),
      trigger_id: workspace.newTrigger(user),
      view: payloads.view(view, state),
      response_urls: [],
    });
    if (answer.status === 200) this.#follow(view, answer.body);
    return answer;
  }

  /** Types into a list whose options come from the app. Resolves with them; what Slack would not take is a problem. */
  async searchOptions(view: View, key: string, typed = "", { user = view.user } = {}): Promise<Option[]> {
    const { workspace, payloads } = this.#world;
    const { block, element } = externalIn(view, key);
    if (typed.length < (element.min_query_length ?? 3))
      throw new NotPossible("Slack asks for more letters first");
    const answer = await this.#deliveries.interaction({
      ...payloads.interaction("block_suggestion", user),
      container: { type: "view", view_id: view.id },
      action_id: element.action_id,
      block_id: block.block_id,
      value: typed,
      view: payloads.view(view),
    });
    const parsed = suggestions.safeParse(readJson(answer.body));
    if (answer.status === 200 && parsed.success) {
      const known = this.#offered.get(view) ?? new Map<string, Option>();
      for (const option of parsed.data) known.set(`${element.action_id} ${option.value}`, option);
      this.#offered.set(view, known);
      return parsed.data;
    }
    workspace.problems.push(`options for ${element.action_id} that Slack would not show: ${answer.body}`);
    return [];
  }

  /** Chooses what the app has offered; the app hears of it where it asked to. */
  async chooseOption(
    view: View,
    key: string,
    wanted: string | null,
    { user = view.user } = {},
  ): Promise<Answer | undefined> {
    const { workspace, payloads } = this.#world;
    const { block, element } = externalIn(view, key);
    const chosen = wanted === null ? null : await this.#findOption(view, element, wanted);
    const kept = this.#chosen.get(view) ?? new Map<string, Option | null>();
    this.#chosen.set(view, kept.set(element.action_id, chosen));
    if (!block.dispatch_action) return undefined;
    const action = {
      type: element.type,
      action_id: element.action_id,
      block_id: block.block_id,
      selected_option: chosen,
      action_ts: newId("").slice(1),
    };
    return this.#deliveries.interaction({
      ...payloads.interaction("block_actions", user),
      container: { type: "view", view_id: view.id },
      trigger_id: workspace.newTrigger(user),
      view: payloads.view(view),
      actions: [action],
    });
  }

  /** Uses a field or a list that tells the app at once, as in a Home tab. An empty text takes the choice away. */
  useControl(view: View, actionId: string, given: Given, { user = view.user } = {}): Promise<Answer> {
    const block = view.content.blocks.find((each) =>
      elementsOf(each).some((element) => element.type !== "image" && element.action_id === actionId),
    );
    if (block) return this.#people.use(view, { blockId: block.block_id, actionId }, given, { user });
    throw new NotPossible(`there is no ${actionId}`);
  }

  /** By value, or by what it says. */
  async #findOption(view: View, element: ExternalSelect, wanted: string): Promise<Option> {
    const known = this.#offered.get(view)?.get(`${element.action_id} ${wanted}`);
    if (known) return known;
    const offered = await this.searchOptions(view, element.action_id);
    const chosen = offered.find(({ value, text }) => value === wanted || text.text === wanted);
    if (!chosen)
      throw new NotPossible(
        `no option "${wanted}", only: ${offered.map(({ text }) => text.text).join(", ")}`,
      );
    return chosen;
  }

  /** Slack tells the app only where it asked to be told. */
  async closeView(view: View, { user = view.user } = {}): Promise<Answer | undefined> {
    const { workspace, payloads } = this.#world;
    workspace.changeView(view, "closed");
    if (view.content.type !== "modal" || !view.content.notify_on_close) return undefined;
    return this.#deliveries.interaction({
      ...payloads.interaction("view_closed", user),
      view: payloads.view(view),
      is_cleared: false,
    });
  }

  async #fill(
    view: View,
    input: InputBlock,
    given: FormValues[string] | undefined,
    user: string,
  ): Promise<Wire> {
    const { element } = input;
    const value =
      element.type === "external_select"
        ? await this.#choiceOf(view, element, given)
        : given === null
          ? nothingIn(element)
          : await this.#valueOf(input, element, given, user);
    const empty = Object.values(value).every(
      (each) => each === null || (Array.isArray(each) && each.length === 0),
    );
    if (empty && !input.optional) throw new NotPossible(`Slack asks for "${input.label.text}" first`);
    return { type: element.type, ...value };
  }

  async #choiceOf(view: View, element: ExternalSelect, given: FormValues[string] | undefined): Promise<Wire> {
    if (typeof given === "string" || given === null)
      return { selected_option: given ? await this.#findOption(view, element, given) : null };
    const chosen = this.#chosen.get(view)?.get(element.action_id);
    return { selected_option: chosen === undefined ? (element.initial_option ?? null) : chosen };
  }

  async #valueOf(
    input: InputBlock,
    element: Exclude<InputBlock["element"], ExternalSelect>,
    given: string | readonly FileSpec[] | undefined,
    user: string,
  ): Promise<Wire> {
    const text = typeof given === "string" ? given : undefined;
    switch (element.type) {
      case "plain_text_input": {
        const typed = text ?? element.initial_value ?? null;
        const max = element.max_length ?? 3000;
        if (typed && typed.length > max)
          throw new NotPossible(`"${input.label.text}" takes ${max} characters`);
        return { value: typed };
      }
      case "url_text_input": {
        const typed = text ?? element.initial_value ?? null;
        if (typed && !URL.canParse(typed)) throw new NotPossible(`"${input.label.text}" takes a URL`);
        return { value: typed };
      }
      case "static_select":
      case "radio_buttons": {
        const chosen = element.options.find((option) => option.value === text);
        if (text !== undefined && !chosen)
          throw new NotPossible(`"${input.label.text}" has no option ${text}`);
        return { selected_option: chosen ?? element.initial_option ?? null };
      }
      case "checkboxes": {
        const chosen = element.options.filter((option) => given?.includes(option.value));
        return { selected_options: given === undefined ? (element.initial_options ?? []) : chosen };
      }
      case "conversations_select":
        if (text !== undefined) this.#checkConversation(input, element.filter?.include, text);
        return { selected_conversation: text ?? element.initial_conversation ?? null };
      case "users_select":
        return { selected_user: text ?? element.initial_user ?? null };
      case "file_input": {
        const specs = typeof given === "string" ? [given] : (given ?? []);
        const most = element.max_files ?? 10;
        if (specs.length > most) throw new NotPossible(`"${input.label.text}" takes ${most} files`);
        const files = await this.#people.makeFiles(specs, user);
        for (const file of files) {
          const extension = extensionOf(file.name);
          if (file.content.size > MAX_FILE_BYTES)
            throw new NotPossible(`Slack takes no file over 10 MB: ${file.name}`);
          if (element.filetypes && !element.filetypes.includes(extension))
            throw new NotPossible(`"${input.label.text}" takes no .${extension}`);
          file.handedIn = true;
        }
        return { files: files.map((file) => this.#world.files.wire(file)) };
      }
    }
  }

  #checkConversation(input: InputBlock, include: readonly string[] | undefined, id: string): void {
    const { kind } = this.#world.workspace.getChannel(id);
    if (include && !include.includes(kind))
      throw new NotPossible(`"${input.label.text}" offers no ${kind} conversations`);
  }

  #follow(view: View, body: string): void {
    const { workspace } = this.#world;
    const said = body.trim() === "" ? {} : readJson(body);
    const action = isWire(said) ? said.response_action : undefined;
    try {
      if (action === undefined || action === "clear") workspace.changeView(view, "submitted");
      else if (action === "errors") this.#checkErrors(view, isWire(said) ? said.errors : undefined);
      else if (action === "update") workspace.changeView(view, readView(isWire(said) && said.view, "modal"));
      else if (action === "push") workspace.showView(view.user, readView(isWire(said) && said.view, "modal"));
      else workspace.problems.push(`a form was answered with response_action ${String(action)}`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      workspace.problems.push(`a form was answered with a view Slack would not take: ${error.message}`);
    }
  }

  #checkErrors(view: View, errors: unknown): void {
    const inputs = inputsOf(view.content.blocks).map((input) => input.block_id);
    const named = isWire(errors) ? Object.keys(errors) : [];
    const wrong = named.filter((id) => !inputs.includes(id));
    if (named.length === 0 || wrong.length > 0)
      this.#world.workspace.problems.push(`form errors name no input of the form: ${wrong.join(", ")}`);
  }
}

function nothingIn(element: Exclude<InputBlock["element"], ExternalSelect>): Wire {
  switch (element.type) {
    case "plain_text_input":
    case "url_text_input":
      return { value: null };
    case "static_select":
    case "radio_buttons":
      return { selected_option: null };
    case "checkboxes":
      return { selected_options: [] };
    case "conversations_select":
      return { selected_conversation: null };
    case "users_select":
      return { selected_user: null };
    case "file_input":
      return { files: [] };
  }
}

function externalIn(view: View, key: string): { block: InputBlock; element: ExternalSelect } {
  for (const block of inputsOf(view.content.blocks)) {
    const { element } = block;
    if (element.type === "external_select" && isFor(block, key)) return { block, element };
  }
  throw new NotPossible(`the form has no list ${key}`);
}

function isFor(input: InputBlock, key: string): boolean {
  return input.block_id === key || input.element.action_id === key;
}
