import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createOutbound, type Outbound } from "../../src/media/outbound.ts";

export const FIXTURES = new URL("../fixtures/media/", import.meta.url).pathname;

export interface TestServer {
  readonly server: Server;
  /** `127.0.0.1:4010` */
  readonly host: string;
  /** `http://127.0.0.1:4010` */
  readonly origin: string;
}

/** A real server on 127.0.0.1 that closes when the test ends. */
export async function serve(listener: RequestListener): Promise<TestServer> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("no port");
  const host = `127.0.0.1:${address.port}`;
  return { server, host, origin: `http://${host}` };
}

export function outboundTrusting(...servers: readonly { readonly host: string }[]): Outbound {
  const outbound = createOutbound({ trustedHosts: servers.map(({ host }) => host) });
  onTestFinished(() => outbound.close());
  return outbound;
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "talkingphoto-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What a promise rejects with; fails when it does not. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("did not reject");
}
