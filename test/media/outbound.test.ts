import { request } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import { RequestProblem } from "../../src/job/failure.ts";
import { guardedGet } from "../../src/media/guarded-get.ts";
import { createOutbound, isPublicAddress } from "../../src/media/outbound.ts";
import { outboundTrusting, rejectionOf, serve } from "./serve.ts";

const NOT_ALLOWED = { failure: { reason: "url_not_allowed" } };

const HOSTILE = [
  "http://example.com/",
  "ftp://example.com/",
  "file:///etc/passwd",
  "data:text/plain,hello",
  "https://example.com:8443/",
  "https://example.com:80/",
  "https://example.com:22/",
  "https://user@example.com/",
  "https://user:pass@example.com/",
  "https://example.com@127.0.0.1/",
  "https://127.0.0.1/",
  "https://127.0.0.1./",
  "https://127.1/",
  "https://127.0.1/",
  "https://2130706433/",
  "https://0x7f000001/",
  "https://0x7f.0.0.1/",
  "https://0177.0.0.1/",
  "https://017700000001/",
  "https://127.255.255.254/",
  "https://0/",
  "https://0.0.0.0/",
  "https://１２７.０.０.１/",
  "https://①②⑦.⓪.⓪.①/",
  "https://127。0。0。1/",
  "https://%31%32%37.0.0.1/",
  "https://10.0.0.1/",
  "https://172.16.0.1/",
  "https://192.168.1.1/",
  "https://169.254.169.254/latest/meta-data/",
  "https://100.100.100.200/",
  "https://192.0.0.192/",
  "https://198.18.0.1/",
  "https://203.0.113.7/",
  "https://224.0.0.1/",
  "https://240.0.0.1/",
  "https://255.255.255.255/",
  "https://[::]/",
  "https://[::1]/",
  "https://[0:0:0:0:0:0:0:1]/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:7f00:1]/",
  "https://[::127.0.0.1]/",
  "https://[::7f00:1]/",
  "https://[::ffff:0:127.0.0.1]/",
  "https://[64:ff9b::127.0.0.1]/",
  "https://[64:ff9b:1::7f00:1]/",
  "https://[2002:7f00:1::]/",
  "https://[2001:0:7f00:1::]/",
  "https://[100::1]/",
  "https://[fc00::1]/",
  "https://[fd00:ec2::254]/",
  "https://[fe80::1]/",
  "https://[fec0::1]/",
  "https://[ff02::1]/",
  "https://[2001:db8::1]/",
  "https://[1::1]/",
  "https://localhost/",
  "https://LOCALHOST/",
];

describe("the way out", () => {
  it.each(HOSTILE)("refuses %s", async (spelling) => {
    const outbound = outboundTrusting();
    const url = new URL(spelling);
    expect(await rejectionOf(get(outbound, url))).toMatchObject(NOT_ALLOWED);
  });

  it.each(HOSTILE.filter((spelling) => /^https?:/.test(spelling) && !spelling.includes("@")))(
    "refuses %s in the agent itself, for a caller that forgot to ask",
    async (spelling) => {
      const outbound = outboundTrusting();
      const asked = request(new URL(spelling), { dispatcher: outbound.agent });
      expect(await rejectionOf(asked)).toMatchObject(NOT_ALLOWED);
    },
  );

  it.each([
    "https://127.0.0.1/",
    "https://localhost/",
    "https://[::1]/",
    "https://169.254.169.254/",
    "http://example.com/",
    "//localhost:1/",
  ])("refuses a redirect to %s", async (location) => {
    const trusted = await serve((_req, res) => res.writeHead(302, { location }).end());
    const outbound = outboundTrusting(trusted);
    expect(await rejectionOf(get(outbound, new URL(trusted.origin)))).toMatchObject(NOT_ALLOWED);
  });

  it("never reaches a server inside, whether asked for it or sent there", async () => {
    let reached = 0;
    const inside = await serve((_req, res) => {
      reached += 1;
      res.end();
    });
    const trusted = await serve((_req, res) => res.writeHead(307, { location: inside.origin }).end());
    const outbound = outboundTrusting(trusted);
    await rejectionOf(get(outbound, new URL(trusted.origin)));
    await rejectionOf(get(outbound, new URL(inside.origin)));
    await rejectionOf(request(inside.origin, { dispatcher: outbound.agent }));
    expect(reached).toBe(0);
  });

  it.each([
    [["10.1.2.3"]],
    [["93.184.216.34", "127.0.0.1"]],
    [["2606:2800:220:1::1", "::ffff:10.0.0.1"]],
    [["::7f00:1"]],
    [[]],
  ])("refuses a name that leads to %j", async (addresses) => {
    const outbound = createOutbound({
      trustedHosts: [],
      resolve: (_name, _options, callback) =>
        callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
        ),
    });
    onTestFinished(() => outbound.close());
    expect(await rejectionOf(get(outbound, new URL("https://rebound.example/")))).toMatchObject(NOT_ALLOWED);
  });

  it("does not let the message of a refusal repeat the address", () => {
    const outbound = outboundTrusting();
    let caught: unknown;
    try {
      outbound.assertAllowed(new URL("https://user:hunter2@example.com/"));
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(RequestProblem);
    expect(String(caught)).not.toContain("hunter2");
  });

  it("lets public addresses pass", () => {
    const outbound = outboundTrusting();
    for (const url of ["https://example.com/a", "https://example.com:443/", "https://1.1.1.1/"]) {
      expect(() => outbound.assertAllowed(new URL(url))).not.toThrow();
    }
    expect(isPublicAddress("2606:4700::1111")).toBe(true);
    expect(isPublicAddress("not an address")).toBe(false);
  });

  it("lets a trusted host through on plain http, and only with its port", async () => {
    const trusted = await serve((_req, res) => res.end("hello"));
    const outbound = outboundTrusting(trusted);
    const response = await get(outbound, new URL(trusted.origin));
    expect(await response.body.text()).toBe("hello");
    expect(() => outbound.assertAllowed(new URL("http://127.0.0.1:1/"))).toThrow("url_not_allowed");
  });

  it("knows a trusted host with and without the port that goes without saying", () => {
    const outbound = createOutbound({ trustedHosts: ["files.test", "upload.test:443", "[::1]:4010"] });
    onTestFinished(() => outbound.close());
    expect(outbound.isTrusted(new URL("https://files.test/"))).toBe(true);
    expect(outbound.isTrusted(new URL("https://upload.test/"))).toBe(true);
    expect(outbound.isTrusted(new URL("http://[::1]:4010/"))).toBe(true);
    expect(outbound.isTrusted(new URL("http://upload.test/"))).toBe(false);
    expect(outbound.isTrusted(new URL("https://files.test:8443/"))).toBe(false);
    expect(outbound.isTrusted(new URL("ftp://files.test/"))).toBe(false);
  });

  it("follows five redirects and not six", async () => {
    const trusted = await serve((req, res) => {
      const left = Number(req.url?.slice(1));
      if (left === 0) res.end("there");
      else res.writeHead(302, { location: `/${left - 1}` }).end();
    });
    const outbound = outboundTrusting(trusted);
    const response = await get(outbound, new URL(`${trusted.origin}/5`));
    expect(await response.body.text()).toBe("there");
    expect(await rejectionOf(get(outbound, new URL(`${trusted.origin}/6`)))).toMatchObject({
      failure: { reason: "url_unreachable", code: "too_many_redirects" },
    });
  });
});

function get(outbound: ReturnType<typeof createOutbound>, url: URL) {
  return guardedGet(url, {
    outbound,
    signal: new AbortController().signal,
    headersTimeoutMs: 5_000,
    idleTimeoutMs: 5_000,
  });
}
