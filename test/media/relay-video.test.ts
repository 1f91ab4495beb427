import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import type { RequestListener, ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { TemporaryProblem, UploadProblem } from "../../src/media/problems.ts";
import { type OpenVideoOptions, openVideo, uploadVideo } from "../../src/media/relay-video.ts";
import { outboundTrusting, rejectionOf, serve, temporaryFolder } from "./serve.ts";

const HEAD = Buffer.from("\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41", "latin1");
const VIDEO = Buffer.concat([HEAD, Buffer.alloc(3_000_000, "video")]);

describe("a finished video", () => {
  it("flows from AKOOL's address into Slack's, byte for byte and without a token", async () => {
    const { relay, uploads } = await world((req, res) => {
      if (req.url === "/video.mp4") res.writeHead(302, { location: "/stored.mp4" }).end();
      else res.writeHead(200, { "content-length": VIDEO.length, "content-type": "video/mp4" }).end(VIDEO);
    });
    expect(await relay()).toBe(VIDEO.length);
    expect(uploads).toEqual([
      {
        method: "POST",
        sizeBytes: VIDEO.length,
        sha256: createHash("sha256").update(VIDEO).digest("hex"),
        contentLength: String(VIDEO.length),
        contentType: "video/mp4",
        authorization: undefined,
      },
    ]);
  });

  it("may be tiny, and come in single bytes", async () => {
    const { relay, uploads } = await world(async (_req, res) => {
      res.writeHead(200, { "content-length": HEAD.length });
      for (const byte of HEAD) await new Promise((sent) => res.write(Buffer.of(byte), sent));
      res.end();
    });
    expect(await relay()).toBe(HEAD.length);
    expect(uploads).toMatchObject([{ sha256: createHash("sha256").update(HEAD).digest("hex") }]);
  });

  it("may be tiny, and come in one piece", async () => {
    const { relay, uploads } = await world((_req, res) => {
      res.writeHead(200, { "content-length": HEAD.length }).end(HEAD);
    });
    expect(await relay()).toBe(HEAD.length);
    expect(uploads).toMatchObject([{ sizeBytes: HEAD.length }]);
  });

  it("flows no faster than it is taken", async () => {
    const totalBytes = 256 * 1024 * 1024;
    let sentBytes = 0;
    const { open } = await world((_req, res) => {
      res.writeHead(200, { "content-length": totalBytes });
      res.write(HEAD);
      sentBytes = HEAD.length;
      const more = () => {
        while (sentBytes < totalBytes && !res.destroyed) {
          const piece = Buffer.alloc(Math.min(65_536, totalBytes - sentBytes));
          sentBytes += piece.length;
          if (!res.write(piece)) return void res.once("drain", more);
        }
        res.end();
      };
      more();
    });
    const source = await open();
    // Nobody reads: it comes to a standstill once the buffers on the way are full.
    let before = -1;
    await expect
      .poll(
        () => {
          const still = sentBytes === before;
          before = sentBytes;
          return still;
        },
        { interval: 200 },
      )
      .toBe(true);
    expect(sentBytes).toBeLessThan(totalBytes / 4);
    let readBytes = 0;
    for await (const chunk of source.body) readBytes += chunk.length;
    expect(readBytes).toBe(totalBytes);
  });

  it("goes over the disk when its server does not say how long it is, and leaves nothing there", async () => {
    const { relay, uploads, spooled } = await world((_req, res) => {
      res.write(VIDEO.subarray(0, 5));
      res.end(VIDEO.subarray(5));
    });
    expect(await relay()).toBe(VIDEO.length);
    expect(uploads).toMatchObject([{ sha256: createHash("sha256").update(VIDEO).digest("hex") }]);
    expect(await spooled()).toEqual([]);
  });

  it.each([
    ["an error page", Buffer.from("<html><body>Access denied. Please sign in.</body></html>")],
    ["nothing", Buffer.alloc(0)],
    ["a picture", Buffer.from("\xff\xd8\xff\xe0\0\x10JFIF and so on", "latin1")],
    ["a few bytes", HEAD.subarray(0, 7)],
  ])("is refused when it is %s, before Slack is asked for anything", async (_what, bytes) => {
    const { open } = await world((_req, res) => res.end(bytes));
    expect(await rejectionOf(open())).toMatchObject({ failure: { reason: "video_unusable" } });
  });

  it.each([404, 403, 410])("is gone after a %i", async (status) => {
    const { open } = await world((_req, res) => res.writeHead(status).end());
    expect(await rejectionOf(open())).toMatchObject({
      failure: { reason: "render_gone", code: `http_${status}` },
    });
  });

  it.each([500, 503, 429])("is asked for again later after a %i", async (status) => {
    const { open } = await world((_req, res) => res.writeHead(status, { "retry-after": "3" }).end());
    const problem = await rejectionOf(open());
    expect(problem).toBeInstanceOf(TemporaryProblem);
    expect(problem).toMatchObject({ retryAfterMs: 3000 });
  });

  it("is refused when it is too big, announced or not", async () => {
    const announced = await world((_req, res) => {
      res.writeHead(200, { "content-length": 2_000_000_000 }).write(HEAD);
    });
    const streamed = await world((_req, res) => {
      res.write(HEAD);
      res.end(VIDEO);
    });
    for (const { open, spooled } of [announced, streamed]) {
      expect(await rejectionOf(open({ maxBytes: 1_000_000 }))).toMatchObject({
        failure: {
          reason: "video_unusable",
          code: "too_big",
          limit: { key: "seen.megabytes", values: { size: 1 } },
        },
      });
      expect(await spooled()).toEqual([]);
    }
  });

  it("is not fetched from an address inside", async () => {
    const { open } = await world((_req, res) => res.writeHead(302, { location: "https://127.0.0.1/" }).end());
    expect(await rejectionOf(open())).toMatchObject({
      failure: { reason: "video_unusable", code: "url_not_allowed_address" },
    });
  });

  it("is not uploaded short when the download is cut", async () => {
    const { relay, uploads } = await world((_req, res) => {
      res.writeHead(200, { "content-length": VIDEO.length });
      res.write(VIDEO.subarray(0, 1_000_000), () => res.destroy());
    });
    expect(await rejectionOf(relay())).toBeInstanceOf(TemporaryProblem);
    expect(uploads).toEqual([]);
  });

  it("is not uploaded short or long when the source breaks its promise", async () => {
    for (const sizeBytes of [VIDEO.length + 1, VIDEO.length - 1]) {
      const { open, upload, uploads } = await world((_req, res) => {
        res.writeHead(200, { "content-length": VIDEO.length }).end(VIDEO);
      });
      const source = await open();
      expect(await rejectionOf(upload({ ...source, sizeBytes }))).toBeInstanceOf(UploadProblem);
      expect(uploads).toEqual([]);
    }
  });

  it.each([500, 400, 302])("is tried again with a new ticket when Slack answers %i", async (status) => {
    const { relay } = await world(sendVideo, (res) => res.writeHead(status, { "retry-after": "2" }).end());
    const problem = await rejectionOf(relay());
    expect(problem).toBeInstanceOf(TemporaryProblem);
    expect(problem).toMatchObject({ message: `video upload: http_${status}`, retryAfterMs: 2000 });
  });

  it("is tried again when Slack hangs up", async () => {
    const { relay } = await world(sendVideo, (res) => res.destroy());
    expect(await rejectionOf(relay())).toBeInstanceOf(TemporaryProblem);
  });

  it("is not taken for uploaded by a 200 that comes before its last byte", async () => {
    const { open } = await world((_req, res) => {
      res.writeHead(200, { "content-length": VIDEO.length }).write(HEAD);
    });
    const hasty = await serve((_req, res) => res.end("OK"));
    const options = {
      outbound: outboundTrusting(hasty),
      isAllowedHost: () => true,
      signal: new AbortController().signal,
    };
    expect(await rejectionOf(uploadVideo(await open(), hasty.origin, options))).toBeInstanceOf(UploadProblem);
  });

  it("goes to Slack's hosts only", async () => {
    const { open } = await world(sendVideo);
    const outbound = outboundTrusting();
    const options = { outbound, isAllowedHost: () => false, signal: new AbortController().signal };
    expect(await rejectionOf(uploadVideo(await open(), "https://example.com/", options))).toMatchObject({
      failure: { reason: "cannot_post", code: "upload_host" },
    });
  });

  it("can be let go of before it is read", async () => {
    let isCut = false;
    const { open } = await world((_req, res) => {
      res.on("close", () => {
        isCut = true;
      });
      res.writeHead(200, { "content-length": VIDEO.length }).write(HEAD);
    });
    const source = await open();
    source.destroy();
    source.destroy();
    await expect.poll(() => isCut).toBe(true);
  });

  it("stops when the caller says so", async () => {
    const controller = new AbortController();
    const { relay, uploads } = await world((_req, res) => {
      res.writeHead(200, { "content-length": VIDEO.length });
      res.write(VIDEO.subarray(0, 1_000_000), () => controller.abort(new Error("shutting down")));
    });
    expect(String(await rejectionOf(relay({ signal: controller.signal })))).toContain("shutting down");
    expect(uploads).toEqual([]);
  });
});

const sendVideo: RequestListener = (_req, res) =>
  res.writeHead(200, { "content-length": VIDEO.length }).end(VIDEO);

interface Upload {
  readonly method: string | undefined;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly contentLength: string | undefined;
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
}

async function world(
  listener: RequestListener,
  answerUpload: (res: ServerResponse) => void = (res) => void res.end("OK"),
) {
  const akool = await serve(listener);
  const uploads: Upload[] = [];
  const slack = await serve(async (req, res) => {
    const hash = createHash("sha256");
    let sizeBytes = 0;
    try {
      for await (const chunk of req) {
        sizeBytes += chunk.length;
        hash.update(chunk);
      }
    } catch {
      return;
    }
    const { "content-length": contentLength, "content-type": contentType, authorization } = req.headers;
    uploads.push({
      method: req.method,
      sizeBytes,
      sha256: hash.digest("hex"),
      contentLength,
      contentType,
      authorization,
    });
    answerUpload(res);
  });
  const outbound = outboundTrusting(akool, slack);
  const spoolDir = await temporaryFolder();
  const defaults: OpenVideoOptions = { outbound, spoolDir, signal: new AbortController().signal };
  const open = (overrides: Partial<OpenVideoOptions> = {}) =>
    openVideo(`${akool.origin}/video.mp4`, { ...defaults, ...overrides });
  const upload = (source: Awaited<ReturnType<typeof open>>, signal = defaults.signal) =>
    uploadVideo(source, `${slack.origin}/upload/1`, {
      outbound,
      isAllowedHost: (url) => url.host === slack.host,
      signal,
    });
  return {
    open,
    upload,
    uploads,
    spooled: () => readdir(spoolDir),
    async relay(overrides: Partial<OpenVideoOptions> = {}) {
      const source = await open(overrides);
      await upload(source, overrides.signal);
      return source.sizeBytes;
    },
  };
}
