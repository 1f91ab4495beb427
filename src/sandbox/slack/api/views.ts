import { z } from "zod";
import { parseView, type ViewContent } from "../block-kit.ts";
import type { View } from "../records.ts";
import { malformed, Refusal } from "../refusal.ts";
import { json, type Method, method, type World } from "./method.ts";

const MAX_VIEW_BYTES = 250_000;

const open = method({
  name: "views.open",
  args: z.object({ trigger_id: z.string().min(1), view: json }),
  run({ trigger_id, view }, { workspace, payloads }) {
    const content = readView(view, "modal");
    const taken = workspace.views.some(
      (each) =>
        each.state === "open" && content.external_id && each.content.external_id === content.external_id,
    );
    if (taken) throw new Refusal("duplicate_external_id");
    const user = workspace.useTrigger(trigger_id);
    return { view: payloads.view(workspace.showView(user, content)) };
  },
});

const update = method({
  name: "views.update",
  args: z.object({
    view_id: z.string().optional(),
    external_id: z.string().optional(),
    hash: z.string().optional(),
    view: json,
  }),
  run({ view_id, external_id, hash, view: raw }, world) {
    const content = readView(raw, "modal");
    const view = findOpen(world, view_id, external_id);
    if (!view) throw new Refusal("not_found");
    if (hash !== undefined && hash !== view.hash) throw new Refusal("hash_conflict");
    world.workspace.changeView(view, content);
    return { view: world.payloads.view(view) };
  },
});

const publish = method({
  name: "views.publish",
  args: z.object({ user_id: z.string().min(1), view: json, hash: z.string().optional() }),
  run({ user_id, view: raw, hash }, { workspace, payloads }) {
    const content = readView(raw, "home");
    if (!workspace.users.has(user_id)) throw new Refusal("user_not_found");
    const shown = workspace.homeOf(user_id);
    if (shown && hash !== undefined && hash !== shown.hash) throw new Refusal("hash_conflict");
    if (shown) workspace.changeView(shown, content);
    return { view: payloads.view(shown ?? workspace.showView(user_id, content)) };
  },
});

export const viewMethods: readonly Method[] = [open, update, publish];

export function readView(raw: unknown, type: ViewContent["type"]): ViewContent {
  const content = parseView(raw);
  if (content.type !== type) throw malformed("invalid_arguments", [`a view of type ${type} is needed here`]);
  if (JSON.stringify(content).length > MAX_VIEW_BYTES) throw new Refusal("view_too_large");
  return content;
}

function findOpen(
  { workspace }: World,
  id: string | undefined,
  externalId: string | undefined,
): View | undefined {
  return workspace.views.find(
    (view) =>
      view.state === "open" &&
      view.content.type === "modal" &&
      (id ? view.id === id : externalId !== undefined && view.content.external_id === externalId),
  );
}
