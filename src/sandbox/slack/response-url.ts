/** POST to a response_url: at most five times, for half an hour, and no token needed. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { readContent } from "./api/chat.ts";
import type { World } from "./api/method.ts";
import type { Reply } from "./call-log.ts";
import type { ResponseUrl } from "./records.ts";
import { Refusal } from "./refusal.ts";
import { isWire, readJson, type Wire } from "./wire.ts";

const MAX_USES = 5;
const MAX_TEXT_LENGTH = 40_000;

/** Also what an app may answer a command with. */
export const said = z.strictObject({
  text: z.string().optional(),
  blocks: z.array(z.unknown()).optional(),
  response_type: z.enum(["ephemeral", "in_channel"]).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
  unfurl_links: z.boolean().optional(),
  unfurl_media: z.boolean().optional(),
});

export async function answerResponseUrl(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  world: World,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = readJson(Buffer.concat(chunks).toString());
  const args: Wire = isWire(body) ? body : {};
  await world.log.answerCall({ method: "response_url", args, request, response }, async () => {
    try {
      const hook = world.workspace.responseUrls.get(path);
      if (!hook) throw new Refusal("no_such_url", { mistake: "nobody handed out this response_url" });
      if (hook.expiresAt < Date.now()) throw new Refusal("expired_url");
      if (hook.uses >= MAX_USES) throw new Refusal("used_url");
      if (request.headers.authorization)
        world.workspace.problems.push("response_url: a token was sent along");
      hook.uses += 1;
      speak(said.parse(body), hook, world);
      return { status: 200, headers: { "content-type": "text/html" }, body: "ok", outcome: "ok" };
    } catch (error) {
      return refused(error, world);
    }
  });
}

/** Makes people see what the app says by a response_url or in its answer to a command. */
export function speak(
  what: z.output<typeof said>,
  hook: Pick<ResponseUrl, "channel" | "user" | "original">,
  { workspace }: World,
): void {
  const { original } = hook;
  if (what.delete_original) {
    if (original && "gone" in original) workspace.changeEphemeral(original, "gone");
    else if (original) workspace.delete(original);
    return;
  }
  const content = readContent(what, MAX_TEXT_LENGTH);
  if (what.replace_original && original) {
    if ("gone" in original) workspace.changeEphemeral(original, content);
    else workspace.edit(original, content);
    return;
  }
  const place = { ...content, threadTs: what.thread_ts };
  if (what.response_type === "in_channel")
    workspace.post(workspace.getChannel(hook.channel), { user: workspace.settings.botUserId, ...place });
  else workspace.whisper({ channel: hook.channel, user: hook.user, ...place });
}

function refused(error: unknown, { workspace }: World): Reply {
  if (error instanceof Refusal) {
    if (error.mistake) workspace.problems.push(`response_url: ${error.code}: ${error.mistake}`);
    const body = JSON.stringify({ ok: false, error: error.code });
    return { status: 404, headers: { "content-type": "application/json" }, body, outcome: error.code };
  }
  if (!(error instanceof z.ZodError)) throw error;
  workspace.problems.push(`response_url: ${z.prettifyError(error)}`);
  return { status: 400, body: "invalid_payload", outcome: "invalid_payload" };
}
