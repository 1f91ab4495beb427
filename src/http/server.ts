import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Params = Readonly<Record<string, string>>;
export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  params: Params,
) => void | Promise<void>;

export interface Route {
  readonly methods: readonly string[];
  /** Segments with slashes between; `:name` matches one segment and hands it on as it stands, undecoded. */
  readonly path: string;
  readonly handle: Handler;
}

export interface HttpServer {
  readonly port: number;
  /** From here on every answer ends its connection, so that the next request comes by a new one, to somebody else. */
  drain(): void;
  /** Takes no new connections, lets requests under way finish, and cuts what is left after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** A client that has not sent its headers, or its whole request, by then is cut off. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** A node behind a load balancer closes after the balancer does (whose usual default is 60 s). */
const KEEP_ALIVE_MS = 65_000;

/**
 * The one listener for every route. What matches no route is 404, at once; a handler that throws is 500 and a
 * log line, never a crash.
 */
export async function startHttpServer(options: {
  readonly host: string;
  readonly port: number;
  readonly routes: readonly Route[];
  /** After each answer, with the path of its route, or "other" for what is no route. */
  readonly onAnswered?: (route: string, status: number) => void;
  readonly log: { error(fields: object, message: string): void };
}): Promise<HttpServer> {
  const routes = options.routes.map((route) => ({ ...route, segments: route.path.split("/") }));
  let draining = false;
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: HEADERS_TIMEOUT_MS },
    (request, response) => {
      if (draining) response.setHeader("connection", "close");
      const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
      const segments = path.split("/");
      for (const route of routes) {
        const params = matchSegments(route.segments, segments);
        if (!params) continue;
        if (!route.methods.includes(request.method ?? "")) continue;
        Promise.resolve()
          .then(() => route.handle(request, response, params))
          .catch((error: unknown) => {
            options.log.error({ err: error, route: route.path }, "a request handler failed");
            if (response.headersSent) response.destroy();
            else response.writeHead(500, { "content-length": 0 }).end();
          })
          .then(() => options.onAnswered?.(route.path, response.statusCode));
        return;
      }
      response.writeHead(404, { "content-length": 0 }).end();
      request.resume();
      options.onAnswered?.("other", 404);
    },
  );
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await listen(server, options.port, options.host);
  server.on("error", (error) => options.log.error({ err: error }, "the HTTP listener is in trouble"));
  return {
    port: (server.address() as AddressInfo).port,
    drain() {
      draining = true;
    },
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): Params | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const actual = segments[index] ?? "";
    if (expected.startsWith(":")) params[expected.slice(1)] = actual;
    else if (expected !== actual) return undefined;
  }
  return params;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
