import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The one account that the server knows. */
const KEY = "S3RVER";
const BUCKET = "talking-photos";
/** How the server names the file with an object's bytes. */
const OBJECT_FILE = "._S3rver_object";

export interface S3Answer {
  readonly status: number;
  /** S3's word for the error. */
  readonly code: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestS3 {
  /** `127.0.0.1:port` */
  readonly host: string;
  readonly endpoint: string;
  readonly bucket: string;
  /** For the environment of the app. */
  readonly env: Readonly<Record<string, string>>;
  /** Every request that came in: `PUT /talking-photos/…`, without its query. */
  readonly requests: readonly string[];
  /** The next request for which this returns an answer gets it, instead of the server's own. */
  intercept:
    | ((request: { readonly method: string; readonly path: string }) => S3Answer | undefined)
    | undefined;
  /** Keys in the bucket. */
  keys(): Promise<string[]>;
  close(): Promise<void>;
}

interface S3rver {
  run(): Promise<AddressInfo>;
  close(): Promise<void>;
  readonly httpServer: { closeAllConnections(): void };
}

/**
 * A real S3 server (signatures, presigned expiry, clock and all) with one empty bucket, behind a proxy that
 * can answer in its place.
 */
export async function startS3(prefix = "media"): Promise<TestS3> {
  const directory = await mkdtemp(join(tmpdir(), "tp-s3-"));
  // The package has no types.
  const Server = createRequire(import.meta.url)("@20minutes/s3rver") as new (options: object) => S3rver;
  const server = new Server({
    address: "127.0.0.1",
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: BUCKET }],
  });
  const { port } = await server.run();
  const requests: string[] = [];

  const proxy = createServer((incoming, outgoing) => {
    const [path = ""] = (incoming.url ?? "").split("?");
    const method = incoming.method ?? "";
    requests.push(`${method} ${path}`);
    const answer = s3.intercept?.({ method, path });
    if (answer) {
      incoming.resume();
      outgoing
        .writeHead(answer.status, { "content-type": "application/xml", ...answer.headers })
        .end(`<?xml version="1.0"?><Error><Code>${answer.code}</Code><Message>x</Message></Error>`);
    } else {
      forward(incoming, outgoing, port);
    }
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const endpoint = `http://${host}`;

  const s3: TestS3 = {
    host,
    endpoint,
    bucket: BUCKET,
    env: {
      MEDIA_BUCKET_URL: `s3://${BUCKET}/${prefix}?region=eu-central-1&endpoint=${encodeURIComponent(endpoint)}`,
      AWS_ACCESS_KEY_ID: KEY,
      AWS_SECRET_ACCESS_KEY: KEY,
    },
    requests,
    intercept: undefined,
    async keys() {
      const names = await readdir(join(directory, BUCKET), { recursive: true });
      return names
        .filter((name) => name.endsWith(OBJECT_FILE))
        .map((name) => name.slice(0, -OBJECT_FILE.length));
    },
    async close() {
      proxy.close();
      proxy.closeAllConnections();
      server.httpServer.closeAllConnections();
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return s3;
}

/** As it came, the Host header too, which is signed. */
function forward(incoming: IncomingMessage, outgoing: ServerResponse, port: number): void {
  const { method, url, headers } = incoming;
  const passed = httpRequest({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  passed.on("error", () => outgoing.destroy());
  incoming.pipe(passed);
}
