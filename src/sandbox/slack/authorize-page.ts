/** The page on which a person lets the app in. What they would click is in the address: `team`, and `deny`. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { World } from "./api/method.ts";

export function answerAuthorize(
  request: IncomingMessage,
  response: ServerResponse,
  worlds: readonly World[],
): void {
  const [first] = worlds;
  if (!first) return;
  const { problems } = first.workspace;
  const { searchParams: asked } = new URL(request.url ?? "", first.workspace.url);
  const chosen = asked.get("team") ?? first.workspace.settings.teamId;
  const world = worlds.find(({ workspace: { settings } }) =>
    [settings.enterprise?.id, settings.teamId].includes(chosen),
  );
  const redirectUri = asked.get("redirect_uri") ?? "";
  const scope = asked.get("scope") ?? "";
  const state = asked.get("state") ?? "";
  if (asked.get("client_id") !== first.oauth.clientId) problems.push("authorize: not the app's client_id");
  if (!URL.canParse(redirectUri)) problems.push("authorize: no redirect_uri");
  if (state === "") problems.push("authorize: no state");
  for (const needed of first.workspace.settings.scopes)
    if (!scope.split(",").includes(needed)) problems.push(`authorize: the scope ${needed} is not asked for`);
  if (!world || !URL.canParse(redirectUri)) {
    response.writeHead(400, { "content-type": "text/html" }).end("Something went wrong");
    return;
  }
  const back = new URL(redirectUri);
  if (asked.has("deny")) back.searchParams.set("error", "access_denied");
  else back.searchParams.set("code", world.oauth.newCode(world, redirectUri, scope));
  back.searchParams.set("state", state);
  response.writeHead(302, { location: back.href }).end();
}
