/** What a person does on the page: `POST /act` with one of these as JSON, answered with an `Outcome`. */
import { z } from "zod";
import type { Option } from "../slack/block-elements.ts";
import { switches } from "./switches.ts";

/** The answer to `POST /uploads?name=photo.jpg[&clip=1]` with the bytes as body: `{ "id": … }`. */
const uploads = z.array(z.string()).max(10);

const inConversation = { conversation: z.string() };
/** What was chosen or typed; several for checkboxes; null takes the choice away. */
const value = z.union([z.string(), z.array(z.string()), z.null()]);

const something = z.discriminatedUnion("do", [
  /** Text that begins with "/" is a command; "@Talking Photo" in it mentions the app. */
  z.strictObject({
    do: z.literal("say"),
    ...inConversation,
    threadTs: z.string().optional(),
    text: z.string().max(12_000),
    uploads,
  }),
  /** A button, or a control that tells the app at once, of a message or of what only you see. */
  z.strictObject({
    do: z.literal("press"),
    ...inConversation,
    ts: z.string(),
    blockId: z.string(),
    actionId: z.string(),
    value: value.optional(),
  }),
  /** The same in a form or in the Home tab. */
  z.strictObject({
    do: z.literal("use"),
    view: z.string(),
    blockId: z.string(),
    actionId: z.string(),
    value: value.optional(),
  }),
  /** "Make it talk" in a message's menu. */
  z.strictObject({ do: z.literal("shortcut"), ...inConversation, ts: z.string() }),
  /** "Make a photo talk", from anywhere. */
  z.strictObject({ do: z.literal("globalShortcut") }),
  /** One of the app's own tabs; its Home, unless it is said otherwise. */
  z.strictObject({ do: z.literal("openHome"), tab: z.enum(["home", "messages"]).optional() }),
  /** By block id; files as ids of uploads. A block that is not named keeps what it came with. */
  z.strictObject({
    do: z.literal("submit"),
    view: z.string(),
    values: z.record(z.string(), value),
    files: z.record(z.string(), uploads),
  }),
  z.strictObject({ do: z.literal("close"), view: z.string() }),
  /** Types into a list whose options come from the app. */
  z.strictObject({ do: z.literal("search"), view: z.string(), blockId: z.string(), typed: z.string() }),
  /** Adds the app to a conversation. */
  z.strictObject({ do: z.literal("invite"), ...inConversation }),
  z.strictObject({ do: z.literal("makeTrouble"), switches: switches.partial() }),
  /** `kill` is SIGKILL; `start` starts it again on the same data. */
  z.strictObject({ do: z.literal("app"), how: z.enum(["kill", "start"]) }),
]);

export const act = z.strictObject({ me: z.string(), act: something });
export type Act = z.infer<typeof something>;

export interface Outcome {
  /** One sentence for the person, where it could not be done: "Slack asks for “Photo” first". */
  readonly problem?: string;
  /** For `submit`: what the app says about its fields, by block id. The form stays open. */
  readonly errors?: Readonly<Record<string, string>>;
  /** For `search`. */
  readonly options?: readonly Option[];
}
