import { z } from "zod";
import type { CallLog } from "../call-log.ts";
import type { FileRoom } from "../file-room.ts";
import type { OAuthRoom } from "../oauth-room.ts";
import type { Payloads } from "../payloads.ts";
import { malformed, Refusal } from "../refusal.ts";
import type { SocketMode } from "../socket-mode.ts";
import { readJson, type Wire } from "../wire.ts";
import type { Workspace } from "../workspace.ts";
import type { Uploads } from "./uploads.ts";

/** All parts of one workspace that a Web API method may touch; the OAuth room is the same for all workspaces. */
export interface World {
  readonly workspace: Workspace;
  readonly files: FileRoom;
  readonly uploads: Uploads;
  readonly payloads: Payloads;
  readonly socket: SocketMode;
  readonly log: CallLog;
  readonly oauth: OAuthRoom;
}

export interface Method {
  readonly name: string;
  /** Many of Slack's methods read no JSON body: to them such a call has no arguments. */
  readonly takesJson: boolean;
  readonly token: "bot" | "app" | "none";
  readonly scope: string | undefined;
  run(args: Wire, world: World): Wire | Promise<Wire>;
}

export function method<Shape extends z.ZodRawShape>(definition: {
  readonly name: string;
  readonly takesJson?: boolean;
  readonly token?: "bot" | "app" | "none";
  readonly scope?: string;
  readonly args: z.ZodObject<Shape>;
  readonly run: (args: z.output<z.ZodObject<Shape>>, world: World) => Wire | Promise<Wire>;
}): Method {
  const { name, takesJson = true, token = "bot", scope, args: schema, run } = definition;
  return {
    name,
    takesJson,
    token,
    scope,
    run(raw, world) {
      const unknown = Object.keys(raw).filter((key) => !(key in schema.shape));
      // Slack lets these pass in silence, which is how a misspelt argument stays unnoticed.
      if (unknown.length > 0)
        world.workspace.problems.push(`${name}: no such argument: ${unknown.join(", ")}`);
      const parsed = schema.safeParse(raw);
      if (parsed.success) return run(parsed.data, world);
      throw malformed(
        "invalid_arguments",
        parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
      );
    },
  };
}

export function requireScope(world: World, needed: string): void {
  const { scopes } = world.workspace.settings;
  if (scopes.includes(needed)) return;
  throw new Refusal("missing_scope", { details: { needed, provided: scopes.join(",") } });
}

// In a form everything is a string; what stands for something else is JSON inside it.
export const flag = z.union([
  z.boolean(),
  z.enum(["true", "1"]).transform(() => true),
  z.enum(["false", "0"]).transform(() => false),
]);
export const wholeNumber = z.coerce.number().int();
export const json = z.unknown().transform((value) => (typeof value === "string" ? readJson(value) : value));
export const timestamp = z.string().regex(/^\d{10}\.\d{6}$/, "not a message ts");
