/**
 * A Slack that runs on 127.0.0.1: workspaces that keep state, check strictly what the app sends, sign what they
 * deliver, and misbehave when told to. People act through its methods, tests and the demo read it like people do.
 */
import { createServer } from "node:http";
import type { World } from "./api/method.ts";
import { Uploads } from "./api/uploads.ts";
import { type CallHook, CallLog, type CallRecord, type Misbehaviour, type Rule } from "./call-log.ts";
import { type Answer, type Delivered, Deliveries, type RawOptions } from "./delivery.ts";
import { FileRoom, type SlackFile } from "./file-room.ts";
import { Forms, type FormValues } from "./forms.ts";
import { OAuthRoom } from "./oauth-room.ts";
import { type Settings, type SlackOptions, settle } from "./options.ts";
import { Payloads } from "./payloads.ts";
import { type FileSpec, People, type Shared, type ShareOptions } from "./people.ts";
import { Reading } from "./reading.ts";
import type { Channel, Ephemeral, Message, View } from "./records.ts";
import { route } from "./routes.ts";
import { sign } from "./signing.ts";
import { SocketMode } from "./socket-mode.ts";
import { describe, transcript } from "./transcript.ts";
import type { Wire } from "./wire.ts";
import { Workspace } from "./workspace.ts";

export type { Thread } from "./reading.ts";
export { ADMIN, ANNA, BEN, DORA, GENERAL, RANDOM, SECRET } from "./workspace.ts";
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

/** One workspace, or one organisation, as tests and the demo see it. */
export type SlackSandbox = ReturnType<typeof openWorkspace>;

/** What all workspaces of one stand-in have in common. */
interface Town {
  readonly url: string;
  readonly host: string;
  readonly oauth: OAuthRoom;
  readonly worlds: World[];
  readonly atEnd: (() => Promise<void> | void)[];
  readonly close: () => Promise<void>;
}

export async function startSlack(options: SlackOptions = {}): Promise<SlackSandbox> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port to listen on");
  const host = `127.0.0.1:${address.port}`;
  const url = `http://${host}`;

  const worlds: World[] = [];
  const atEnd: Town["atEnd"] = [];
  const close = async () => {
    for (const end of atEnd.splice(0)) await end();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    for (const { files } of worlds) await files.close();
  };
  const slack = openWorkspace({ url, host, oauth: new OAuthRoom(), worlds, atEnd, close }, options);
  const { problems } = slack;

  server.on("request", (request, response) => {
    const [first, ...others] = worlds;
    if (!first) return void response.destroy();
    route(request, response, [first, ...others]).catch((error: unknown) => {
      // An app that hangs up in the middle of its own request is part of many tests.
      if (!request.complete || response.destroyed) return void response.destroy();
      problems.push(`the sandbox itself failed at ${request.url}: ${String(error)}`);
      response.destroy();
    });
  });
  server.on("upgrade", (request, connection, head) => slack.socket.upgrade(request, connection, head));
  return slack;
}

/** Another workspace, or a whole organisation, at the same Slack. Whatever is not said is as in `slack`; closes with it. */
export function addWorkspace(
  { town, options, requestUrl }: SlackSandbox,
  more: SlackOptions & { readonly teamId: string },
): SlackSandbox {
  return openWorkspace(town, { ...options, ...(requestUrl !== undefined && { requestUrl }), ...more });
}

function openWorkspace(town: Town, options: SlackOptions) {
  const { url, host, oauth, close } = town;
  const settings = settle(options);
  const world = makeWorld(settings, url, oauth);
  const { workspace, log, socket } = world;
  const deliveries = new Deliveries(workspace, world.payloads, socket);
  deliveries.requestUrl = options.requestUrl;
  const reading = new Reading(workspace);
  const people = new People(world, deliveries, reading);
  const forms = new Forms(world, deliveries, people);
  if (settings.echoOwnPosts) echo(world, deliveries);
  // The first workspace has a token that was copied by hand; the others give theirs out by OAuth.
  if (town.worlds.length === 0) oauth.know(settings.botToken, world);
  town.worlds.push(world);
  town.atEnd.push(() => {
    workspace.close();
    socket.close();
    return deliveries.close();
  });

  /** The app is removed: its tokens are dead, and Slack says so, in the order and as often as asked for. */
  async function uninstall({
    order = ["app_uninstalled", "tokens_revoked"],
    repeats = 0,
    at = Date.now(),
  }: {
    order?: readonly ("app_uninstalled" | "tokens_revoked")[];
    repeats?: number;
    at?: number;
  } = {}): Promise<Delivered[]> {
    oauth.revoke(world);
    return tellOfUninstall({ order, repeats, at });
  }

  async function tellOfUninstall(how: {
    order: readonly ("app_uninstalled" | "tokens_revoked")[];
    repeats?: number;
    at: number;
  }): Promise<Delivered[]> {
    const tokens = { oauth: [], bot: [settings.botUserId] };
    const told: Delivered[] = [];
    for (const type of how.order) {
      const event = { type, ...(type === "tokens_revoked" && { tokens }) };
      told.push(...(await deliveries.event(event, { repeats: how.repeats ?? 0, at: how.at })));
    }
    return told;
  }

  return {
    url,
    host,
    apiUrl: `${url}/api/`,
    settings,
    workspace,
    socket,
    /** Grants, tokens and their clock, for all workspaces. */
    oauth,
    authorizeUrl: `${url}/oauth/v2/authorize`,
    town,
    /** What it was opened with. */
    options,
    /** Tokens of this workspace that work now. */
    liveTokens: () => oauth.liveTokens(world),
    uninstall,
    /** The same goodbyes once more, with nothing happening. */
    tellOfUninstall,
    /** What only a wrong program does. Tests assert that it is empty. */
    problems: workspace.problems,
    calls: log.calls,
    /** Each try of each event. */
    deliveries: deliveries.events,
    /** Each try of everything that was delivered. */
    deliveryRecords: deliveries.records,
    files: world.files,
    ephemerals: workspace.ephemerals,
    views: workspace.views,
    /** message, edit, delete, ephemeral, file, view; and `change` with each of them. */
    events: workspace.events,

    get requestUrl() {
      return deliveries.requestUrl;
    },
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
    useElement: people.use.bind(people),
    pressButton: people.pressButton.bind(people),
    messageShortcut: people.messageShortcut.bind(people),
    globalShortcut: people.globalShortcut.bind(people),
    openHome: people.openHome.bind(people),
    /** The same, for whoever does not wait until the app has heard of it. */
    openHomeInBackground: (user: string, tab: "home" | "messages" = "home") =>
      deliveries.inBackground(people.openHome(user, { tab })),
    /** What the Home tab shows now. */
    homeOf: (user: string): View | undefined => workspace.homeOf(user),
    submitView: forms.submitView.bind(forms),
    searchOptions: forms.searchOptions.bind(forms),
    chooseOption: forms.chooseOption.bind(forms),
    useControl: forms.useControl.bind(forms),
    closeView: forms.closeView.bind(forms),
    openDm: (user: string): Channel => workspace.openDm(user),
    /** Any event, in Slack's envelope. */
    deliver: (event: Wire, how?: { repeats?: number; eventId?: string; at?: number }) =>
      deliveries.event(event, how),
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

function makeWorld(settings: Settings, url: string, oauth: OAuthRoom): World {
  const workspace = new Workspace(settings, url);
  const log = new CallLog();
  const files = new FileRoom(workspace);
  return {
    workspace,
    log,
    files,
    oauth,
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
