import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RequestProblem } from "../../src/job/failure.ts";
import { type DownloadOptions, downloadToFile } from "../../src/media/download.ts";
import { TemporaryProblem } from "../../src/media/problems.ts";
import { isSlackHost } from "../../src/media/slack-hosts.ts";
import { inEnglish } from "../words/in-english.ts";
import { FIXTURES, outboundTrusting, rejectionOf, serve, temporaryFolder } from "./serve.ts";

const LOGIN_PAGE = "\n\n  <!DOCTYPE html><html><head><title>Sign in to Slack</title></head></html>";

describe("a download", () => {
  it("is stored whole, with its size and hash", async () => {
    const photo = await readFile(join(FIXTURES, "portrait.jpg"));
    const { download, path } = await world((_req, res) =>
      res.writeHead(200, { "content-type": "image/jpeg" }).end(photo),
    );
    expect(await download()).toEqual({
      sizeBytes: photo.length,
      sha256: createHash("sha256").update(photo).digest("hex"),
      contentType: "image/jpeg",
    });
    expect(await readFile(path)).toEqual(photo);
  });

  it("shows the token to Slack's hosts and drops it on the way to any other", async () => {
    const seen: (string | undefined)[] = [];
    const elsewhere = await serve((req, res) => {
      seen.push(req.headers.authorization);
      res.end("bytes");
    });
    const slack = await serve((req, res) => {
      seen.push(req.headers.authorization);
      if (req.url === "/first") res.writeHead(302, { location: "/second" }).end();
      else res.writeHead(302, { location: `${elsewhere.origin}/third` }).end();
    });
    const folder = await temporaryFolder();
    await downloadToFile(`${slack.origin}/first`, {
      ...defaults(outboundTrusting(slack, elsewhere), join(folder, "file")),
      fromSlack: true,
      authorization: { token: "xoxb-1", allowedHost: (url) => url.host === slack.host },
    });
    expect(seen).toEqual(["Bearer xoxb-1", "Bearer xoxb-1", undefined]);
  });

  it.each([
    ["https://files.slack.com/files-pri/T1-F1/a.jpg", true],
    ["https://slack.com/x", true],
    ["https://a.slack-edge.com/x", true],
    ["https://files.slack-files.com/x", true],
    ["https://files.slack-gov.com/x", true],
    ["http://files.slack.com/x", false],
    ["https://files.slack.com:8443/x", false],
    ["https://files.slack.com.evil.example/x", false],
    ["https://evilslack.com/x", false],
    ["https://docs.google.com/x", false],
  ])("knows whether %s is Slack's", (url, expected) => {
    expect(isSlackHost(new URL(url), outboundTrusting())).toBe(expected);
  });

  it("is refused when Slack's file lies on another service", async () => {
    const folder = await temporaryFolder();
    const options = { ...defaults(outboundTrusting(), join(folder, "file")), fromSlack: true };
    expect(await rejectionOf(downloadToFile("https://drive.google.com/a", options))).toMatchObject({
      failure: { reason: "slack_file_external", file: "photo" },
    });
  });

  it.each([
    ["labelled", "text/html; charset=utf-8", LOGIN_PAGE],
    ["labelled as a picture", "image/jpeg", LOGIN_PAGE],
    ["without a label", undefined, "<html><body>no</body></html>"],
    ["behind a comment", "image/png", "<!-- hello --><html></html>"],
  ])("recognises a web page %s", async (_how, contentType, page) => {
    const { download, leftOver } = await world((_req, res) =>
      res.writeHead(200, contentType ? { "content-type": contentType } : {}).end(page),
    );
    expect(await rejectionOf(download({ fromSlack: true }))).toMatchObject({
      failure: { reason: "slack_scope_missing", file: "photo" },
    });
    expect(await rejectionOf(download({ file: "recording" }))).toMatchObject({
      failure: { reason: "url_is_web_page", file: "recording" },
    });
    expect(await leftOver()).toEqual([]);
  });

  it("believes a picture that is labelled as a web page", async () => {
    const photo = await readFile(join(FIXTURES, "portrait.jpg"));
    const { download } = await world((_req, res) =>
      res.writeHead(200, { "content-type": "text/html" }).end(photo),
    );
    expect((await download()).sizeBytes).toBe(photo.length);
  });

  it("is refused at once when it is announced as too big", async () => {
    const { download } = await world((_req, res) => {
      res.writeHead(200, { "content-length": 34_000_000 }).write("first bytes");
    });
    const error = await rejectionOf(download({ maxBytes: 20_000_000 }));
    if (!(error instanceof RequestProblem)) throw error;
    const failure = { reason: "photo_too_big", seen: "34 MB", limit: "20 MB", file: "photo" };
    expect(inEnglish(error.failure)).toEqual(failure);
  });

  it("is broken off when more comes than may, whatever the headers said", async () => {
    const { download, leftOver } = await world((_req, res) => {
      const more = () => {
        while (!res.destroyed && res.write(Buffer.alloc(65_536)));
        res.once("drain", more);
      };
      more();
    });
    expect(await rejectionOf(download({ maxBytes: 1_000_000, file: "recording" }))).toMatchObject({
      failure: { reason: "speech_too_big", limit: { key: "seen.megabytes", values: { size: 1 } } },
    });
    expect(await leftOver()).toEqual([]);
  });

  it.each([
    [404, "url_not_found", "slack_file_unavailable"],
    [410, "url_not_found", "slack_file_unavailable"],
    [401, "url_unreachable", "slack_scope_missing"],
    [403, "url_unreachable", "slack_scope_missing"],
    [400, "url_unreachable", "slack_file_unavailable"],
    [204, "url_unreachable", "slack_file_unavailable"],
  ])("is refused on a %i", async (status, forLink, forSlack) => {
    const { download } = await world((_req, res) => res.writeHead(status).end());
    expect(await rejectionOf(download())).toMatchObject({
      failure: { reason: forLink, code: `http_${status}`, file: "photo" },
    });
    expect(await rejectionOf(download({ fromSlack: true }))).toMatchObject({
      failure: { reason: forSlack },
    });
  });

  it.each([500, 502, 503, 429, 408])("is worth another try after a %i", async (status) => {
    const { download } = await world((_req, res) => res.writeHead(status, { "retry-after": "7" }).end());
    const problem = await rejectionOf(download());
    expect(problem).toBeInstanceOf(TemporaryProblem);
    expect(problem).toMatchObject({ retryAfterMs: 7000 });
  });

  it("is worth another try when the connection is cut half way, and leaves nothing behind", async () => {
    const { download, leftOver } = await world((_req, res) => {
      res.writeHead(200, { "content-length": 1000 });
      res.write("some", () => res.destroy());
    });
    expect(await rejectionOf(download())).toBeInstanceOf(TemporaryProblem);
    expect(await leftOver()).toEqual([]);
  });

  it("is given up when the server falls silent", async () => {
    const { download } = await world((_req, res) => {
      res.writeHead(200).write("some");
    });
    const problem = await rejectionOf(download({ idleTimeoutMs: 200 }));
    expect(problem).toBeInstanceOf(TemporaryProblem);
    expect(String(problem)).toContain("UND_ERR_BODY_TIMEOUT");
  });

  it("is worth another try when nobody listens there", async () => {
    const { server, host, origin } = await serve(() => {});
    server.close();
    const folder = await temporaryFolder();
    const options = defaults(outboundTrusting({ host }), join(folder, "file"));
    expect(await rejectionOf(downloadToFile(origin, options))).toBeInstanceOf(TemporaryProblem);
  });

  it("stops when the caller says so, with the caller's reason", async () => {
    const controller = new AbortController();
    const { download, leftOver } = await world((_req, res) => {
      res.writeHead(200).write("some", () => controller.abort(new Error("shutting down")));
    });
    expect(String(await rejectionOf(download({ signal: controller.signal })))).toContain("shutting down");
    expect(await leftOver()).toEqual([]);
  });

  it("says which file a forbidden address was for", async () => {
    const folder = await temporaryFolder();
    const options = defaults(outboundTrusting(), join(folder, "file"));
    for (const url of ["https://127.0.0.1/", "https://localhost/", "not a url"]) {
      expect(await rejectionOf(downloadToFile(url, options))).toMatchObject({
        failure: { reason: "url_not_allowed", file: "photo" },
      });
    }
  });
});

function defaults(outbound: DownloadOptions["outbound"], toPath: string): DownloadOptions {
  return {
    outbound,
    toPath,
    maxBytes: 1_000_000,
    signal: new AbortController().signal,
    file: "photo",
    fromSlack: false,
  };
}

async function world(listener: RequestListener) {
  const server = await serve(listener);
  const folder = await temporaryFolder();
  const path = join(folder, "file");
  const options = defaults(outboundTrusting(server), path);
  return {
    path,
    leftOver: () => readdir(folder),
    download: (overrides: Partial<DownloadOptions> = {}) =>
      downloadToFile(`${server.origin}/file`, { ...options, ...overrides }),
  };
}
