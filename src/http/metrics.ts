import type { IncomingMessage, ServerResponse } from "node:http";
import ipaddr from "ipaddr.js";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";

const INSIDE: ReadonlySet<string> = new Set(["loopback", "private", "uniqueLocal", "linkLocal"]);

/**
 * `GET /metrics` in Prometheus' text format, for callers on this machine or its private network. A request that
 * a proxy passed on is from outside, wherever the proxy stands.
 */
export function createMetrics(countByStatus: () => Promise<Readonly<Record<string, number>>>) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const jobs = new Gauge({
    name: "talkingphoto_jobs",
    help: "Jobs by status",
    labelNames: ["status"],
    registers: [registry],
  });

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isFromInside(request)) {
      response.writeHead(404, { "content-length": 0 }).end();
      return;
    }
    jobs.reset();
    for (const [status, count] of Object.entries(await countByStatus())) jobs.set({ status }, count);
    const text = Buffer.from(await registry.metrics());
    response
      .writeHead(200, { "content-type": registry.contentType, "content-length": text.length })
      .end(text);
  };
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
