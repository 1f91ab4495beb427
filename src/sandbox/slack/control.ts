/** `/sandbox/…` of the stand-in for Slack: see docs/sandbox.md. */
import { z } from "zod";
import { ControlProblem, type Controls, remember, takeBack, times } from "../control.ts";
import type { World } from "./api/method.ts";
import { transcript } from "./transcript.ts";

const when = z.enum(["before", "after"]).exactOptional();
const only = { target: z.string(), times };

const misbehaviour = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("429"), ...only, retryAfterSeconds: z.number().exactOptional() }),
  z.strictObject({ kind: z.literal("status"), ...only, status: z.number().int().min(400).max(599), when }),
  z.strictObject({ kind: z.enum(["drop", "hang"]), ...only, when }),
  z.strictObject({ kind: z.enum(["html", "cut_body"]), ...only }),
  z.strictObject({ kind: z.literal("error"), ...only, error: z.string() }),
  z.strictObject({
    kind: z.literal("share"),
    times,
    mode: z.enum(["never", "late", "twice"]),
    delayMs: z.number().exactOptional(),
  }),
]);

/** Of one workspace. */
export function slackControls({ workspace, log }: World): Controls {
  const findChannel = (named: string) =>
    [...workspace.channels.values()].find(({ id, name }) => id === named || name === named.replace(/^#/, ""));
  return {
    "GET transcript": ({ query }) => {
      const channel = findChannel(query.get("channel") ?? "");
      if (!channel) {
        const known = [...workspace.channels.values()].map(({ id, name }) => `${id} (${name})`).join(", ");
        throw new ControlProblem(`?channel= takes one of these: ${known}.`);
      }
      const lines = transcript(workspace, channel.id, query.get("thread") ?? undefined);
      return `${lines.join("\n")}\n`;
    },
    "GET calls": () => log.calls,
    "GET problems": () => workspace.problems,
    "POST misbehave": ({ body }) => {
      const how = misbehaviour.parse(body);
      remember(log, log.misbehave("target" in how ? how.target : "share", how));
    },
    "POST behave": () => takeBack(log),
  };
}
