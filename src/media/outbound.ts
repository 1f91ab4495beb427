import { type LookupAddress, type LookupAllOptions, lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { Agent, buildConnector } from "undici";
import { RequestProblem } from "../job/failure.ts";

const CONNECT_TIMEOUT_MS = 10_000;

/** The one way out to addresses that other people chose. Use `agent` with undici's own `request` only. */
export interface Outbound {
  readonly agent: Agent;
  /** Throws RequestProblem `url_not_allowed`. Names pass here; what they resolve to is checked on connect. */
  assertAllowed(url: URL): void;
  isTrusted(url: URL): boolean;
  close(): Promise<void>;
}

export interface CreateOutboundDeps {
  readonly trustedHosts: readonly string[];
  /** The name service; Node's own unless a test has another. */
  readonly resolve?: ResolveAll;
}

type ResolveAll = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * https on port 443 to public addresses, nothing else. The agent checks every connection itself, with the
 * address that it then connects to, so neither a redirect nor a name that changes its mind gets inside.
 *
 * `trustedHosts` (`host:port` as a parsed URL spells it) are let through unchecked, over plain http too.
 */
export function createOutbound({ trustedHosts, resolve = lookup }: CreateOutboundDeps): Outbound {
  const trusted = new Set(trustedHosts.map((entry) => entry.trim().toLowerCase()));
  const isTrusted = (url: URL) =>
    (url.protocol === "https:" || url.protocol === "http:") &&
    (trusted.has(url.host) || trusted.has(`${url.hostname}:${url.port || defaultPort(url)}`));

  const assertAllowed = (url: URL) => {
    if (url.username || url.password) throw notAllowed("userinfo");
    if (isTrusted(url)) return;
    if (url.protocol !== "https:") throw notAllowed("scheme");
    // The parser drops the port when it is the scheme's own.
    if (url.port !== "") throw notAllowed("port");
    // The parser has turned decimal, hex and octal spellings into dotted ones by now.
    const literal = url.hostname.replace(/^\[|\]$/g, "");
    if (isIP(literal) && !isPublicAddress(literal)) throw notAllowed("address");
  };

  const connectTrusted = buildConnector({ timeout: CONNECT_TIMEOUT_MS, allowH2: false });
  const connectPublic = buildConnector({
    timeout: CONNECT_TIMEOUT_MS,
    allowH2: false,
    lookup: lookupPublic(resolve),
  });
  const agent = new Agent({
    allowH2: false,
    connect(options, callback) {
      const url = originOf(options);
      try {
        // A literal address never reaches `lookup`, so it is checked here.
        assertAllowed(url);
      } catch (error) {
        callback(error instanceof Error ? error : new Error("not allowed"), null);
        return;
      }
      (isTrusted(url) ? connectTrusted : connectPublic)(options, callback);
    },
  });

  return { agent, assertAllowed, isTrusted, close: () => agent.destroy() };
}

/** Whether an IP address literal is one on the public internet. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  // `process` unwraps ::ffff:a.b.c.d
  const parsed = ipaddr.process(address);
  if (parsed.range() !== "unicast") return false;
  // Only 2000::/3 is handed out. ipaddr.js calls the rest of the space unicast too, ::/96 (old spelling of IPv4) included.
  return parsed.kind() === "ipv4" || ((parsed.toByteArray()[0] ?? 0) & 0xe0) === 0x20;
}

/** Refuses a name if any of its addresses is not public, whichever of them would be used. */
function lookupPublic(resolve: ResolveAll): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => isPublicAddress(address))) {
        return callback(notAllowed("address"), []);
      }
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
}

function originOf({ protocol, hostname, port }: buildConnector.Options): URL {
  const host = isIP(hostname) === 6 ? `[${hostname}]` : hostname;
  return new URL(`${protocol}//${host}${port ? `:${port}` : ""}`);
}

function defaultPort(url: URL): string {
  return url.protocol === "https:" ? "443" : "80";
}

function notAllowed(code: "userinfo" | "scheme" | "port" | "address"): RequestProblem {
  return new RequestProblem({ reason: "url_not_allowed", code });
}
