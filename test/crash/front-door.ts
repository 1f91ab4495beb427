import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { OnCall } from "./calls.ts";

export interface FrontDoor {
  /** `http://127.0.0.1:port`, under which Slack and AKOOL know the app. */
  readonly url: string;
  /** Paths under /media that anybody asked for. */
  readonly mediaPaths: ReadonlySet<string>;
  close(): Promise<void>;
}

/**
 * Stands before the app as a load balancer would, so that a case can stop the world at the points of a request
 * that comes in: before the app has it, while it works on it, when it has answered and nobody has heard it yet.
 */
export async function openFrontDoor(appPort: number, onCall: OnCall): Promise<FrontDoor> {
  const mediaPaths = new Set<string>();
  const server = createServer((incoming, response) => {
    pass(incoming, response).catch(() => response.destroy());
  });

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = incoming.url ?? "/";
    if (path.startsWith("/media/")) mediaPaths.add(path);
    const target = targetOf(path);
    const body = await buffer(incoming);
    if ((await onCall({ target, phase: "before" })) === "drop") return void response.destroy();
    const answer = await new Promise<{ message: IncomingMessage; body: Buffer }>((resolve, reject) => {
      const { method, headers } = incoming;
      const options = { host: "127.0.0.1", port: appPort, path, method, headers, agent: false };
      const outgoing = request(options, (message) => {
        buffer(message).then((bytes) => resolve({ message, body: bytes }), reject);
      });
      outgoing.once("error", reject);
      outgoing.end(body, () => void onCall({ target, phase: "sent" }));
    });
    const status = answer.message.statusCode ?? 0;
    if ((await onCall({ target, phase: "effect", outcome: String(status) })) === "drop")
      return void response.destroy();
    response.writeHead(status, answer.message.headers);
    await new Promise<void>((sent) => response.end(answer.body, sent));
    await onCall({ target, phase: "answered", outcome: String(status) });
  }

  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port to listen on");
  return {
    url: `http://127.0.0.1:${address.port}`,
    mediaPaths,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function targetOf(path: string): string {
  if (path.startsWith("/slack/")) return "in:slack";
  if (path.startsWith("/akool/")) return "in:webhook";
  return path.startsWith("/media/") ? "in:media" : "in:other";
}
