import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { codeOf } from "./guarded-get.ts";
import type { OpenFile } from "./prepared-media.ts";

/** The only names there are; which one a file has follows from its type. */
const NAMES: Readonly<Record<string, string>> = {
  "image/jpeg": "photo.jpg",
  "image/png": "photo.png",
  "audio/mpeg": "speech.mp3",
};

const NOT_FOUND = "Not found\n";

export interface FoundMedia {
  /** One of `image/jpeg`, `image/png`, `audio/mpeg`. */
  readonly contentType: string;
  /** Undefined when it is not there any more. */
  open(): Promise<OpenFile | undefined>;
}

export interface ServeMediaDeps {
  /** Undefined for a capability that is wrong, expired or finished. */
  findMedia(capability: string): Promise<FoundMedia | undefined>;
  /** Evidence that AKOOL has taken the order: it must be stored before AKOOL gets a byte. */
  onHit?(capability: string): Promise<void>;
}

export type MediaHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  params: { readonly capability: string; readonly name: string },
) => Promise<void>;

/**
 * GET and HEAD of `/media/<capability>/<name>`. Whatever is wrong, the answer is the same 404.
 * Rejects, before anything is sent, when `findMedia` or `onHit` does.
 */
export function createMediaHandler({ findMedia, onHit }: ServeMediaDeps): MediaHandler {
  return async (req, res, { capability, name }) => {
    if (req.method !== "GET" && req.method !== "HEAD") {
      res.writeHead(405, { allow: "GET, HEAD", "content-length": 0 }).end();
      return;
    }
    const media = await findMedia(capability);
    const file = media && NAMES[media.contentType] === name ? await media.open() : undefined;
    if (!media || !file) {
      sendNotFound(req, res);
      return;
    }
    try {
      await onHit?.(capability);
      await send(req, res, file, { name, contentType: media.contentType });
    } finally {
      await file.close();
    }
  };
}

async function send(
  req: IncomingMessage,
  res: ServerResponse,
  file: OpenFile,
  { name, contentType }: { name: string; contentType: string },
): Promise<void> {
  const { sizeBytes: size } = file;
  // Ranges are defined for GET only; with no validator to compare, an If-Range never holds.
  const asked = req.method === "GET" && !req.headers["if-range"] ? req.headers.range : undefined;
  const range = parseRange(asked, size);
  const headers = {
    "content-type": contentType,
    "content-disposition": `attachment; filename="${name}"`,
    "accept-ranges": "bytes",
    ...SAFE_HEADERS,
  };
  if (range === "unsatisfiable") {
    res.writeHead(416, { ...headers, "content-range": `bytes */${size}`, "content-length": 0 }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  res.writeHead(range ? 206 : 200, {
    ...headers,
    "content-length": end - start + 1,
    ...(range && { "content-range": `bytes ${start}-${end}/${size}` }),
  });
  if (req.method === "HEAD" || size === 0) {
    res.end();
    return;
  }
  try {
    await pipeline(file.read(start, end), res);
  } catch (error) {
    // A reader that hangs up half way is its own business.
    if (!HUNG_UP.has(codeOf(error))) throw error;
  }
}

const HUNG_UP: ReadonlySet<string> = new Set(["ERR_STREAM_PREMATURE_CLOSE", "ECONNRESET", "EPIPE"]);

const SAFE_HEADERS = { "x-content-type-options": "nosniff", "cache-control": "no-store" };

function sendNotFound(req: IncomingMessage, res: ServerResponse): void {
  res.writeHead(404, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(NOT_FOUND),
    ...SAFE_HEADERS,
  });
  res.end(req.method === "HEAD" ? undefined : NOT_FOUND);
}

/**
 * One range of bytes, both ends inclusive. Undefined means the whole file: no header, several ranges, or
 * nothing that can be read as a range, which RFC 9110 lets a server ignore.
 */
export function parseRange(
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | "unsatisfiable" | undefined {
  const [, first, last] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return undefined;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < start) return undefined;
  return start >= size ? "unsatisfiable" : { start, end };
}
