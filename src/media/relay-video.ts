import { randomUUID } from "node:crypto";
import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { finished, pipeline, type Readable, Transform } from "node:stream";
import { type Dispatcher, request } from "undici";
import { RequestProblem } from "../job/failure.ts";
import { asTemporary, contentLengthOf, guardedGet, headerOf } from "./guarded-get.ts";
import type { Outbound } from "./outbound.ts";
import { parseRetryAfterMs, TemporaryProblem, UploadProblem } from "./problems.ts";
import { bytesInWords } from "./words.ts";

const HEADERS_TIMEOUT_MS = 30_000;
/** Longest silence, either way: it counts anew with every piece that moves. */
const IDLE_TIMEOUT_MS = 30_000;
/** Slack's own limit for one file. */
export const MAX_VIDEO_BYTES = 1_000_000_000;

/** An mp4 begins with a box: four bytes of size, then the name `ftyp`. */
const MP4_HEAD_BYTES = 12;

export interface OpenVideoOptions {
  readonly outbound: Outbound;
  readonly maxBytes?: number;
  /** Where a video is put whose size the server does not say. */
  readonly spoolDir: string;
  readonly signal: AbortSignal;
}

export interface VideoSource {
  readonly sizeBytes: number;
  /** `sizeBytes` bytes, if the server keeps its word. To be read once. */
  readonly body: Readable;
  /** Lets go of the connection. Repeatable, and needed when `body` is not read to its end. */
  destroy(): void;
}

export interface UploadVideoOptions {
  readonly outbound: Outbound;
  /** Whether the address is one of Slack's. */
  readonly isAllowedHost: (url: URL) => boolean;
  readonly signal: AbortSignal;
}

/**
 * The finished video as a stream whose size is known and whose first bytes are an mp4's, so that nothing is
 * asked of Slack for an error page. Nothing is kept in memory: it flows as fast as it is read.
 * @throws RequestProblem `render_gone` or `video_unusable`, TemporaryProblem
 */
export async function openVideo(url: string | URL, options: OpenVideoOptions): Promise<VideoSource> {
  const { outbound, maxBytes = MAX_VIDEO_BYTES, spoolDir, signal } = options;
  let response: Dispatcher.ResponseData | undefined;
  try {
    const start = URL.parse(String(url));
    if (!start) throw unusable("not_a_url");
    response = await guardedGet(start, {
      outbound,
      signal,
      headersTimeoutMs: HEADERS_TIMEOUT_MS,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
    });
    assertGoodStatus(response);
    const announced = contentLengthOf(response);
    if (announced !== undefined && announced > maxBytes) throw tooBig(announced, maxBytes);
    await checkHead(response.body);
    return announced === undefined
      ? await spool(response.body, spoolDir, maxBytes)
      : sourceOf(response.body, announced);
  } catch (error) {
    response?.body.destroy();
    throw asVideoProblem(error, signal);
  }
}

/**
 * Sends the raw bytes to a Slack upload ticket, without any token. Done only when Slack said 200 to all of
 * them; after anything else a new ticket and a new source are needed. The source is used up either way.
 * @throws TemporaryProblem (UploadProblem when the source did not keep its promise), RequestProblem
 */
export async function uploadVideo(
  source: VideoSource,
  uploadUrl: string | URL,
  { outbound, isAllowedHost, signal }: UploadVideoOptions,
): Promise<void> {
  try {
    const url = URL.parse(String(uploadUrl));
    if (!url || !isAllowedHost(url)) throw new RequestProblem({ reason: "cannot_post", code: "upload_host" });
    outbound.assertAllowed(url);
    const bytes = counted(source);
    const { statusCode, headers, body } = await request(url, {
      method: "POST",
      dispatcher: outbound.agent,
      signal,
      body: bytes,
      headers: { "content-type": "video/mp4", "content-length": String(source.sizeBytes) },
      headersTimeout: IDLE_TIMEOUT_MS,
      bodyTimeout: IDLE_TIMEOUT_MS,
    });
    await body.dump();
    if (statusCode !== 200) {
      throw new TemporaryProblem(`video upload: http_${statusCode}`, {
        retryAfterMs: parseRetryAfterMs(headers["retry-after"]),
      });
    }
    if (!bytes.readableEnded) throw new UploadProblem("video upload: 200 before all bytes were sent");
  } catch (error) {
    throw asTemporary(error, "video upload", signal);
  } finally {
    source.destroy();
  }
}

/** The source's bytes; an upload that would be short or long is broken off before Slack can take it for whole. */
function counted({ body, sizeBytes }: VideoSource): Readable {
  let seenBytes = 0;
  const problem = () => new UploadProblem("the video is not as long as was announced");
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seenBytes += chunk.length;
      if (seenBytes > sizeBytes) done(problem());
      else done(null, chunk);
    },
    flush: (done) => done(seenBytes === sizeBytes ? null : problem()),
  });
  // An error of either is passed to the other, and so to the request.
  pipeline(body, counter, () => {});
  return counter;
}

function assertGoodStatus(response: Dispatcher.ResponseData): void {
  const { statusCode: status } = response;
  if (status === 200) return;
  const code = `http_${status}`;
  if (status >= 400 && status < 500 && ![408, 425, 429].includes(status)) {
    throw new RequestProblem({ reason: "render_gone", code });
  }
  throw new TemporaryProblem(`video download: ${code}`, {
    retryAfterMs: parseRetryAfterMs(headerOf(response, "retry-after")),
  });
}

/** Looks at the first bytes and puts them back. */
async function checkHead(body: Readable): Promise<void> {
  let head = Buffer.alloc(0);
  while (head.length < MP4_HEAD_BYTES && !body.readableEnded) {
    // Null at the end and whenever nothing has come yet.
    const chunk: Buffer | null = body.read();
    if (chunk) head = Buffer.concat([head, chunk]);
    else await readableOrEnd(body);
  }
  if (head.length < MP4_HEAD_BYTES || head.toString("latin1", 4, 8) !== "ftyp") throw unusable("not_mp4");
  body.unshift(head);
}

async function readableOrEnd(body: Readable): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stopWatching = finished(body, { writable: false }, (error) => (error ? reject(error) : resolve()));
  body.once("readable", resolve);
  try {
    await promise;
  } finally {
    stopWatching();
    body.off("readable", resolve);
  }
}

function sourceOf(body: Readable, sizeBytes: number): VideoSource {
  // Without a listener, a body that breaks while nobody reads it would end the process.
  return { sizeBytes, body: body.on("error", () => {}), destroy: () => void body.destroy() };
}

/** For a server that does not say the size: to disk first, in a file that has no name any more. */
async function spool(bytes: AsyncIterable<Buffer>, spoolDir: string, maxBytes: number): Promise<VideoSource> {
  await mkdir(spoolDir, { recursive: true, mode: 0o700 });
  const path = join(spoolDir, `video-${randomUUID()}.part`);
  const file = await open(path, "wx+", 0o600);
  try {
    await rm(path);
    let sizeBytes = 0;
    for await (const chunk of bytes) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw tooBig(sizeBytes, maxBytes);
      await file.writeFile(chunk);
    }
    return sourceOf(file.createReadStream({ start: 0 }), sizeBytes);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The address is AKOOL's, not the person's, so problems with it are told as problems with the video. */
function asVideoProblem(error: unknown, signal: AbortSignal): unknown {
  if (!(error instanceof RequestProblem)) return asTemporary(error, "video download", signal);
  const { reason, code } = error.failure;
  if (reason === "url_not_allowed") return unusable(`url_not_allowed_${code ?? ""}`, error);
  if (reason === "url_unreachable") return new TemporaryProblem(`video download: ${code}`, { cause: error });
  return error;
}

function tooBig(sizeBytes: number, maxBytes: number): RequestProblem {
  const facts = { seen: bytesInWords(sizeBytes), limit: bytesInWords(maxBytes) };
  return new RequestProblem({ reason: "video_unusable", code: "too_big", ...facts });
}

function unusable(code: string, cause?: unknown): RequestProblem {
  return new RequestProblem({ reason: "video_unusable", code }, { cause });
}
