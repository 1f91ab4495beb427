import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Dispatcher } from "undici";
import { type FailureReason, RequestProblem } from "../job/failure.ts";
import type { Said } from "../words/say.ts";
import { asTemporary, codeOf, contentLengthOf, guardedGet, headerOf } from "./guarded-get.ts";
import type { Outbound } from "./outbound.ts";
import { aboutFile, type InputFile, parseRetryAfterMs, TemporaryProblem } from "./problems.ts";
import { isSlackHost } from "./slack-hosts.ts";
import { SNIFF_BYTES, sniff } from "./sniff.ts";
import { withTimeLimit } from "./time-limit.ts";
import { bytesInWords } from "./words.ts";
import { writeWholeFile } from "./write-whole-file.ts";

const HEADERS_TIMEOUT_MS = 15_000;
const IDLE_TIMEOUT_MS = 20_000;
const TOTAL_TIMEOUT_MS = 5 * 60_000;

export interface RequestOptions {
  readonly outbound: Outbound;
  readonly signal: AbortSignal;
  /** A bearer token, shown only to hosts that `allowedHost` accepts, redirects included. */
  readonly authorization?: { readonly token: string; readonly allowedHost: (url: URL) => boolean };
  /** Slack's own file, rather than a link that somebody typed. */
  readonly fromSlack: boolean;
  /** Shorter in tests. */
  readonly idleTimeoutMs?: number;
}

export interface DownloadOptions extends RequestOptions {
  readonly toPath: string;
  readonly maxBytes: number;
  /** Which of the person's files this is. */
  readonly file: InputFile;
}

export interface Downloaded {
  readonly sizeBytes: number;
  /** Of the bytes, hex. */
  readonly sha256: string;
  /** What the server called it; not to be believed. */
  readonly contentType?: string;
}

/**
 * Fetches one file to disk. `toPath` is there only when it is whole.
 * @throws RequestProblem when trying again is no use, TemporaryProblem when it may be
 */
export function downloadToFile(url: string | URL, options: DownloadOptions): Promise<Downloaded> {
  return withTimeLimit(TOTAL_TIMEOUT_MS, options.signal, (signal) => download(url, options, signal));
}

/**
 * How a file begins, in as many bytes as `sniff` wants; the rest is not fetched.
 * @throws like `downloadToFile`, and whatever undici throws
 */
export async function downloadHead(url: URL, options: RequestOptions): Promise<Buffer> {
  const response = await ask(url, options);
  try {
    assertGoodStatus(response, options.fromSlack);
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      sizeBytes += chunk.length;
      if (sizeBytes >= SNIFF_BYTES) break;
    }
    const head = Buffer.concat(chunks);
    assertNoWebPage(head, response, options.fromSlack);
    return head;
  } finally {
    response.body.destroy();
  }
}

async function download(
  url: string | URL,
  options: DownloadOptions,
  signal: AbortSignal,
): Promise<Downloaded> {
  const { file, fromSlack } = options;
  try {
    const start = URL.parse(String(url));
    if (!start) throw new RequestProblem({ reason: "url_not_allowed", code: "not_a_url" });
    const response = await ask(start, { ...options, signal });
    try {
      assertGoodStatus(response, fromSlack);
      return await store(response, options, signal);
    } finally {
      response.body.destroy();
    }
  } catch (error) {
    const problem = asRequestProblem(error, fromSlack) ?? asTemporary(error, "download", options.signal);
    throw problem instanceof RequestProblem ? aboutFile(problem, file) : problem;
  }
}

function ask(
  start: URL,
  { outbound, authorization, fromSlack, signal, idleTimeoutMs = IDLE_TIMEOUT_MS }: RequestOptions,
): Promise<Dispatcher.ResponseData> {
  const mayAsk = authorization?.allowedHost ?? ((at: URL) => isSlackHost(at, outbound));
  if (fromSlack && !mayAsk(start)) throw new RequestProblem({ reason: "slack_file_external" });
  return guardedGet(start, {
    outbound,
    signal,
    headersTimeoutMs: HEADERS_TIMEOUT_MS,
    idleTimeoutMs,
    headersFor: (at) =>
      authorization?.allowedHost(at) ? { authorization: `Bearer ${authorization.token}` } : {},
  });
}

function assertGoodStatus(response: Dispatcher.ResponseData, fromSlack: boolean): void {
  const { statusCode: status } = response;
  if (status === 200) return;
  const code = `http_${status}`;
  if (status >= 500 || status === 429 || status === 408 || status === 425) {
    throw new TemporaryProblem(`download: ${code}`, {
      retryAfterMs: parseRetryAfterMs(headerOf(response, "retry-after")),
    });
  }
  throw new RequestProblem({ reason: reasonFor(status, fromSlack), code });
}

function reasonFor(status: number, fromSlack: boolean): FailureReason {
  if (fromSlack) return status === 401 || status === 403 ? "slack_scope_missing" : "slack_file_unavailable";
  return status === 404 || status === 410 ? "url_not_found" : "url_unreachable";
}

async function store(
  response: Dispatcher.ResponseData,
  { toPath, maxBytes, file, fromSlack }: DownloadOptions,
  signal: AbortSignal,
): Promise<Downloaded> {
  const tooBig = (seen: Said) =>
    new RequestProblem({
      reason: file === "photo" ? "photo_too_big" : "speech_too_big",
      seen,
      limit: bytesInWords(maxBytes),
    });
  const announced = contentLengthOf(response);
  if (announced !== undefined && announced > maxBytes) throw tooBig(bytesInWords(announced));

  const contentType = headerOf(response, "content-type");
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const check = async function* (body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let head: Buffer | undefined = Buffer.alloc(0);
    for await (const chunk of body) {
      sizeBytes += chunk.length;
      // The header may be missing or wrong: what counts is what comes.
      if (sizeBytes > maxBytes)
        throw tooBig({ key: "seen.more_than", values: { size: bytesInWords(maxBytes) } });
      hash.update(chunk);
      if (!head) {
        yield chunk;
        continue;
      }
      head = Buffer.concat([head, chunk]);
      if (head.length < SNIFF_BYTES) continue;
      assertNoWebPage(head, response, fromSlack);
      yield head;
      head = undefined;
    }
    if (head) {
      assertNoWebPage(head, response, fromSlack);
      yield head;
    }
  };
  await writeWholeFile(toPath, async (partPath) => {
    // Opened first: a stream that opens by itself may do so after all is over and the file was removed.
    const part = await open(partPath, "wx", 0o600);
    await pipeline(response.body, check, part.createWriteStream(), { signal });
  });
  return { sizeBytes, sha256: hash.digest("hex"), ...(contentType && { contentType }) };
}

/**
 * Slack answers a token that may not read files with 200 and its login page; a web page that somebody has shared
 * comes as a file, with a name. The label counts too, unless the bytes are plainly a picture or a recording with a
 * wrong label.
 */
function assertNoWebPage(head: Buffer, response: Dispatcher.ResponseData, fromSlack: boolean): void {
  if (fromSlack && headerOf(response, "content-disposition") !== undefined) return;
  const seen = sniff(head);
  const contentType = headerOf(response, "content-type") ?? "";
  const labelled = /^\s*(text\/html|application\/xhtml\+xml)\b/i.test(contentType);
  if (seen?.name === "html" || (labelled && (!seen || seen.group === "other"))) {
    throw new RequestProblem({ reason: fromSlack ? "slack_scope_missing" : "url_is_web_page", code: "html" });
  }
}

/** A problem in the words of where the file was to come from; undefined for one that may pass. */
function asRequestProblem(error: unknown, fromSlack: boolean): RequestProblem | undefined {
  if (error instanceof RequestProblem) {
    if (!fromSlack || error.failure.reason !== "url_unreachable") return error;
    return new RequestProblem({ ...error.failure, reason: "slack_file_unavailable" }, { cause: error });
  }
  // A name that does not exist, in a link that somebody typed. For Slack's own hosts it is our name service.
  if (!fromSlack && codeOf(error) === "ENOTFOUND") {
    return new RequestProblem({ reason: "url_unreachable", code: "ENOTFOUND" }, { cause: error });
  }
  return undefined;
}
