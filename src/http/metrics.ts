import type { IncomingMessage, ServerResponse } from "node:http";
import ipaddr from "ipaddr.js";
import type { Metric, Registry } from "prom-client";
import type { Meter, Sample } from "../meters/tally.ts";

const PREFIX = "talkingphoto_";
/** Any of these says that a proxy stands between. */
const PASSED_ON = [
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-real-ip",
  "forwarded",
  "via",
];
const INSIDE: ReadonlySet<string> = new Set(["loopback", "private", "uniqueLocal", "linkLocal"]);

/**
 * `GET /metrics` in Prometheus' text format, for callers on this machine or its private network. A request that
 * a proxy passed on is from outside, wherever the proxy stands.
 */
export function createMetrics(meters: readonly Meter[]) {
  let registry: Promise<Registry> | undefined;

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isFromInside(request)) {
      response.writeHead(404, { "content-length": 0 }).end();
      return;
    }
    registry ??= createRegistry(meters);
    const { contentType, metrics } = await registry.then(async (ready) => ({
      contentType: ready.contentType,
      metrics: Buffer.from(await ready.metrics()),
    }));
    response.writeHead(200, { "content-type": contentType, "content-length": metrics.length }).end(metrics);
  };
}

/** Loaded with the first scrape: many never ask, and the start should not wait for it. */
async function createRegistry(meters: readonly Meter[]): Promise<Registry> {
  const { collectDefaultMetrics, Registry } = await import("prom-client");
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // The registry asks its metrics for nothing but their name and this.
  for (const meter of meters) registry.registerMetric(asMetric(meter) as unknown as Metric);
  return registry;
}

function asMetric(meter: Meter) {
  const name = PREFIX + meter.name;
  return {
    name,
    async get() {
      const samples = await meter.samples();
      const values = samples.map(({ labels, value, suffix = "" }) => ({
        labels,
        value,
        metricName: name + suffix,
      }));
      return { name, help: meter.help, type: meter.type, values, aggregator: "sum" };
    },
  };
}

/** A value that is looked up when somebody asks. What cannot be found out has no sample, and the rest is served. */
export function createGauge(name: string, help: string, read: () => Promise<readonly Sample[]>): Meter {
  return { name, help, type: "gauge", samples: () => read().catch(() => []) };
}

function isFromInside(request: IncomingMessage): boolean {
  const address = request.socket.remoteAddress;
  if (address === undefined || PASSED_ON.some((header) => request.headers[header] !== undefined))
    return false;
  return ipaddr.isValid(address) && INSIDE.has(ipaddr.process(address).range());
}
