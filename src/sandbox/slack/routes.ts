/** Every address the stand-in answers at, and which workspace a request there is about. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { answerControl } from "../control.ts";
import type { World } from "./api/method.ts";
import { answerAuthorize } from "./authorize-page.ts";
import { page } from "./call-log.ts";
import { slackControls } from "./control.ts";
import { answerResponseUrl } from "./response-url.ts";
import { answerWebApi } from "./web-api.ts";

/** `worlds` has the first one at least. */
export async function route(
  request: IncomingMessage,
  response: ServerResponse,
  worlds: readonly [World, ...World[]],
): Promise<void> {
  const [first] = worlds;
  const where = (isIts: (world: World) => boolean) => worlds.find(isIts) ?? first;
  const { pathname } = new URL(request.url ?? "/", first.workspace.url);
  const [, place = "", ...rest] = pathname.split("/");
  if (place === "api") return answerWebApi(rest.join("/"), request, response, first);
  if (place === "sandbox") return answerControl(slackControls(first), rest.join("/"), request, response);
  if (pathname === "/oauth/v2/authorize") return answerAuthorize(request, response, worlds);
  if (place === "actions") {
    const world = where(({ workspace }) => workspace.responseUrls.has(pathname));
    return answerResponseUrl(pathname, request, response, world);
  }
  if (place === "upload" && request.method === "POST") {
    const ticket = rest.at(-1) ?? "";
    const { log, uploads } = where((world) => world.uploads.hasTicket(ticket));
    const args = { ticket, length: Number(request.headers["content-length"] ?? Number.NaN) };
    return log.answerCall({ method: "upload", args, request, response }, () =>
      uploads.receive(ticket, request),
    );
  }
  if (place === "files-pri" || place === "files-tmb") {
    const [, id = "", thumb] = /^\/files-\w+\/[^/]*?-(F\w+)(-thumb)?\//.exec(pathname) ?? [];
    const world = where(({ files }) => files.files.has(id));
    return answerDownload({ id, thumb: thumb !== undefined }, request, response, world);
  }
  first.workspace.problems.push(`${request.method} ${pathname}: no such address at Slack`);
  response.writeHead(404).end();
}

/** Without a token that may read the file Slack answers 200 with its login page. */
async function answerDownload(
  { id, thumb }: { id: string; thumb: boolean },
  request: IncomingMessage,
  response: ServerResponse,
  world: World,
): Promise<void> {
  const { workspace, files, oauth } = world;
  await world.log.answerCall({ method: "download", args: { file: id }, request, response }, async () => {
    const file = files.files.get(id);
    const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
    const allowed =
      oauth.worldOf(token) === world &&
      oauth.problemWith(token) === undefined &&
      workspace.settings.scopes.includes("files:read");
    if (!file || file.deleted || !allowed || !files.canBotRead(file))
      return { ...page(200), outcome: "login page" };
    const content = (thumb && file.thumbnail) || file.content;
    return {
      status: 200,
      headers: {
        "content-type": thumb ? "image/jpeg" : file.mimetype,
        "content-length": String(content.size),
        "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
      },
      body: content.stream(),
      outcome: "ok",
    };
  });
}
