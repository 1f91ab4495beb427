/** A file of the workspace, whole or a part of it: a player that seeks asks for parts. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { SlackFile } from "../slack/file-room.ts";

/** Whatever somebody uploads, the browser runs none of it. */
const CSP =
  "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'";

export async function sendFile(
  { content, mimetype }: SlackFile,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const range = readRange(request.headers.range, content.size);
  const headers = {
    "content-type": mimetype,
    "accept-ranges": "bytes",
    "cache-control": "private, max-age=3600",
    "content-security-policy": CSP,
  };
  if (range === "unsatisfiable") {
    response.writeHead(416, { ...headers, "content-range": `bytes */${content.size}` }).end();
    return;
  }
  const { first, last } = range ?? { first: 0, last: content.size - 1 };
  response.writeHead(range ? 206 : 200, {
    ...headers,
    "content-length": last - first + 1,
    ...(range && { "content-range": `bytes ${first}-${last}/${content.size}` }),
  });
  if (request.method === "HEAD") return void response.end();
  if (range) response.end((await content.read()).subarray(first, last + 1));
  // A player that has enough hangs up.
  else await pipeline(content.stream(), response).catch(() => response.destroy());
}

interface Range {
  readonly first: number;
  /** The last byte itself. */
  readonly last: number;
}

/** One range; several at once, or none that can be read, are answered with the whole file. */
export function readRange(header: string | undefined, size: number): Range | "unsatisfiable" | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return undefined;
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== "" && to !== "" && Number(to) < first) return undefined;
  return first > last || first >= size ? "unsatisfiable" : { first, last };
}
