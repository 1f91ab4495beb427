import type { IncomingMessage, ServerResponse } from "node:http";
import ipaddr from "ipaddr.js";
import type { Registry } from "prom-client";

const INSIDE: ReadonlySet<string> = new Set(["loopback", "private", "uniqueLocal", "linkLocal"]);

/**
 * `GET /metrics` in Prometheus' text format, for callers on this machine or its private network. A request that
 * a proxy passed on is from outside, wherever the proxy stands.
 */
export function createMetrics(countByStatus: () => Promise<Readonly<Record<string, number>>>) {
  let registry: Promise<Registry> | undefined;

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isFromInside(request)) {
      response.writeHead(404, { "content-length": 0 }).end();
      return;
    }
    registry ??= createRegistry(countByStatus);
    const { contentType, metrics } = await registry.then(async (ready) => ({
      contentType: ready.contentType,
      metrics: Buffer.from(await ready.metrics()),
    }));
    response.writeHead(200, { "content-type": contentType, "content-length": metrics.length }).end(metrics);
  };
}

/** Loaded with the first scrape: many never ask, and the start should not wait for it. */
async function createRegistry(
  countByStatus: () => Promise<Readonly<Record<string, number>>>,
): Promise<Registry> {
  const { collectDefaultMetrics, Gauge, Registry } = await import("prom-client");
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: "talkingphoto_jobs",
    help: "Jobs by status",
    labelNames: ["status"],
    registers: [registry],
    async collect() {
      this.reset();
      for (const [status, count] of Object.entries(await countByStatus())) this.set({ status }, count);
    },
  });
  return registry;
}

function isFromInside(request: IncomingMessage): boolean {
  const address = request.socket.remoteAddress;
  if (
    address === undefined ||
    request.headers["x-forwarded-for"] !== undefined ||
    request.headers.forwarded !== undefined
  )
    return false;
  return ipaddr.isValid(address) && INSIDE.has(ipaddr.process(address).range());
}
