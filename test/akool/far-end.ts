import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export type Handler = (request: SeenRequest, response: ServerResponse, nth: number) => void;

/** A real HTTP server on 127.0.0.1 that does with a request what the test says, and keeps what it saw. */
export async function startFarEnd(handler: Handler): Promise<{ url: string; seen: SeenRequest[] }> {
  const seen: SeenRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const { method = "", url = "", headers } = incoming;
    const request = { method, path: url, headers, body: text ? JSON.parse(text) : undefined };
    seen.push(request);
    handler(request, response, seen.filter((other) => other.path === url).length);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${portOf(server.address())}`, seen };
}

/** A bare TCP server: what it does with a connection is up to the test. Returns its port. */
export async function startTcpFarEnd(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return portOf(server.address());
}

/** A port where nothing listens. */
export async function findClosedPort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server.address());
  server.close();
  await once(server, "close");
  return port;
}

export function sendJson(
  response: ServerResponse,
  body: unknown,
  httpStatus = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(httpStatus, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

function portOf(address: ReturnType<ReturnType<typeof createServer>["address"]>): number {
  if (typeof address !== "object" || address === null) throw new Error("not listening on a port");
  return address.port;
}
