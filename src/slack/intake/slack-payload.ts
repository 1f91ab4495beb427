import { surface } from "../surface.ts";

/** A request body that Slack's documentation knows, as Bolt wants it; undefined when it is nothing of the kind. */
export type SlackPayload =
  | { readonly type: "url_verification"; readonly challenge: string }
  | { readonly type: "ssl_check" }
  | { readonly type: "event"; readonly body: Record<string, unknown> }
  | { readonly type: "command"; readonly body: Record<string, unknown> }
  | { readonly type: "interaction"; readonly kind: string; readonly body: Record<string, unknown> };

const INTERACTIONS: ReadonlySet<unknown> = new Set([
  "block_actions",
  "block_suggestion",
  "message_action",
  "shortcut",
  "view_submission",
  "view_closed",
  "interactive_message",
  "dialog_submission",
  "dialog_cancellation",
  "dialog_suggestion",
]);

/** Parses a signed body. Real Slack sends forms with a bare content type; proxies add a charset. */
export function parseSlackPayload(rawBody: Buffer, contentType: string): SlackPayload | undefined {
  const text = rawBody.toString("utf8");
  if (/^application\/x-www-form-urlencoded\b/i.test(contentType)) return parseForm(new URLSearchParams(text));
  return parseEvent(parseObject(text));
}

function parseForm(form: URLSearchParams): SlackPayload | undefined {
  const payload = form.get("payload");
  if (payload !== null) {
    const body = parseObject(payload);
    return body && parseInteraction(body);
  }
  if (form.get("ssl_check") === "1") return { type: "ssl_check" };
  if (!form.get("command")?.startsWith("/")) return undefined;
  return { type: "command", body: Object.fromEntries(form) };
}

/** A payload as Socket Mode delivers it: parsed already, with commands and interactions in plain JSON. */
export function classifySocketPayload(body: unknown): SlackPayload | undefined {
  if (!isObject(body)) return undefined;
  if (typeof body.command === "string") return { type: "command", body };
  return INTERACTIONS.has(body.type) ? parseInteraction(body) : parseEvent(body);
}

/** Somebody did something somewhere: without a person and a place it is nothing that Slack sends. */
function parseInteraction(body: Record<string, unknown>): SlackPayload | undefined {
  const { type: kind, user, team, enterprise, actions } = body;
  if (typeof kind !== "string" || !INTERACTIONS.has(kind)) return undefined;
  if (!hasId(user) || !(hasId(team) || hasId(enterprise))) return undefined;
  const pressed = Array.isArray(actions) && actions.length > 0 && actions.every(isObject);
  if (kind === "block_actions" && !pressed) return undefined;
  const view = body.view;
  if (kind.startsWith("view_") && !(isObject(view) && typeof view.callback_id === "string")) return undefined;
  return { type: "interaction", kind, body };
}

function hasId(value: unknown): boolean {
  return isObject(value) && typeof value.id === "string";
}

function parseEvent(body: Record<string, unknown> | undefined): SlackPayload | undefined {
  if (!body) return undefined;
  const { type, challenge, event } = body;
  if (type === "url_verification") return typeof challenge === "string" ? { type, challenge } : undefined;
  if (type === "app_rate_limited") return { type: "event", body: { ...body, event: { type } } };
  return type === "event_callback" && isObject(event) && typeof event.type === "string"
    ? { type: "event", body }
    : undefined;
}

const WATCHED: ReadonlySet<unknown> = new Set(surface.events);

/** An event nobody here listens to. Bolt is spared it: it stumbles over shapes it does not know. */
export function isUnwatchedEvent(payload: SlackPayload): boolean {
  return payload.type === "event" && isObject(payload.body.event) && !WATCHED.has(payload.body.event.type);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
