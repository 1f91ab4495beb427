/**
 * A Slack that runs on 127.0.0.1: one workspace that keeps state, checks strictly what the app sends, signs what it
 * delivers, and misbehaves when told to. People act through its methods, tests and the demo read it like people do.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { World } from "./api/method.ts";
import { Uploads } from "./api/uploads.ts";
import { type CallHook, CallLog, type CallRecord, type Misbehaviour, page, type Rule } from "./call-log.ts";
import { type Answer, type Delivered, Deliveries, type RawOptions } from "./delivery.ts";
import { FileRoom, type SlackFile } from "./file-room.ts";
import { Forms, type FormValues } from "./forms.ts";
import { type Settings, type SlackOptions, settle } from "./options.ts";
import { Payloads } from "./payloads.ts";
import { type FileSpec, People, type Shared, type ShareOptions } from "./people.ts";
import { Reading } from "./reading.ts";
import type { Channel, Ephemeral, Message, View } from "./records.ts";
import { answerResponseUrl } from "./response-url.ts";
import { sign } from "./signing.ts";
import { SocketMode } from "./socket-mode.ts";
import { describe, transcript } from "./transcript.ts";
import { answerWebApi } from "./web-api.ts";
import type { Wire } from "./wire.ts";
import { Workspace } from "./workspace.ts";

export type { Thread } from "./reading.ts";
export { ANNA, BEN, GENERAL, RANDOM, SECRET } from "./workspace.ts";
export type {
  Answer,
  CallRecord,
  Channel,
  Delivered,
  Ephemeral,
  FileSpec,
  FormValues,
  Message,
  Misbehaviour,
  Shared,
  ShareOptions,
  SlackFile,
  SlackOptions,
  View,
};

export type SlackSandbox = Awaited<ReturnType<typeof startSlack>>;

export async function startSlack(options: SlackOptions = {}) {
  const settings = settle(options);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port to listen on");
  const host = `127.0.0.1:${address.port}`;
  const url = `http://${host}`;

  const world = makeWorld(settings, url);
  const { workspace, files, log, socket } = world;
  const deliveries = new Deliveries(workspace, world.payloads, socket);
  deliveries.requestUrl = options.requestUrl;
  const reading = new Reading(workspace);
  const people = new People(world, deliveries, reading);
  const forms = new Forms(world, deliveries, people);
  if (settings.echoOwnPosts) echo(world, deliveries);

  server.on("request", (request, response) => {
    route(request, response, world).catch((error: unknown) => {
      // An app that hangs up in the middle of its own request is part of many tests.
      if (!request.complete || response.destroyed) return void response.destroy();
      workspace.problems.push(`the sandbox itself failed at ${request.url}: ${String(error)}`);
      response.destroy();
    });
  });
  server.on("upgrade", (request, connection, head) => socket.upgrade(request, connection, head));

  const close = async () => {
    workspace.close();
    socket.close();
    await deliveries.close();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    await files.close();
  };

  return {
    url,
    host,
    apiUrl: `${url}/api/`,
    settings,
    workspace,
    socket,
    /** What only a wrong program does. Tests assert that it is empty. */
    problems: workspace.problems,
    calls: log.calls,
    /** Each try of each event. */
    deliveries: deliveries.events,
    ephemerals: workspace.ephemerals,
    views: workspace.views,
    /** message, edit, delete, ephemeral, file, view; and `change` with each of them. */
    events: workspace.events,

    setRequestUrl: (to: string) => {
      deliveries.requestUrl = to;
    },
    misbehave: (target: string, how: Misbehaviour & Rule) => log.misbehave(target, how),
    /** Forgets every misbehaviour still due. */
    behave: () => log.behave(),
    get onCall() {
      return log.onCall;
    },
    set onCall(hook: CallHook | undefined) {
      log.onCall = hook;
    },
    revokeToken: () => {
      workspace.revoked = true;
    },

    command: people.command.bind(people),
    say: people.say.bind(people),
    shareFiles: people.shareFiles.bind(people),
    pressButton: people.pressButton.bind(people),
    messageShortcut: people.messageShortcut.bind(people),
    openHome: people.openHome.bind(people),
    submitView: forms.submitView.bind(forms),
    closeView: forms.closeView.bind(forms),
    openDm: (user: string): Channel => workspace.openDm(user),
    /** Any event, in Slack's envelope. */
    deliver: (event: Wire, how?: { repeats?: number; eventId?: string }) => deliveries.event(event, how),
    /** Any body to the request URL, for hostile tests. */
    raw: (body: string | Uint8Array, headers?: Record<string, string | undefined>, how?: RawOptions) =>
      deliveries.raw(body, headers, how),
    sign: (body: string | Uint8Array, timestampSeconds?: number) =>
      sign(settings.signingSecret, body, timestampSeconds),

    channel: reading.channel.bind(reading),
    thread: reading.thread.bind(reading),
    waitForMessage: reading.waitForMessage.bind(reading),
    waitForFile: reading.waitForFile.bind(reading),
    waitForEphemeral: reading.waitForEphemeral.bind(reading),
    waitForView: reading.waitForView.bind(reading),
    waitUntil: reading.waitUntil.bind(reading),
    transcript: (channel: string, threadTs?: string) => transcript(workspace, channel, threadTs),
    describe: (what: Message | Ephemeral | View) => describe(workspace, what),

    close,
    [Symbol.asyncDispose]: close,
  };
}

function makeWorld(settings: Settings, url: string): World {
  const workspace = new Workspace(settings, url);
  const log = new CallLog();
  const files = new FileRoom(workspace);
  return {
    workspace,
    log,
    files,
    uploads: new Uploads(workspace, files, log),
    payloads: new Payloads(workspace, files),
    socket: new SocketMode(workspace),
  };
}

/** The app hears of its own posts and edits, like of everyone's: a careless listener loops on them. */
function echo({ workspace, payloads, socket }: World, deliveries: Deliveries): void {
  const isHeard = (message: Message) => {
    const channel = workspace.getChannel(message.channel);
    const reachable = deliveries.requestUrl !== undefined || socket.inUse;
    const subscribed = channel.kind === "im" || workspace.settings.deliverChannelMessages;
    return message.byApp && reachable && subscribed && workspace.hasBot(channel);
  };
  workspace.events.on("message", (message) => {
    if (isHeard(message)) deliveries.eventInBackground(payloads.messageEvent(message));
  });
  workspace.events.on("edit", (message) => {
    if (isHeard(message)) deliveries.eventInBackground(payloads.messageChanged(message));
  });
}

async function route(request: IncomingMessage, response: ServerResponse, world: World): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", world.workspace.url);
  const [, place = "", ...rest] = pathname.split("/");
  if (place === "api") return answerWebApi(rest.join("/"), request, response, world);
  if (place === "actions") return answerResponseUrl(pathname, request, response, world);
  if (place === "upload" && request.method === "POST") {
    const ticket = rest.at(-1) ?? "";
    const args = { ticket, length: Number(request.headers["content-length"] ?? Number.NaN) };
    return world.log.answerCall({ method: "upload", args, request, response }, () =>
      world.uploads.receive(ticket, request),
    );
  }
  if (place === "files-pri" || place === "files-tmb")
    return answerDownload(pathname, request, response, world);
  world.workspace.problems.push(`${request.method} ${pathname}: no such address at Slack`);
  response.writeHead(404).end();
}

/** Without a token that may read the file Slack answers 200 with its login page. */
async function answerDownload(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  world: World,
): Promise<void> {
  const { workspace, files } = world;
  const [, id = "", thumb] = /^\/files-\w+\/[^/]*?-(F\w+)(-thumb)?\//.exec(path) ?? [];
  await world.log.answerCall({ method: "download", args: { file: id }, request, response }, async () => {
    const file = files.files.get(id);
    const { botToken, scopes } = workspace.settings;
    const allowed =
      request.headers.authorization === `Bearer ${botToken}` &&
      !workspace.revoked &&
      scopes.includes("files:read");
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
