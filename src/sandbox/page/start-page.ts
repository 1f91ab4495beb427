/**
 * The server of the sandbox page, for one person on this computer: the built client, the workspace as events, and
 * what a person does. It listens on 127.0.0.1 and answers nobody who came by another name or from another page.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { finished } from "node:stream/promises";
import type { World } from "../demo/start-world.ts";
import { readJson } from "../slack/wire.ts";
import { act } from "./acts.ts";
import { type ActDeps, doAct } from "./do-act.ts";
import { Feed } from "./feed.ts";
import { Trouble } from "./make-trouble.ts";
import { sendFile } from "./send-file.ts";
import { listFiles, type StaticFiles, sendStatic } from "./static-files.ts";
import type { Switches } from "./switches.ts";
import { takeSnapshot } from "./take-snapshot.ts";
import { Traffic } from "./traffic.ts";
import { MAX_UPLOAD_BYTES, UploadRoom, UploadTooLarge } from "./upload-room.ts";
import { JobWatch } from "./watch-jobs.ts";

const MAX_ACT_BYTES = 200_000;
/** Nothing but the page's own. */
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export interface PageOptions {
  readonly world: World;
  /** The built client. */
  readonly folder: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** How it is at the start, where that is not as usual. */
  readonly switches?: Partial<Switches>;
}

export interface Page {
  readonly url: string;
  close(): Promise<void>;
}

/** A request that is not answered, and why. */
class Turned extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Parts extends ActDeps {
  readonly files: StaticFiles;
  readonly feed: Feed;
  /** As a browser names it in `Host`. */
  readonly hosts: readonly string[];
}

export async function startPage({ world, folder, port = 0, switches = {} }: PageOptions): Promise<Page> {
  const { slack, akool, app, dataDir } = world;
  const files = await listFiles(folder);
  const closing = new AbortController();
  const trouble = new Trouble({ world, switches });
  const traffic = new Traffic(world);
  const jobs = new JobWatch(dataDir);
  const backstage = () => ({
    app: app.state,
    calls: traffic.calls(),
    jobs: jobs.jobs,
    switches: trouble.switches,
    credit: akool.credit,
  });
  const server = createServer();
  const page = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`; // it listens on TCP
  const feed = new Feed({
    snapshotFor: (me) => linksToPage(JSON.stringify(takeSnapshot(world, me, backstage())), slack.url, page()),
    beforeLook: () => jobs.look(),
  });
  const touch = () => feed.touch();
  slack.events.on("change", touch);

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const parts: Parts = {
    world,
    uploads: new UploadRoom(slack.files),
    trouble,
    closing: closing.signal,
    files,
    feed,
    // Without its port, where that is 80.
    hosts: [page(), page().replace("127.0.0.1", "localhost")].map((name) => new URL(name).host),
  };
  server.on("request", (request, response) => {
    route(request, response, parts).catch((error: unknown) => void turnAway(error, request, response));
  });
  return {
    url: page(),
    close: async () => {
      closing.abort(new Error("The page is being closed."));
      slack.events.off("change", touch);
      feed.close();
      jobs.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Slack's links to a file and to a message lead to the page: the stand-in itself shows neither. */
function linksToPage(snapshot: string, slackUrl: string, pageUrl: string): string {
  return snapshot
    .replaceAll(`${slackUrl}/archives/`, `${pageUrl}#archives/`)
    .replaceAll(
      new RegExp(`${slackUrl.replaceAll(".", "\\.")}/files/\\w+/(F\\w+)`, "g"),
      `${pageUrl}files/$1`,
    );
}

async function route(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const host = request.headers.host ?? "";
  // A name that only leads here (DNS rebinding) is not ours.
  if (!parts.hosts.includes(host)) throw new Turned(421, "This page is at 127.0.0.1 alone.");
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("cross-origin-resource-policy", "same-origin");
  response.setHeader("content-security-policy", CSP);
  const url = URL.parse(request.url ?? "/", `http://${host}`);
  if (!url) throw new Turned(400, "That is no address.");
  if (request.method === "POST") {
    // Every browser says where a POST comes from; what says nothing is a program of this computer.
    const { origin = `http://${host}`, "sec-fetch-site": site = "same-origin" } = request.headers;
    if (origin !== `http://${host}` || site !== "same-origin")
      throw new Turned(403, "Only this page itself may do something here.");
    if (url.pathname === "/act") return takeAct(request, response, parts);
    if (url.pathname === "/uploads") return takeUpload(request, response, url, parts);
  } else if (request.method === "GET" || request.method === "HEAD") {
    if (url.pathname === "/feed" && request.method === "GET") return startFeed(url, response, parts);
    const [, id = ""] = /^\/files\/(\w+)(?:\/|$)/.exec(url.pathname) ?? [];
    if (id) {
      const file = parts.world.slack.files.files.get(id);
      if (!file || file.deleted) throw new Turned(404, "There is no such file any more.");
      return sendFile(file, request, response);
    }
    const found = parts.files.get(url.pathname);
    if (found) return sendStatic(found, response, request.method === "HEAD");
  } else throw new Turned(405, "This page knows GET and POST alone.");
  throw new Turned(404, "There is nothing at this address.");
}

function startFeed(url: URL, response: ServerResponse, { world, feed }: Parts): void {
  feed.add(findPerson(url.searchParams.get("me"), world), response);
}

async function takeAct(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytesOf(request)) {
    size += chunk.length;
    if (size > MAX_ACT_BYTES) throw new Turned(413, "That is too much for one act.");
    chunks.push(chunk);
  }
  const parsed = act.safeParse(readJson(Buffer.concat(chunks).toString()));
  if (!parsed.success) {
    const { path = [], message = "" } = parsed.error.issues[0] ?? {};
    throw new Turned(400, `That is no act: ${path.map(String).join(".") || "JSON"}: ${message}.`);
  }
  const me = findPerson(parsed.data.me, parts.world);
  sendJson(response, 200, await doAct(parsed.data.act, me, parts));
  parts.feed.touch();
}

async function takeUpload(
  request: IncomingMessage,
  response: ServerResponse,
  { searchParams }: URL,
  { uploads }: Parts,
): Promise<void> {
  const tooLarge = new Turned(413, `The sandbox takes files up to ${MAX_UPLOAD_BYTES / 1_000_000} MB.`);
  if (Number(request.headers["content-length"] ?? 0) > MAX_UPLOAD_BYTES) throw tooLarge;
  const name = searchParams.get("name") ?? "";
  if (name === "") throw new Turned(400, "An upload needs a name: /uploads?name=photo.jpg.");
  try {
    const id = await uploads.take(bytesOf(request), { name, isClip: searchParams.get("clip") === "1" });
    sendJson(response, 200, { id });
  } catch (error) {
    throw error instanceof UploadTooLarge ? tooLarge : error;
  }
}

/** Breaking off leaves the connection open, so that the refusal arrives. */
function bytesOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false });
}

function findPerson(id: string | null, { slack }: World): string {
  const user = slack.workspace.users.get(id ?? "");
  if (!user || user.isBot) throw new Turned(400, "There is no such person in the workspace.");
  return user.id;
}

async function turnAway(error: unknown, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (response.headersSent || response.destroyed || request.errored) return void response.destroy();
  const isTurned = error instanceof Turned;
  if (!isTurned) console.error("The sandbox page failed:", error);
  // Whoever is still sending would take an early answer for a broken connection.
  if (!request.complete) await finished(request.resume()).catch(() => undefined);
  if (response.destroyed) return;
  const problem = isTurned ? error.message : "The sandbox page itself failed; its terminal says why.";
  sendJson(response, isTurned ? error.status : 500, { problem });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}
