import { createReadStream, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { basename, resolve } from "node:path";

export interface FileHost {
  readonly host: string;
  /** The public address of a file of test/fixtures/media. */
  url(name: string): string;
  /** Answers `path` by hand. */
  serve(path: string, handle: (request: IncomingMessage, response: ServerResponse) => void): string;
  close(): Promise<void>;
}

/** A web host with the sample media, for links in commands. */
export async function startFileHost(): Promise<FileHost> {
  const byHand = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>();
  const server = createServer((request, response) => {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const handle = byHand.get(path);
    if (handle) return handle(request, response);
    const file = resolve("test/fixtures/media", basename(path));
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { "content-length": size });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port to listen on");
  const host = `127.0.0.1:${address.port}`;
  return {
    host,
    url: (name) => `http://${host}/${name}`,
    serve: (path, handle) => {
      byHand.set(path, handle);
      return `http://${host}${path}`;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
