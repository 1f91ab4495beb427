/** Somewhere on the web: the samples under addresses that can be typed after the command. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename } from "node:path";

export interface FileHost {
  /** `127.0.0.1:port`, as TRUSTED_HOSTS wants it. */
  readonly host: string;
  readonly url: string;
  close(): Promise<void>;
}

/** Each file at `/<its name>`. */
export async function hostFiles(paths: readonly string[]): Promise<FileHost> {
  const files = new Map<string, Buffer>();
  for (const path of paths) files.set(`/${basename(path)}`, await readFile(path));
  const server = createServer((request, response) => {
    const bytes = files.get(request.url ?? "");
    if (!bytes) return void response.writeHead(404).end();
    const type = request.url?.endsWith(".jpg") ? "image/jpeg" : "audio/mpeg";
    response.writeHead(200, { "content-type": type, "content-length": bytes.length });
    response.end(request.method === "HEAD" ? undefined : bytes);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("There is no free port.");
  const host = `127.0.0.1:${address.port}`;
  return {
    host,
    url: `http://${host}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
