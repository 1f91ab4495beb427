import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { AppProcess } from "./app-process.ts";
import type { OnCall } from "./calls.ts";
import type { Random } from "./random.ts";

/** How often it looks whether a process is ready, where there are several. */
const LOOK_EVERY_MS = 200;
const LOOK_TIMEOUT_MS = 2000;

export interface FrontDoor {
  /** `http://127.0.0.1:port`, under which Slack and AKOOL know the app. */
  readonly url: string;
  /** Paths under /media that anybody asked for. */
  readonly mediaPaths: ReadonlySet<string>;
  /** What it has last seen of them: those that get requests. */
  readonly ready: ReadonlySet<AppProcess>;
  /** Looks at once, and again from now on. */
  look(): Promise<void>;
  close(): Promise<void>;
}

export interface FrontDoorOptions {
  /** Asked anew for each request: processes come and go. */
  readonly processes: () => readonly AppProcess[];
  readonly onCall: OnCall;
  /** Which process gets which request. */
  readonly random: Random;
}

/**
 * Stands before the app as a load balancer would, so that a case can stop the world at the points of a request
 * that comes in: before the app has it, while it works on it, when it has answered and nobody has heard it yet.
 * Of several processes it asks one that was ready when it last looked, and another only where no connection could
 * be had: what was sent once is not sent again.
 */
export async function openFrontDoor({ processes, onCall, random }: FrontDoorOptions): Promise<FrontDoor> {
  const mediaPaths = new Set<string>();
  const ready = new Set<AppProcess>();
  const server = createServer((incoming, response) => {
    pass(incoming, response).catch(() => response.destroy());
  });

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = incoming.url ?? "/";
    if (path.startsWith("/media/")) mediaPaths.add(path);
    const target = targetOf(path);
    const body = await buffer(incoming);
    const isCluster = processes().length > 1;
    let by = pick();
    const hook = await onCall({ target, phase: "before", by });
    // Nothing was sent to it yet: of several another is asked.
    if (hook === "drop" && !isCluster) return void response.destroy();
    const answer = await (async () => {
      for (;;) {
        if (!by) return undefined;
        const asked = by;
        const tried = await askProcess(asked, incoming, body, () =>
          onCall({ target, phase: "sent", by: asked }),
        );
        if (tried !== "not connected") return tried;
        ready.delete(asked);
        if (!isCluster) throw new Error("the app does not listen");
        by = pick();
      }
    })();
    if (!answer) return void response.writeHead(503, { "content-length": 0 }).end();
    const status = answer.message.statusCode ?? 0;
    const outcome = String(status);
    if ((await onCall({ target, phase: "effect", outcome, by })) === "drop") return void response.destroy();
    response.writeHead(status, answer.message.headers);
    await new Promise<void>((sent) => response.end(answer.body, sent));
    await onCall({ target, phase: "answered", outcome, by });
  }

  function pick(): AppProcess | undefined {
    const all = processes();
    const candidates = all.length > 1 ? all.filter((each) => ready.has(each)) : all;
    return candidates.length > 0 ? random.pick(candidates) : undefined;
  }

  const agent = new Agent({ keepAlive: true });
  const look = async () => {
    await Promise.all(
      processes().map(async (each) => {
        if (await isReady(each, agent)) ready.add(each);
        else ready.delete(each);
      }),
    );
  };
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  const keepLooking = () => {
    timer = setTimeout(async () => {
      if (processes().length > 1) await look();
      if (!closed) keepLooking();
    }, LOOK_EVERY_MS);
  };
  keepLooking();

  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port to listen on");
  return {
    url: `http://127.0.0.1:${address.port}`,
    mediaPaths,
    ready,
    look,
    async close() {
      closed = true;
      clearTimeout(timer);
      agent.destroy();
      const done = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await done;
    },
  };
}

interface Answered {
  readonly message: IncomingMessage;
  readonly body: Buffer;
}

/** On a connection of its own, so that it is certain whether anything was sent. */
function askProcess(
  { port }: AppProcess,
  { url: path, method, headers }: IncomingMessage,
  body: Buffer,
  onSent: () => void,
): Promise<Answered | "not connected"> {
  return new Promise((resolve, reject) => {
    let connected = false;
    const outgoing = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (message) => {
      buffer(message).then((bytes) => resolve({ message, body: bytes }), reject);
    });
    outgoing.once("socket", (socket) => {
      socket.once("connect", () => {
        connected = true;
      });
    });
    outgoing.once("error", (error) => (connected ? reject(error) : resolve("not connected")));
    outgoing.end(body, onSent);
  });
}

function isReady({ port }: AppProcess, agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request({ host: "127.0.0.1", port, path: "/readyz", agent }, (message) => {
      message.resume();
      resolve(message.statusCode === 200);
    });
    outgoing.setTimeout(LOOK_TIMEOUT_MS, () => outgoing.destroy());
    outgoing.once("error", () => resolve(false));
    outgoing.once("close", () => resolve(false));
    outgoing.end();
  });
}

function targetOf(path: string): string {
  if (path.startsWith("/slack/")) return "in:slack";
  if (path.startsWith("/akool/")) return "in:webhook";
  return path.startsWith("/media/") ? "in:media" : "in:other";
}
